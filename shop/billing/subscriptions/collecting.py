"""What is open is collected as soon as there is a new card, and not only at Stripe's next try."""

from sqlalchemy import select, update

from shop import db
from shop.billing.calls import calling
from shop.billing.gateway import Declined, StripeRefused
from shop.billing.subscriptions import mirror
from shop.billing.subscriptions.models import OWING, Subscription
from shop.db import session


def due() -> list[int]:
    """Ids of those that owe, and have a card that was not charged for it."""
    query = select(Subscription.id).where(
        Subscription.status.in_(OWING),
        Subscription.card_fingerprint.is_not(None),
        Subscription.card_fingerprint.is_distinct_from(Subscription.failed_card),
    )
    return list(session.scalars(query))


def collect(subscription_id: int) -> Subscription:
    """Charge the card there is now, if anything is owed; commits.

    :raises Declined: by the bank. It is not tried again before there is another card.
    :raises StripeRefused: when Stripe cannot charge it at all.
    """
    subscription = mirror.sync(subscription_id)
    invoice, card = subscription.latest_invoice_id, subscription.card_fingerprint
    if not subscription.owes or invoice is None:
        return subscription
    try:
        with calling(subscription, f"collect:{invoice}:{card}") as (client, key):
            client.v1.invoices.pay(invoice, {}, {"idempotency_key": key})
    except (Declined, StripeRefused):
        _give_up(subscription_id, card)
        if mirror.sync(subscription_id).owes:  # else somebody paid it meanwhile
            raise
    return mirror.sync(subscription_id)


def _give_up(subscription_id: int, card: str | None) -> None:
    row = update(Subscription).where(Subscription.id == subscription_id)
    session.execute(row.values(failed_card=card))
    db.commit()
