"""Whether something was ever ordered."""

from sqlalchemy import exists, or_, select

from shop.billing.subscriptions.models import Subscription
from shop.db import session
from shop.orders.models import OrderLine


def was_ordered(product_id: int) -> bool:
    """Also by orders that were never paid, and by subscriptions: they tell of it for good."""
    line = exists().where(OrderLine.product_id == product_id)
    subscription = exists().where(Subscription.product_id == product_id)
    return bool(session.scalar(select(or_(line, subscription))))
