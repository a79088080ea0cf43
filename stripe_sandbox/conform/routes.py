"""Every v1 operation of the library, read from the source of its services."""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stripe

from stripe_sandbox.conform.annotations import evaluate

LIBRARY = Path(stripe.__file__).parent
SKIPPED_FOLDERS = {"params", "events", "v2", "__pycache__"}
REQUEST_METHODS = {"_request", "_request_stream"}


@dataclass(frozen=True)
class Route:
    """One operation: `post /v1/customers/{customer}`."""

    verb: str
    path: str
    module: str
    params_name: str | None
    returns_name: str
    pattern: re.Pattern[str] = field(compare=False)

    @functools.cached_property
    def params(self) -> Any:
        """The params TypedDict; None when the operation takes none."""
        return evaluate(self.params_name, self.module) if self.params_name else None

    @functools.cached_property
    def returns(self) -> Any:
        return evaluate(self.returns_name, self.module)

    def ids(self, path: str) -> tuple[str, ...]:
        found = self.pattern.fullmatch(path)
        return found.groups() if found else ()


@functools.cache
def routes() -> tuple[Route, ...]:
    """All operations, literal paths before templated ones."""
    found = [
        route
        for file in sorted(LIBRARY.rglob("*_service.py"))
        if not SKIPPED_FOLDERS & set(file.parts)
        for route in _read_service(file)
    ]
    return tuple(sorted(found, key=lambda route: (route.path.count("{"), -len(route.path))))


@functools.lru_cache(4096)
def match(verb: str, path: str) -> Route | None:
    candidates = _by_length().get((verb.lower(), path.count("/")), ())
    return next((route for route in candidates if route.pattern.fullmatch(path)), None)


@functools.cache
def _by_length() -> dict[tuple[str, int], list[Route]]:
    index: dict[tuple[str, int], list[Route]] = {}
    for route in routes():
        index.setdefault((route.verb, route.path.count("/")), []).append(route)
    return index


def _read_service(file: Path) -> Iterator[Route]:
    module = ".".join(file.relative_to(LIBRARY.parent).with_suffix("").parts)
    source = file.read_text()
    if '"/v1/' not in source:
        return
    for cls in ast.parse(source).body:
        if isinstance(cls, ast.ClassDef):
            for function in cls.body:
                if isinstance(function, ast.FunctionDef):
                    yield from _read_function(module, function)


def _read_function(module: str, function: ast.FunctionDef) -> Iterator[Route]:
    annotations = {argument.arg: argument.annotation for argument in function.args.args}
    for call in ast.walk(function):
        if not isinstance(call, ast.Call) or getattr(call.func, "attr", "") not in REQUEST_METHODS:
            continue
        verb, path = ast.literal_eval(call.args[0]), _path(call.args[1])
        if path.startswith("/v1/"):
            yield Route(
                verb=verb,
                path=path,
                module=module,
                params_name=_first_string(annotations.get("params")),
                returns_name=ast.unparse(function.returns) if function.returns else "None",
                pattern=re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path))),
            )


def _path(node: ast.expr) -> str:
    """`"/v1/x"` or `"/v1/x/{id}".format(...)`."""
    template = node.func.value if isinstance(node, ast.Call) else node  # type: ignore[attr-defined]
    return str(ast.literal_eval(template))


def _first_string(node: ast.expr | None) -> str | None:
    """`Optional["CustomerUpdateParams"]` names CustomerUpdateParams."""
    for child in ast.walk(node) if node else ():
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            return child.value
    return None
