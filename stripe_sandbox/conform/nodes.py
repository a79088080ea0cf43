"""Compiled annotations: what a value on the wire may look like.

A node answers three questions: does the value have my outer shape (`fits`), what is wrong inside
it (`check`), and what is it in Python (`cast`, for form values, which arrive as strings).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from stripe_sandbox.conform.problems import Problem

NONE: list[Problem] = []


class Node(Protocol):
    @property
    def name(self) -> str: ...

    def fits(self, value: Any) -> bool: ...

    def check(self, value: Any) -> list[Problem]: ...

    def cast(self, value: Any) -> Any: ...

    def blank(self) -> Any: ...


@dataclass(frozen=True)
class Scalar:
    name: str
    accepts: Callable[[Any], bool]
    empty: Any = None
    convert: Callable[[Any], Any] = field(default=lambda value: value)

    def fits(self, value: Any) -> bool:
        return self.accepts(value)

    def check(self, value: Any) -> list[Problem]:  # noqa: ARG002
        return NONE

    def cast(self, value: Any) -> Any:
        return self.convert(value)

    def blank(self) -> Any:
        return self.empty


@dataclass(frozen=True)
class Enum:
    """A closed set. `Literal[...] | str` is read as closed too: nobody means just any string."""

    values: tuple[Any, ...]

    @property
    def name(self) -> str:
        return f"one of {', '.join(map(str, self.values[:12]))}"

    def fits(self, value: Any) -> bool:
        return (type(value), value) in self._known if isinstance(value, str | int) else False

    @cached_property
    def _known(self) -> frozenset[tuple[type, Any]]:
        return frozenset((type(value), value) for value in self.values)  # True is not 1 here

    def check(self, value: Any) -> list[Problem]:  # noqa: ARG002
        return NONE

    def cast(self, value: Any) -> Any:
        return value

    def blank(self) -> Any:
        return self.values[0]


@dataclass(frozen=True)
class ListOf:
    item: Node
    name = "an array"

    def fits(self, value: Any) -> bool:
        return isinstance(value, list)

    def check(self, value: list[Any]) -> list[Problem]:
        return [
            problem.under(index)
            for index, member in enumerate(value)
            for problem in problems(self.item, member)
        ]

    def cast(self, value: list[Any]) -> Any:
        return [self.item.cast(member) for member in value]

    def blank(self) -> Any:
        return []


@dataclass(frozen=True)
class MapOf:
    """Free keys, e.g. metadata."""

    item: Node
    name = "a hash"

    def fits(self, value: Any) -> bool:
        return isinstance(value, dict | list)

    def check(self, value: Any) -> list[Problem]:
        return [
            problem.under(key)
            for key, member in self.cast(value).items()
            for problem in problems(self.item, member)
        ]

    def cast(self, value: Any) -> Any:
        # metadata[0]=x was decoded as a list
        return {str(i): x for i, x in enumerate(value)} if isinstance(value, list) else value

    def blank(self) -> Any:
        return {}


@dataclass(frozen=True)
class Page:
    """A list object: `{object: list, data, has_more, url}`."""

    item: Node | None
    name = "a list object"

    def fits(self, value: Any) -> bool:
        return isinstance(value, dict) and value.get("object") in ("list", "search_result")

    def check(self, value: dict[str, Any]) -> list[Problem]:
        found = [
            Problem("missing", "required in a list object", (key,))
            for key in ("data", "has_more", "url")
            if key not in value
        ]
        if self.item:
            found += [p.under("data") for p in ListOf(self.item).check(value.get("data", []))]
        return found

    def cast(self, value: Any) -> Any:
        return value

    def blank(self) -> Any:
        return {"object": "list", "data": [], "has_more": False, "url": ""}


@dataclass(frozen=True)
class Member:
    node: Node
    required: bool


@dataclass(frozen=True)
class Record:
    """Fixed keys: a resource, a hash inside one, or the parameters of an operation."""

    name: str
    load: Callable[[], Mapping[str, Member]]
    object_name: str | None = None
    unknown: str = "not a field of {owner}"
    missing: str = "required by {owner}"

    @cached_property
    def members(self) -> Mapping[str, Member]:
        return self.load()

    def fits(self, value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        given = value.get("object")
        return self.object_name is None or not isinstance(given, str) or given == self.object_name

    def check(self, value: dict[str, Any]) -> list[Problem]:
        if self.object_name and value.get("deleted") is True:
            return NONE if set(value) == {"id", "object", "deleted"} else [_too_much()]
        members, found = self.members, []
        for key, child in value.items():
            member = members.get(key)
            if member is None:
                found.append(Problem("unknown", self.unknown.format(owner=self.name), (key,)))
            else:
                found += [problem.under(key) for problem in problems(member.node, child)]
        found += [
            Problem("missing", self.missing.format(owner=self.name), (key,))
            for key, member in members.items()
            if member.required and key not in value
        ]
        return found

    def cast(self, value: dict[str, Any]) -> Any:
        return {key: self.members[key].node.cast(child) for key, child in value.items()}

    def blank(self) -> Any:
        return {key: member.node.blank() for key, member in self.members.items()}


def _too_much() -> Problem:
    return Problem("unknown", "a deleted object carries id, object and deleted only")


@dataclass(frozen=True)
class OneOf:
    choices: tuple[Node, ...]
    nullable: bool = False

    @property
    def name(self) -> str:
        return " or ".join(choice.name for choice in self.choices)

    def fits(self, value: Any) -> bool:
        if value is None:
            return self.nullable
        return any(choice.fits(value) for choice in self.choices)

    def check(self, value: Any) -> list[Problem]:
        """The complaints of the choice that comes closest."""
        best: list[Problem] | None = None
        for choice in self.choices if value is not None else ():
            if choice.fits(value):
                found = choice.check(value)
                if not found:
                    return NONE
                best = found if best is None or len(found) < len(best) else best
        return best or NONE

    def cast(self, value: Any) -> Any:
        fitting = [choice for choice in self.choices if choice.fits(value)]
        return min(fitting, key=lambda choice: len(choice.check(value))).cast(value)

    def blank(self) -> Any:
        return None if self.nullable else self.choices[0].blank()


def problems(node: Node, value: Any) -> list[Problem]:
    """Everything wrong with the value; empty when it conforms."""
    if node.fits(value):
        return node.check(value)
    if value is None:
        return [Problem("null", f"not nullable: {node.name}")]
    kind = _mismatch(node, value)
    return [Problem(kind, f"Invalid value {str(value)[:60]!r}: must be {node.name}")]


def _mismatch(node: Node, value: Any) -> Any:
    choices = node.choices if isinstance(node, OneOf) else (node,)
    is_enum = any(isinstance(choice, Enum) for choice in choices)
    return "enum" if is_enum and isinstance(value, str | int) else "type"
