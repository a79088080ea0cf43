"""Checkouts that nobody finished: their stock is free again, once, and never while being paid."""

from datetime import timedelta

from sqlalchemy import select, update

from shop import db
from shop.checkout.closing import close
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import session, utcnow
from shop.logs import log

AT_ONCE = 50
UNTIL_STRIPE_ANSWERS = timedelta(minutes=1)
UNTIL_THE_BANK_DECIDES = timedelta(hours=1)


def expire_due() -> int:
    """End what is overdue; how many were. Commits after each, and needs no lock between workers.

    Asking Stripe twice to cancel does no harm, and the order is canceled by whoever is first.
    """
    _expire_open()
    return sum(_expire(checkout_id) for checkout_id in _overdue())


sweep = expire_due


def _expire_open() -> None:
    session.execute(
        update(CheckoutSession)
        .where(
            CheckoutSession.status == CheckoutStatus.OPEN, CheckoutSession.expires_at <= utcnow()
        )
        .values(status=CheckoutStatus.EXPIRED)
    )
    db.commit()


def _overdue() -> list[int]:
    query = select(CheckoutSession.id).where(
        CheckoutSession.status == CheckoutStatus.AWAITING_PAYMENT,
        CheckoutSession.expires_at <= utcnow(),
    )
    return list(session.scalars(query.order_by(CheckoutSession.expires_at).limit(AT_ONCE)))


def _expire(checkout_id: int) -> bool:
    checkout = session.get_one(CheckoutSession, checkout_id, populate_existing=True)
    if not checkout.is_awaiting_payment or checkout.expires_at > utcnow():
        return False  # tried again, or ended, since we looked for what is overdue
    try:
        ended = close(checkout)
    except Exception as error:  # noqa: BLE001  whatever it is, it holds up no other
        db.rollback()
        log.warning("checkout not expired", checkout=checkout_id, error=type(error).__name__)
        _put_off(checkout_id, UNTIL_STRIPE_ANSWERS)
        return False
    if not ended:
        _put_off(checkout_id, UNTIL_THE_BANK_DECIDES)
    db.commit()
    return ended


def _put_off(checkout_id: int, pause: timedelta) -> None:
    """Still reserved: it may be paid any moment."""
    session.execute(
        update(CheckoutSession)
        .where(
            CheckoutSession.id == checkout_id,
            CheckoutSession.status == CheckoutStatus.AWAITING_PAYMENT,
        )
        .values(expires_at=utcnow() + pause)
    )
    db.commit()
