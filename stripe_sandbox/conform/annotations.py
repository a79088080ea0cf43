"""Turn the library's annotations, half of them strings, into real types."""

import ast
import functools
import importlib
import inspect
import sys
import typing
from dataclasses import dataclass
from types import ModuleType, NoneType, UnionType
from typing import Any

from stripe import ListObject, SearchResultObject, StripeObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._request_options import RequestOptions

UNIONS = (typing.Union, UnionType)
# api_key, idempotency_key, ...: the library reads these itself and never sends them
OPTION_KEYS = frozenset(RequestOptions.__annotations__)
ROOTS = (StripeObject, ListObject, SearchResultObject, dict)


@dataclass(frozen=True)
class Field:
    annotation: Any
    required: bool


class Namespace(dict[str, Any]):
    """A module's globals, and what its `if TYPE_CHECKING:` block would have imported."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(vars(typing))
        self.update(vars(module))
        self.late = type_checking_imports(module)

    def __missing__(self, name: str) -> Any:
        module, attribute = self.late[name]
        return getattr(importlib.import_module(module), attribute)


def type_checking_imports(module: ModuleType) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            for statement in node.body:
                if isinstance(statement, ast.ImportFrom) and statement.module:
                    found.update(
                        (alias.asname or alias.name, (statement.module, alias.name))
                        for alias in statement.names
                    )
    return found


@functools.cache
def namespace(module_name: str) -> Namespace:
    return Namespace(sys.modules.get(module_name) or importlib.import_module(module_name))


def evaluate(source: str, module_name: str) -> Any:
    # The text comes from the installed library's own source.
    return resolve(eval(source, {}, namespace(module_name)), module_name)  # noqa: S307


def resolve(annotation: Any, module_name: str) -> Any:
    """Replace the strings and forward references inside an annotation by what they name.

    Class names repeat across modules (two `Session`), so each is looked up in its own module.
    """
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return evaluate(annotation, module_name)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is None or origin is typing.Literal or not arguments:
        return annotation
    resolved = tuple(resolve(argument, module_name) for argument in arguments)
    if origin in UNIONS:
        return typing.Union[resolved]  # noqa: UP007
    return origin[resolved if len(resolved) > 1 else resolved[0]]


@functools.cache
def object_class(name: str) -> Any:
    """The library's class for the `object` of a JSON value, e.g. `checkout.session`, or None."""
    if name not in OBJECT_CLASSES:
        return None
    module, attribute = OBJECT_CLASSES[name]
    return getattr(importlib.import_module(module), attribute)


@functools.cache
def fields(cls: type) -> dict[str, Field]:
    """Wire name to field, of a StripeObject class or of a params TypedDict."""
    return _param_fields(cls) if hasattr(cls, "__required_keys__") else _object_fields(cls)


def _param_fields(cls: Any) -> dict[str, Field]:
    remapped = getattr(cls, "_field_remappings", None) or {}
    return {
        remapped.get(name, name): Field(
            resolve(_unwrapped(annotation, cls.__module__), cls.__module__),
            required=name in cls.__required_keys__,
        )
        for name, annotation in cls.__annotations__.items()
        if name not in OPTION_KEYS
    }


def _object_fields(cls: type) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for base in reversed(cls.__mro__):
        if base in ROOTS or not issubclass(base, StripeObject):
            continue
        remapped = getattr(base, "_field_remappings", None) or {}
        for name, raw in inspect.get_annotations(base).items():
            annotation = _unwrapped(raw, base.__module__)
            if name.startswith("_") or name == "OBJECT_NAME" or _is_class_variable(annotation):
                continue
            resolved = resolve(annotation, base.__module__)
            found[remapped.get(name, name)] = Field(resolved, required=not is_optional(resolved))
    return found


def _unwrapped(annotation: Any, module_name: str) -> Any:
    """The annotation without `NotRequired[...]`."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        # evaluated, not resolved: NotRequired[...] may be inside the string
        annotation = eval(annotation, {}, namespace(module_name))  # noqa: S307
    if "Required" in str(typing.get_origin(annotation)):
        return typing.get_args(annotation)[0]
    return annotation


def _is_class_variable(annotation: Any) -> bool:
    return typing.get_origin(annotation) is typing.ClassVar or annotation is typing.ClassVar


def is_optional(annotation: Any) -> bool:
    return NoneType in members(annotation)


def members(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) in UNIONS:
        return typing.get_args(annotation)
    return (annotation,)
