"""List answers: newest first, filtered, in pages of at most 100."""

from typing import Any

from stripe_sandbox.errors import InvalidRequest, Json, no_such
from stripe_sandbox.http.operations import Call
from stripe_sandbox.sandbox import Sandbox

RANGES = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
Condition = tuple[str, tuple[Any, ...]]


def page(
    call: Call,
    kind: str,
    *filters: str,
    where: Condition = ("", ()),
    oldest_first: bool = False,
) -> Json:
    """The page that the call asks for; each filter is a parameter and a field of that name."""
    limit = call.params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise InvalidRequest("Limit must be between 1 and 100.", param="limit")
    conditions = [where, _created(call.params.get("created"))]
    conditions += [_equals(name, call.params[name]) for name in filters if name in call.params]
    cursor, is_backward = _cursor(call.box, call.params, oldest_first=oldest_first)
    order = "ASC" if is_backward != oldest_first else "DESC"
    tail = f"ORDER BY seq {order} LIMIT {limit + 1}"
    found = call.box.store.select(kind, *_join([*conditions, cursor, (tail, ())]))
    data = found[:limit]
    return {
        "object": "list",
        "data": data[::-1] if is_backward else data,
        "has_more": len(found) > limit,
        "url": call.path,
    }


def whole_page(data: list[Json], url: str) -> Json:
    """A list that is short enough for one page."""
    return {"object": "list", "data": data, "has_more": False, "url": url}


def _equals(name: str, value: Any) -> Condition:
    return f"AND json_extract(body, '$.{name}') = ?", (value,)


def _created(value: Any) -> Condition:
    if value is None:
        return "", ()
    if isinstance(value, int):
        return "AND created = ?", (value,)
    parts = [f"AND created {RANGES[key]} ?" for key in value]
    return " ".join(parts), tuple(value.values())


def _cursor(box: Sandbox, params: Json, *, oldest_first: bool) -> tuple[Condition, bool]:
    """The condition, and whether the page is read backward."""
    signs = (">", "<") if oldest_first else ("<", ">")
    for name, sign in zip(("starting_after", "ending_before"), signs, strict=True):
        if id := params.get(name):
            if box.store.get(id) is None:  # a deleted object still marks its place
                raise no_such("object", id, name)
            place = "(SELECT seq FROM objects WHERE id = ?)"
            return (f"AND seq {sign} {place}", (id,)), name == "ending_before"
    return ("", ()), False


def _join(conditions: list[Condition]) -> Condition:
    return (
        " ".join(text for text, _ in conditions if text),
        tuple(value for _, values in conditions for value in values),
    )


def one_of(name: str, values: list[str] | None) -> Condition:
    """Objects whose field is any of these; all objects when there is nothing to choose from."""
    if not values:
        return "", ()
    marks = ", ".join("?" for _ in values)
    text = f"AND json_extract(body, '$.{name}') IN ({marks})"
    return text, tuple(values)
