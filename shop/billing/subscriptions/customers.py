"""Who pays, at Stripe: a Customer for each account."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import delete, select, update

from shop import db
from shop.accounts.models import User
from shop.billing.calls import calling
from shop.billing.gateway import Missing, stripe_call
from shop.billing.subscriptions.models import StripeCustomer
from shop.db import session
from shop.jobs import enqueue

OURS = "keystall_customer"
"""The metadata key by which Stripe's Customer names its row here."""


def stripe_customer_of(user: User) -> str:
    """Their Customer's id, made at the first call; commits."""
    user_id, email, name = user.id, user.email, user.name
    db.insert_once(StripeCustomer, user_id=user_id)
    row = session.scalars(select(StripeCustomer).filter_by(user_id=user_id)).one()
    row_id, known, key = row.id, row.stripe_customer_id, row.idempotency_key
    if known:
        return known
    with calling(row, "customer") as (client, call_key):
        customer = client.v1.customers.create(
            {"email": email, "name": name, "metadata": {OURS: key}}, {"idempotency_key": call_key}
        )
    made = update(StripeCustomer).where(StripeCustomer.id == row_id)
    session.execute(made.values(stripe_customer_id=customer.id))
    db.commit()
    return customer.id


def known_customer_of(user_id: int) -> str | None:
    """None for who never subscribed to anything."""
    query = select(StripeCustomer.stripe_customer_id).filter_by(user_id=user_id)
    return session.scalar(query)


def user_of(stripe_customer_id: str) -> int | None:
    """Whose Customer that is; None when they are not ours."""
    query = select(StripeCustomer.user_id).filter_by(stripe_customer_id=stripe_customer_id)
    return session.scalar(query)


def forget(user_id: int) -> None:
    """Have Stripe erase them too, with their cards; it keeps invoices, as the law wants."""
    unwanted = update(StripeCustomer).where(StripeCustomer.user_id == user_id)
    session.execute(unwanted.values(is_unwanted=True))
    enqueue("shop.billing.tasks.forget_customers")


def unwanted() -> Sequence[int]:
    """Rows of those whom Stripe has yet to erase."""
    return session.scalars(select(StripeCustomer.id).filter_by(is_unwanted=True)).all()


def erase(row_id: int) -> None:
    """At Stripe, then here; commits before it asks Stripe. Once more does nothing.

    :raises ShopError: when Stripe does not do it; they stay unwanted, and it is tried again.
    """
    stripe_id = session.scalar(select(StripeCustomer.stripe_customer_id).filter_by(id=row_id))
    db.commit()
    if stripe_id:
        _erase(stripe_id)
    session.execute(delete(StripeCustomer).where(StripeCustomer.id == row_id))


def _erase(stripe_id: str) -> None:
    """Also done when there is no such Customer: a try before this one had no answer."""
    with suppress(Missing), stripe_call() as client:
        client.v1.customers.delete(stripe_id)
