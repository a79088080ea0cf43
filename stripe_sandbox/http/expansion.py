"""`expand[]=latest_charge.balance_transaction`: ids replaced by the objects they name."""

import json
from collections.abc import Callable
from typing import Any

from stripe_sandbox.conform.annotations import object_class
from stripe_sandbox.conform.dialects import resource_node
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox

MAX_DEPTH = 4
# Fields that an answer has only when they are asked for: (object, field) -> how to make it.
INCLUDABLE: dict[tuple[str, str], Callable[[Sandbox, Json], Any]] = {}


def view(box: Sandbox, value: Json, expand: list[str]) -> Json:
    """A copy of the object as an answer shows it."""
    copy: Json = json.loads(json.dumps(value))
    for path in expand:
        parts = path.split(".")
        if len(parts) > MAX_DEPTH + (parts[0] == "data"):
            raise InvalidRequest(
                f"You cannot expand more than {MAX_DEPTH} levels of a property. Property: {path}",
                param="expand",
            )
        _expand(box, copy, parts, path)
    return copy


def _expand(box: Sandbox, value: Any, parts: list[str], path: str) -> None:
    if isinstance(value, list):
        for member in value:
            _expand(box, member, parts, path)
        return
    if not parts or not isinstance(value, dict) or value.get("deleted"):
        return
    name, *rest = parts
    if name not in value:
        value[name] = _include(box, value, name, path)
    value[name] = _objects_for(box, value[name])
    if not rest and isinstance(value[name], str):
        raise _unexpandable(path)
    _expand(box, value[name], rest, path)


def _include(box: Sandbox, value: Json, name: str, path: str) -> Any:
    maker = INCLUDABLE.get((str(value.get("object")), name))
    if maker:
        return json.loads(json.dumps(maker(box, value)))
    cls = object_class(str(value.get("object")))
    if cls is None or name not in resource_node(cls).members:
        raise _unexpandable(path)
    return None


def _objects_for(box: Sandbox, value: Any) -> Any:
    if isinstance(value, list):
        return [_objects_for(box, member) for member in value]
    found = box.store.get(value) if isinstance(value, str) else None
    return json.loads(json.dumps(found)) if found else value


def _unexpandable(path: str) -> InvalidRequest:
    return InvalidRequest(
        f"This property cannot be expanded ({path}). You may want to try expanding 'data.{path}'.",
        param="expand",
    )
