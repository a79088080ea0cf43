from typing import Any

from stripe_sandbox.conform.annotations import object_class
from stripe_sandbox.conform.dialects import json_node, params_node, resource_node
from stripe_sandbox.conform.forms import decode_form
from stripe_sandbox.conform.nodes import problems
from stripe_sandbox.conform.problems import Problem
from stripe_sandbox.conform.routes import Route, match

Form = dict[str, Any]


def check_object(value: dict[str, Any]) -> list[Problem]:
    """What is wrong with an object, judged by its own `object` key."""
    cls = object_class(str(value.get("object")))
    if cls is None:
        return [Problem("type", f"no object is called {value.get('object')!r}")]
    return problems(resource_node(cls), value)


def check_request(verb: str, path: str, body: str | Form) -> list[Problem]:
    """What is wrong with a request; the body is form-encoded text or an already decoded form."""
    route = match(verb, path)
    if route is None:
        return [Problem("no_route", f"Unrecognized request URL ({verb.upper()}: {path})")]
    return check_params(route, decode_form(body) if isinstance(body, str) else body)


def check_params(route: Route, form: Form) -> list[Problem]:
    if route.params is None:
        extra = [name for name in form if name != "expand"]
        return [Problem("unknown", "Received unknown parameter", (name,)) for name in extra]
    return problems(params_node(route.params), form)


def cast_params(route: Route, form: Form) -> Form:
    """A checked form with its values in Python: "true" is True, "12" is 12, "" stays ""."""
    if route.params is None:
        return form
    cast: Form = params_node(route.params).cast(form)
    return cast


def check_response(route: Route, value: Any) -> list[Problem]:
    return problems(json_node(route.returns), value)
