"""Which function answers which operation. A route of Stripe's without one answers 501."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from stripe_sandbox.conform import Route, match
from stripe_sandbox.errors import Forbidden, Json, NotBuilt, NotFound
from stripe_sandbox.http.params import Params
from stripe_sandbox.sandbox import Sandbox


@dataclass
class Call:
    """One request, checked and decoded."""

    box: Sandbox
    params: Params
    ids: tuple[str, ...] = ()
    path: str = ""
    client_secret: str | None = None
    """Given by a browser, which has no secret key."""
    is_browser: bool = False

    @property
    def id(self) -> str:
        return self.ids[0]


Handler = Callable[[Call], Json]


@dataclass(frozen=True)
class Operation:
    handler: Handler
    for_browsers: bool = False


@dataclass
class Registry:
    operations: dict[tuple[str, str], Operation] = field(default_factory=dict)
    browser_routes: list[Route] = field(default_factory=list)

    def find_route(self, verb: str, path: str) -> Route:
        for route in self.browser_routes:
            if route.verb == verb and route.pattern.fullmatch(path):
                return route
        route_of_library = match(verb, path)
        if route_of_library is None:
            raise NotFound(f"Unrecognized request URL ({verb.upper()}: {path}).")
        return route_of_library

    def find(self, route: Route, *, is_browser: bool) -> Handler:
        operation = self.operations.get((route.verb, route.path))
        if operation is None:
            raise NotBuilt(f"The sandbox has not built {route.verb.upper()} {route.path}.")
        if is_browser and not operation.for_browsers:
            raise Forbidden(
                "This API call cannot be made with a publishable API key. Please use a secret "
                "API key.",
                code="secret_key_required",
            )
        return operation.handler


REGISTRY = Registry()


def operation(verb: str, path: str, *, for_browsers: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler under a path template of the library, letter for letter."""

    def register(handler: Handler) -> Handler:
        REGISTRY.operations[verb, path] = Operation(handler, for_browsers)
        return handler

    return register


def browser_route(verb: str, path: str, *, like: tuple[str, str, str]) -> None:
    """A route that only Stripe.js uses; `like` names (module, params, answer) in the library."""
    module, params, returns = like
    REGISTRY.browser_routes.append(
        Route(verb, path, module, params, returns, re.compile(re.escape(path)))
    )
