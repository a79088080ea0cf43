"""Coming back from Stripe's pages: its events may still be under way, so we ask."""

from datetime import timedelta

from shop import db
from shop.billing.gateway import StripeRefused
from shop.billing.subscriptions import mirror
from shop.billing.subscriptions.models import Subscription
from shop.db import utcnow
from shop.errors import Unavailable

PAUSE = timedelta(seconds=1)
"""Between two looks, however often the page is loaded."""


def look(subscription: Subscription) -> bool:
    """Follow Stripe; in a GET. False when it does not answer, or was asked a moment ago."""
    subscription_id, asked_at = subscription.id, subscription.asked_at
    if asked_at and utcnow() - asked_at < PAUSE:
        return False
    db.will_write()
    try:
        mirror.sync(subscription_id)
    except (Unavailable, StripeRefused):
        return False
    db.commit()
    return True
