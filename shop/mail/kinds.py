"""Every kind of mail that the shop writes: when, in which words, and what they may name.

Each package adds its own. The words of the back office take the place of those here; see
`shop.mail.wording` for how both are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shop.mail.blocks import Block

Value = str | tuple[Block, ...] | None
"""Of a placeholder. Without a value, or without blocks, its paragraph is left out."""


@dataclass(frozen=True)
class Placeholder:
    meaning: str
    example: Value
    is_required: bool = False
    """The mail would be of no use without it."""

    @property
    def is_block(self) -> bool:
        return isinstance(self.example, tuple)

    @property
    def is_link(self) -> bool:
        return isinstance(self.example, str) and self.example.startswith("https://")

    @property
    def fits_subject(self) -> bool:
        """What opens something stays out of it: subjects are shown on locked screens."""
        return not (self.is_block or self.is_link or self.is_required)


@dataclass(frozen=True)
class Words:
    subject: str
    text: str
    """Markdown, of which HTML and plain text are made."""


EVERYWHERE = MappingProxyType(
    {
        "shop": Placeholder("The name of the shop", "Keystall"),
        "contact": Placeholder("Where customers write to", "hello@keystall.example"),
    }
)


@dataclass(frozen=True)
class Kind:
    key: str
    group: str
    name: str
    when: str
    words: Words
    """As delivered."""
    own: Mapping[str, Placeholder] = field(repr=False)

    @property
    def placeholders(self) -> dict[str, Placeholder]:
        return dict(self.own) | dict(EVERYWHERE)

    @property
    def example(self) -> dict[str, Value]:
        return {name: known.example for name, known in self.own.items()}


ORDERS = "Orders"
SUBSCRIPTIONS = "Subscriptions"
LICENSES = "Licenses and downloads"
ACCOUNTS = "Accounts"
STAFF = "To the staff"
GROUPS = (ORDERS, SUBSCRIPTIONS, LICENSES, ACCOUNTS, STAFF)

_kinds: dict[str, Kind] = {}


def is_private(key: str) -> bool:
    """About an account: its links are good once, and for its reader alone."""
    return key.startswith("account")


def add(kind: Kind) -> Kind:
    _kinds[kind.key] = kind
    return kind


def known() -> list[Kind]:
    """By group, and in each as their packages added them."""
    return sorted(_kinds.values(), key=lambda kind: GROUPS.index(kind.group))


def find(key: str) -> Kind | None:
    return _kinds.get(key)
