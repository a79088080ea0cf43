"""Calls that make something at Stripe, once, however often they are tried.

The row that stands for the thing is committed with its idempotency key before the call, so a call
whose answer was lost is repeated with the same key and makes nothing twice.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import stripe
from sqlalchemy import update
from sqlalchemy.orm import Mapped, mapped_column

from shop import db
from shop.billing.gateway import Declined, StripeFault, StripeRefused, stripe_call
from shop.db import session


class AtStripe:
    """The columns of a row that has something made at Stripe."""

    id: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(unique=True, default=secrets.token_urlsafe)
    tries: Mapped[int] = mapped_column(default=0)
    """Raised after an answer of no further use, a decline or a fault: part of the next key."""


@contextmanager
def calling(row: AtStripe, act: str) -> Iterator[tuple[stripe.StripeClient, str]]:
    """Stripe, and the idempotency key of this try; commits.

    Stripe answers a repeated key as it did before. After an answer that would be of no use again, a
    decline or a fault, the next try has a new key; two tabs go on to one and the same.
    """
    model, row_id, tries = type(row), row.id, row.tries
    key = f"{row.idempotency_key}:{act}:{tries}"
    db.commit()
    try:
        with stripe_call() as client:
            yield client, key
    except (Declined, StripeRefused, StripeFault):
        next_try(model, row_id, tries)
        raise


def next_try(model: type[AtStripe], row_id: int, tries: int) -> None:
    """Unless somebody counted on already; commits."""
    same = (model.id == row_id) & (model.tries == tries)
    session.execute(update(model).where(same).values(tries=tries + 1))
    db.commit()
