"""What is in the database now."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select, update

from shop.billing.gateway import Declined, stripe_call
from shop.billing.models import Payment
from shop.checkout.models import CheckoutSession
from shop.db import commit, session
from shop.orders.models import Order

FRESH = {"populate_existing": True}


def orders() -> Sequence[Order]:
    return session.scalars(select(Order).order_by(Order.id), execution_options=FRESH).all()


def the_order() -> Order:
    return session.scalars(select(Order), execution_options=FRESH).one()


def payments() -> Sequence[Payment]:
    return session.scalars(select(Payment).order_by(Payment.id), execution_options=FRESH).all()


def the_session(token: str | None = None) -> CheckoutSession:
    query = select(CheckoutSession)
    if token:
        query = query.where(CheckoutSession.token == token)
    return session.scalars(query, execution_options=FRESH).one()


def let_time_pass(minutes: int) -> None:
    """For the checkouts: their end comes nearer."""
    for checkout in session.scalars(select(CheckoutSession), execution_options=FRESH).all():
        earlier = checkout.expires_at - timedelta(minutes=minutes)
        same = CheckoutSession.id == checkout.id
        session.execute(update(CheckoutSession).where(same).values(expires_at=earlier))
    commit()


def pay_at_stripe(method: str = "pm_card_visa") -> None:
    """The buyer's browser pays the latest payment; nobody has told us yet."""
    intent = payments()[-1].stripe_payment_intent_id
    assert intent
    commit()
    with suppress(Declined), stripe_call() as client:
        client.v1.payment_intents.confirm(
            intent, {"payment_method": method, "return_url": "http://localhost"}
        )
