"""What staff does with drafts. The cart in hand is the draft's own, so all rules of carts hold."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from shop.accounts import audit
from shop.accounts.models import User
from shop.cart import changes, holding
from shop.cart.models import Cart
from shop.cart.summary import CartView
from shop.checkout import filling, sessions
from shop.checkout.drafts import mails
from shop.checkout.drafts.models import Draft, DraftState
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.checkout.pages import view_of
from shop.checkout.quotes import Quote
from shop.db import session, utcnow
from shop.errors import ShopError
from shop.orders.models import Order

LIFE = timedelta(days=14)


class DraftEnded(ShopError):
    title = "This draft has ended"
    message = "It was paid or withdrawn, and stays as it is. Make a new one."


class ChangedMeanwhile(ShopError):
    title = "Somebody was faster"
    message = "This draft was changed meanwhile. Nothing of yours was saved: look again."


class BeingPaid(ShopError):
    title = "It is being paid"
    message = "The buyer has just gone to pay. Look again in a moment."


class NotReady(ShopError):
    title = "This draft cannot be paid yet"


@dataclass(frozen=True)
class Contents:
    """What is in a draft now, and what it costs."""

    checkout: CheckoutSession
    cart: CartView
    quote: Quote

    @property
    def problem(self) -> str:
        """Why it cannot be paid; empty when it can."""
        if not self.cart.lines:
            return "Nothing is in it yet."
        found = [f"{line.title}: {line.problem}" for line in self.cart.lines if line.problem]
        if self.cart.discount and self.cart.discount.problem:
            found.append(self.cart.discount.problem)
        return " ".join(found)


def start(*, email: str, name: str, currency: str) -> Draft:
    """A draft of nothing, for somebody.

    :raises BadContact: with the problems by field.
    """
    cart = Cart(currency=currency, version=0)
    session.add(cart)
    session.flush()  # what follows needs the id
    draft = Draft(cart_id=cart.id, made_by=audit.actor(), expires_at=utcnow() + LIFE)
    session.add(draft)
    holding.lend(cart.id)
    checkout, _ = sessions.create_or_get(cart, sessions.find_unfinished(cart))
    write_to(checkout, email=email, name=name)
    session.flush()  # its page needs the id
    return draft


def contents(draft: Draft) -> Contents:
    holding.lend(draft.cart_id)
    checkout = sessions.current(draft.cart)
    return Contents(checkout, *view_of(checkout, draft.cart))


def seen(contents: Contents) -> str:
    """What a form carries, so that it changes only what it showed; the buyer fills in steps too."""
    steps = [getattr(contents.checkout, name) for name in sessions.CARRIED_OVER]
    shown = json.dumps([contents.cart.version, *steps], sort_keys=True)
    return sha256(shown.encode()).hexdigest()[:24]


def open_for_change(draft: Draft, seen_before: str) -> Contents:
    """The draft as it is now; nobody else changes it, or pays it, until the commit.

    Gives up a payment under way, first at Stripe.

    :raises DraftEnded: also when that payment turned out to be made.
    :raises ChangedMeanwhile: when it is not what was shown.
    """
    before = contents(draft)
    _require_open(draft)
    if seen(before) != seen_before:
        raise ChangedMeanwhile
    try:
        checkout = sessions.reopen(draft.cart)
    except sessions.Completed:
        raise DraftEnded from None
    cart = holding.touch_existing()
    for record in (cart, checkout, draft):
        session.refresh(record)
    _require_open(draft)
    if checkout.status is not CheckoutStatus.OPEN:
        raise BeingPaid
    if cart.version != before.cart.version + 1:
        raise ChangedMeanwhile
    return Contents(checkout, *view_of(checkout, cart))


def _require_open(draft: Draft) -> None:
    if draft.state in {DraftState.PAID, DraftState.WITHDRAWN}:
        raise DraftEnded


def write_to(checkout: CheckoutSession, *, email: str, name: str) -> None:
    """Who buys; the order is in their account, if this address is known to be theirs.

    :raises BadContact: with the problems by field.
    """
    filling.fill_contact(checkout, email=email, name=name)
    found = session.scalar(User.with_email(checkout.email))
    is_theirs = found is not None and found.is_active and found.email_verified_at is not None
    checkout.user_id = found.id if found is not None and is_theirs else None


def move(draft: Contents, given: Mapping[str, str]) -> None:
    """Where it goes, and the invoice too.

    :raises BadAddress: with errors such as `billing.city`.
    """
    filling.fill_address(
        draft.checkout, draft.cart, draft.quote.tariff, billing=given, shipping=None
    )


def deliver_by(draft: Contents, method_id: int | None) -> None:
    """:raises NoSuchDelivery: when it cannot carry this there."""
    filling.fill_delivery(draft.checkout, draft.quote, method_id)


def take_new_prices() -> None:
    """Of the draft that is open for change: what was withdrawn is what took its place."""
    changes.accept()


def send(draft: Draft, now: Contents, time: str) -> bool:
    """Mail the link, which is good for its whole time from now on; once for each `time`.

    :raises NotReady: with what stands in the way of paying.
    """
    if now.problem:
        raise NotReady(now.problem)
    draft.sent_at, draft.expires_at = utcnow(), utcnow() + LIFE
    return mails.send_link(draft, now.checkout, now.quote, time)


def withdraw(draft: Draft, now: Contents) -> None:
    """Its link says so from now on."""
    draft.withdrawn_at = utcnow()
    now.checkout.status = CheckoutStatus.CANCELED


def order_of(draft: Draft) -> Order | None:
    """What it became."""
    return session.get(Order, draft.order_id) if draft.order_id else None
