"""Paid, and no key was left: the order waits for a person, and its buyer is served first."""

from sqlalchemy import select

from shop import events
from shop.billing.subscriptions import timeline as subscription_timeline
from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Kind, Price, Variant
from shop.db import session
from shop.licenses.models import License
from shop.licenses.pool import mails, taking
from shop.licenses.pool.models import PoolKey
from shop.orders import timeline
from shop.orders.models import Fulfilment, Order, OrderLine, PaymentState

NO_KEY = "paid but no key"
KEPT = (PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED)
HAS_NO_LICENSE = ~select(License.id).where(License.order_line_id == OrderLine.id).exists()


def wait(line: OrderLine) -> None:
    """For a key that is uploaded later."""
    if mails.say_that_it_follows(line.order, line.title, line.id):
        timeline.ask_for_a_hand(line.order, NO_KEY, line=line.id, sku=line.sku)
        variant = session.get_one(Variant, line.variant_id)
        mails.tell_staff_of_none(variant, f"Order {line.order.number}", f"none:{line.id}")


def wait_subscribed(subscription: Subscription) -> None:
    variant = subscription.price.variant
    whose = f"A subscription of {subscription.user.email}"
    if mails.tell_staff_of_none(variant, whose, f"none:subscription:{subscription.id}"):
        text = "The key follows as soon as there is one."
        subscription_timeline.note(subscription, "no_key", text)


def serve_variant(variant_id: int) -> int:
    """All who wait for a key of it, in the order they came; returns how many got one."""
    query = select(OrderLine.id).join(OrderLine.order).join(
        Fulfilment, Fulfilment.order_id == Order.id
    )  # fmt: skip
    query = query.where(
        OrderLine.variant_id == variant_id,
        OrderLine.kind == Kind.LICENSE,
        Order.payment_state.in_(KEPT),
        HAS_NO_LICENSE,
    )
    lines = session.scalars(query.order_by(OrderLine.id)).all()
    served = sum(_serve(line_id) for line_id in lines if taking.left(variant_id))
    return served + _serve_subscribed(variant_id)


def _serve(line_id: int) -> bool:
    """By the event that issues licenses."""
    line = session.get_one(OrderLine, line_id)
    mine = select(Order).where(Order.id == line.order_id)
    order = session.scalars(mine.with_for_update()).one()
    events.publish(events.KeysCame(line.id))
    key = session.scalar(select(License.key).where(License.order_line_id == line.id))
    if key is None:
        return False
    timeline.note(order, "key", "The key is here and was sent.", line=line.id)
    mails.send_key(order, line.title, line.id, key)
    others = select(OrderLine.id).where(
        OrderLine.order_id == order.id, OrderLine.kind == Kind.LICENSE, HAS_NO_LICENSE
    )
    if order.attention == NO_KEY and session.scalar(others.limit(1)) is None:
        order.attention = ""
    return True


def _serve_subscribed(variant_id: int) -> int:
    has_license = select(License.id).where(License.subscription_id == Subscription.id).exists()
    query = select(Subscription.id).join(Price, Price.id == Subscription.price_id)
    query = query.where(Price.variant_id == variant_id, Subscription.has_access, ~has_license)
    ids = session.scalars(query.order_by(Subscription.id)).all() if taking.left(variant_id) else ()
    for subscription_id in ids:
        events.publish(events.SubscriptionChanged(subscription_id))
    got = select(License.id).where(License.subscription_id.in_(ids))
    return len(session.scalars(got).all())


def sweep() -> int:
    """Who began to wait in the very moment that keys were uploaded."""
    query = select(OrderLine.variant_id).join(OrderLine.order).where(
        Order.attention == NO_KEY,
        OrderLine.kind == Kind.LICENSE,
        HAS_NO_LICENSE,
        select(PoolKey.id)
        .where(PoolKey.variant_id == OrderLine.variant_id, PoolKey.taken_at.is_(None))
        .exists(),
    )  # fmt: skip
    return sum(serve_variant(variant_id) for variant_id in set(session.scalars(query).all()))
