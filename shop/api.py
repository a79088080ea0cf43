"""The JSON API's form: typed bodies in, typed answers out, problem documents when it is refused.

`@endpoint(...)` under a route parses and checks, and keeps what `shop.openapi` describes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, request
from flask_wtf.csrf import CSRFError
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import HTTPException

PROBLEM = "application/problem+json"
UNPROVEN = (
    "Send the token of GET /api/csrf as X-CSRFToken, with the cookie that came with it, "
    "or a bearer token instead of both."
)
WAYS_ON = {
    404: "There is no such address. /api/docs shows those there are.",
    405: "This address does not take that method. The header Allow names those it takes.",
}

WRONG = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field.",
    "json_invalid": "This is not valid JSON.",
    "model_type": "Give an object.",
    "dict_type": "Give an object.",
    "list_type": "Give a list.",
    "string_type": "Give a text.",
    "bool_type": "Give true or false.",
    "bool_parsing": "Give true or false.",
    "int_type": "Give a whole number.",
    "int_parsing": "Give a whole number.",
    "int_parsing_size": "Give a smaller number.",
    "greater_than_equal": "Give {ge} or more.",
    "less_than_equal": "Give {le} or less.",
    "greater_than": "Give more than {gt}.",
    "less_than": "Give less than {lt}.",
    "string_too_short": "Use at least {min_length} characters.",
    "string_too_long": "Use at most {max_length} characters.",
    "string_pattern_mismatch": "This does not have the right form.",
    "too_short": "List at least {min_length}.",
    "too_long": "List at most {max_length}.",
    "literal_error": "Give {expected}.",
    "enum": "Give {expected}.",
    "value_error": "{error}",
}
"""What to say of input that does not fit, by Pydantic's kind of error."""


class Input(BaseModel):
    """A request body: strict types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class Query(BaseModel):
    """Query parameters: text, so numbers are read from it."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class Output(BaseModel):
    """An answer; also made from objects with these attributes."""

    model_config = ConfigDict(from_attributes=True)


class Problem(Output):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] = {}


@dataclass(frozen=True)
class Operation:
    """What the documentation says about an endpoint."""

    summary: str
    description: str
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    returns: type[BaseModel] | None
    statuses: tuple[int, ...]
    tag: str


View = Callable[..., Any]


def endpoint(
    *,
    tag: str,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    returns: type[BaseModel] | None = None,
    status: int | tuple[int, ...] = 200,
) -> Callable[[View], Callable[..., Response]]:
    """Call the view with `body=` and `query=` as models; it returns a model, or (model, status).

    :param status: of several, the first is meant when the view does not say.
    """
    statuses = (status,) if isinstance(status, int) else status

    def decorate(view: View) -> Callable[..., Response]:
        @wraps(view)
        def call(**path: Any) -> Response:
            if body:
                path["body"] = _parse(lambda: body.model_validate_json(request.get_data() or b"{}"))
            if query:
                path["query"] = _parse(lambda: query.model_validate(request.args.to_dict()))
            return _respond(view(**path), statuses[0])

        summary, _, description = (view.__doc__ or view.__name__).partition("\n")
        call.operation = Operation(  # type: ignore[attr-defined]
            summary.strip(), description.strip(), body, query, returns, statuses, tag
        )
        return call

    return decorate


class Rejected(Exception):
    """Input that does not fit its model; shown as a 422 problem."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("rejected")
        self.errors = errors


def _parse(read: Callable[[], BaseModel]) -> BaseModel:
    try:
        return read()
    except ValidationError as error:
        errors: dict[str, list[str]] = {}
        for found in error.errors(include_url=False, include_input=False):
            field = ".".join(map(str, found["loc"])) or "body"
            errors.setdefault(field, []).append(_explain(found))
        raise Rejected(errors) from None


def _explain(found: Mapping[str, Any]) -> str:
    """In our words, or in Pydantic's where the kind is a rare one."""
    words = WRONG.get(found["type"])
    return words.format(**found.get("ctx", {})) if words else str(found["msg"])


def show_rejected(error: Rejected) -> Response:
    return problem(422, "Please check your input", "Some fields are wrong.", errors=error.errors)


def show_http_error(error: HTTPException, status: int, detail: str) -> Response:
    if isinstance(error, CSRFError):
        detail = UNPROVEN
    return problem(status, error.name, detail or WAYS_ON.get(status, error.name))


def _respond(answer: Any, status: int) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, tuple):
        answer, status = answer
    if answer is None:
        return Response(status=204 if status == 200 else status)
    return Response(answer.model_dump_json(), status, mimetype="application/json")


def is_api_request() -> bool:
    return request.path.startswith("/api/")


def problem(
    status: int, title: str, detail: str, *, errors: dict[str, list[str]] | None = None
) -> Response:
    document = Problem(title=title, status=status, detail=detail, errors=errors or {})
    return Response(json.dumps(document.model_dump()), status, mimetype=PROBLEM)
