"""How one kind of change is taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shop.errors import ShopError


class CannotComeBack(ShopError):
    title = "It cannot be undone"
    message = "Nothing was undone: something that it needs is not there any more."


@dataclass(frozen=True)
class Reversal:
    look: Callable[[str], Any]
    """What the change is about, by its key, as it is now; nobody else changes it until the commit.
    JSON knows the answer, or it is a datetime."""
    put: Callable[[str, Any], str | None]
    """Make it so again, by the rules of the shop; returns another key when it has one now."""
    subject: Callable[[str], str]
    """As the audit log names it."""
    is_grave: bool = False
    """Whether it asks again who is there, as its act does."""
