"""Letters to subscribers, written into the outbox as soon as they are due."""

from datetime import timedelta

from sqlalchemy import or_, select

from shop import config
from shop.billing.subscriptions import letter_kinds, letters, mirror, opened, plans
from shop.billing.subscriptions.letters import Letter
from shop.billing.subscriptions.models import OVER, Subscription
from shop.db import session, utcnow
from shop.events import SubscriptionChanged
from shop.mail import outbox
from shop.mail.blocks import Button, Code
from shop.mail.kinds import Value


def follow(event: SubscriptionChanged) -> None:
    """After the licenses: the welcome holds the key."""
    send_due(session.get_one(Subscription, event.subscription_id))


def send_due(subscription: Subscription) -> int:
    """How many letters were new."""
    session.flush()  # the entries are counted in the database
    session.refresh(subscription, ["entries"])
    return sum([_send(subscription, letter) for letter in letters.due(subscription)])


def remind(stripe_id: str) -> None:
    """For an event that says what is coming: nothing has changed, but something is to be said."""
    mirror.sync_stripe(stripe_id)
    query = select(Subscription).filter_by(stripe_subscription_id=stripe_id)
    subscription = session.scalar(query)
    if subscription:
        send_due(subscription)


def coming_up() -> list[int]:
    """Ids of those that something is to be said about because time goes by."""
    horizon = max(letters.BEFORE_CARD_EXPIRES, letters.BEFORE_YEARLY_RENEWAL) + timedelta(days=1)
    now = utcnow()
    query = select(Subscription.id).where(
        Subscription.status.not_in(OVER),
        or_(
            Subscription.current_period_end.between(now, now + horizon),
            Subscription.frozen_at.is_not(None),
        ),
    )
    return list(session.scalars(query))


def _send(subscription: Subscription, letter: Letter) -> bool:
    user = subscription.user
    plan = plans.title_of(subscription.price, subscription.quantity)
    values: dict[str, Value] = {"plan": plan, **letter.words}
    if letter.kind is letter_kinds.WELCOME:
        values |= _opened(subscription)
    return outbox.write(
        letter.kind,
        key=f"subscription:{subscription.id}:{letter.key}",
        to=user.email,
        reference=subscription.stripe_subscription_id or "",
        name=user.name,
        product=subscription.product.title,
        link=f"{config.current().base_url}/account/subscriptions/{subscription.token}",
        **values,
    )


def _opened(subscription: Subscription) -> dict[str, Value]:
    opens = opened.by([subscription])[subscription.id]
    key, url = opens.license_key, opens.download_url
    return {
        "license_keys": (Code(key, "Your license key"),) if key else (),
        "downloads": (Button("Download", url),) if url else (),
    }
