"""Facts that one package tells the others.

Listeners run at once, inside the publisher's transaction: either all of it commits or none.
`connect()` in `shop/app.py` is the one list of who listens to what.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Event = TypeVar("Event")


@dataclass(frozen=True)
class PaymentChanged:
    """Our record of a payment follows Stripe again; look at its status."""

    payment_id: int


@dataclass(frozen=True)
class Buyer:
    """Who buys, where the goods go, and by which way; addresses in the form of ours."""

    email: str
    name: str
    billing_address: Mapping[str, str]
    shipping_address: Mapping[str, str] | None
    delivery_name: str
    delivery: int
    """Minor units."""


@dataclass(frozen=True)
class BuyerTold:
    """Stripe's page has asked who buys; told whenever we look, and before the amount is checked."""

    payment_id: int
    buyer: Buyer


@dataclass(frozen=True)
class PaymentMismatched:
    """Stripe has another amount or currency than we asked for."""

    payment_id: int


@dataclass(frozen=True)
class RefundChanged:
    refund_id: int


@dataclass(frozen=True)
class LinesRefunded:
    """Some lines of an order are refunded by themselves, or no more; look at all of them."""

    order_id: int


@dataclass(frozen=True)
class DisputeChanged:
    """A dispute has another status at Stripe; look at all of its order or subscription."""

    dispute_id: int


@dataclass(frozen=True)
class OrderPaid:
    order_id: int


@dataclass(frozen=True)
class OrderCanceled:
    """Never paid, and will not be: what was held for it is free again."""

    order_id: int


@dataclass(frozen=True)
class OrderRefunded:
    """All of the order's money went back."""

    order_id: int


@dataclass(frozen=True)
class OrderRestored:
    """A refund failed after all: the order is paid for again."""

    order_id: int


@dataclass(frozen=True)
class GrantGiven:
    """Somebody may download what they bought some time ago."""

    grant_id: int


@dataclass(frozen=True)
class KeysCame:
    """This line was paid when there was no key to sell, and now there may be one."""

    order_line_id: int


@dataclass(frozen=True)
class SubscriptionChanged:
    """Our record of a subscription follows Stripe again; look at its state as a whole."""

    subscription_id: int


@dataclass(frozen=True)
class InvoiceChanged:
    """Our record of an invoice, Stripe's or ours, is new or not what it was; look at it."""

    invoice_id: int


@dataclass(frozen=True)
class CreditNoteChanged:
    credit_note_id: int


@dataclass(frozen=True)
class SignedIn:
    user_id: int


@dataclass(frozen=True)
class AddressVerified:
    """The address is known to be this person's: what was ordered with it is theirs.

    Told again at every sign-in, for what they ordered as a guest since.
    """

    user_id: int


_listeners: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event: type[Event], *listeners: Callable[[Event], None]) -> None:
    known = _listeners[event]
    known += [listener for listener in listeners if listener not in known]


def publish(event: object) -> None:
    for listener in _listeners[type(event)]:
        listener(event)
