"""Compile annotations for the two wire formats: JSON answers and form-encoded requests."""

import functools
import inspect
import io
import re
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import NoneType
from typing import Any, Literal

from stripe import ListObject, SearchResultObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

from stripe_sandbox.conform import annotations
from stripe_sandbox.conform.nodes import (
    Enum,
    ListOf,
    MapOf,
    Member,
    Node,
    OneOf,
    Page,
    Record,
    Scalar,
)

Arguments = tuple[Any, ...]


def is_decimal(value: Any) -> bool:
    try:
        return isinstance(value, str) and Decimal(value).is_finite()
    except InvalidOperation:
        return False


def is_integer(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


ANYTHING = Scalar("anything", lambda _: True)
STRING = Scalar("a string", lambda value: isinstance(value, str), "")
JSON_SCALARS: Mapping[Any, Scalar] = {
    str: STRING,
    bool: Scalar("a boolean", lambda value: isinstance(value, bool), empty=False),
    int: Scalar("an integer", lambda value: type(value) is int, 0),
    float: Scalar("a number", is_number, 0),
    Decimal: Scalar("a decimal string", is_decimal, "0"),
}
FORM_SCALARS: Mapping[Any, Scalar] = {
    str: STRING,
    bool: Scalar("a boolean", lambda v: v in ("true", "false"), convert=lambda v: v == "true"),
    int: Scalar("an integer", is_integer, convert=int),
    float: Scalar("a number", is_decimal, convert=float),
    Decimal: Scalar("a decimal", is_decimal),
}


@functools.cache
def json_node(annotation: Any) -> Node:
    return _union(annotation, _json_single)


@functools.cache
def form_node(annotation: Any) -> Node:
    return _union(annotation, _form_single)


def _union(annotation: Any, compile_single: Callable[[Any], Node]) -> Node:
    choices = [choice for choice in annotations.members(annotation) if choice is not NoneType]
    literals = [
        value
        for choice in choices
        if typing.get_origin(choice) is Literal
        for value in typing.get_args(choice)
    ]
    if any(value != "" for value in literals):
        choices = [
            choice for choice in choices if choice is not str
        ]  # an open enum, read as closed
    nodes = tuple(compile_single(choice) for choice in choices)
    nullable = annotations.is_optional(annotation)
    return nodes[0] if len(nodes) == 1 and not nullable else OneOf(nodes, nullable)


def _json_single(annotation: Any) -> Node:
    if scalar := JSON_SCALARS.get(annotation):
        return scalar
    origin = typing.get_origin(annotation) or annotation
    if container := JSON_CONTAINERS.get(origin):
        return container(typing.get_args(annotation))
    return resource_node(origin) if _is_resource(origin) else ANYTHING


def _is_resource(origin: Any) -> bool:
    return (
        inspect.isclass(origin) and issubclass(origin, StripeObject) and origin is not StripeObject
    )


def _json_map(arguments: Arguments) -> Node:
    return MapOf(json_node(arguments[-1]) if arguments else ANYTHING)


def _json_page(arguments: Arguments) -> Node:
    return Page(json_node(arguments[0]) if arguments else None)


JSON_CONTAINERS: Mapping[Any, Callable[[Arguments], Node]] = {
    Literal: Enum,
    list: lambda arguments: ListOf(json_node(arguments[0])),
    dict: _json_map,
    UntypedStripeObject: _json_map,
    ListObject: _json_page,
    SearchResultObject: _json_page,
}


@functools.cache
def resource_node(cls: Any) -> Record:
    name = getattr(cls, "OBJECT_NAME", None)
    return Record(
        name=cls.__qualname__,
        load=lambda: _members(cls, json_node),
        object_name=name if isinstance(name, str) else None,
    )


def _form_single(annotation: Any) -> Node:
    if scalar := FORM_SCALARS.get(annotation):
        return scalar
    origin = typing.get_origin(annotation) or annotation
    if container := FORM_CONTAINERS.get(origin):
        return container(typing.get_args(annotation))
    if hasattr(annotation, "__required_keys__"):
        return params_node(annotation)
    if annotation in (Any, object) or _is_file(origin):
        return ANYTHING
    raise TypeError(f"no form encoding known for {annotation!r}")


def _form_enum(arguments: Arguments) -> Node:
    return Enum(tuple(str(v).lower() if isinstance(v, bool) else v for v in arguments))


def _form_map(arguments: Arguments) -> Node:
    return MapOf(form_node(arguments[-1]) if arguments else ANYTHING)


FORM_CONTAINERS: Mapping[Any, Callable[[Arguments], Node]] = {
    Literal: _form_enum,
    list: lambda arguments: ListOf(form_node(arguments[0])),
    dict: _form_map,
    UntypedStripeObject: _form_map,
}


def _is_file(origin: Any) -> bool:
    return origin is typing.IO or (inspect.isclass(origin) and issubclass(origin, io.IOBase))


@functools.cache
def params_node(params: Any) -> Record:
    return Record(
        name=params.__qualname__,
        load=lambda: _members(params, form_node),
        unknown="Received unknown parameter",
        missing="Missing required param",
    )


def _members(cls: type, compile_node: Callable[[Any], Node]) -> dict[str, Member]:
    return {
        name: Member(compile_node(field.annotation), field.required)
        for name, field in annotations.fields(cls).items()
    }
