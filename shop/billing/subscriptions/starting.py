"""Somebody subscribes: a row here, then Stripe's page, which makes the Subscription when paid.

Stripe's Subscription carries our token from its first moment, so that it finds its row however its
events arrive.
"""

from dataclasses import dataclass
from datetime import timedelta

import stripe
from sqlalchemy import select, update

from shop import config, db
from shop.accounts.models import User
from shop.billing.calls import calling
from shop.billing.subscriptions import customers, mirror, plans, trials
from shop.billing.subscriptions.models import OVER, StripeCustomer, Subscription, SubscriptionStatus
from shop.catalog import prices
from shop.catalog.models import Price
from shop.db import session
from shop.errors import BadInput, ShopError

MOST_SEATS = 99
PAGE_LIFE = timedelta(hours=23)  # Stripe allows 24, from a late retry too
DONE = "/account/subscriptions/{token}"
LEFT = "/subscribe/{price_id}?quantity={quantity}"


class NotAPlan(BadInput):
    message = "This is bought once: put it into the cart."


class AlreadySubscribed(ShopError):
    title = "You have this subscription already"
    message = "You have this subscription already. Change its plan or seats in your account."


@dataclass(frozen=True)
class Started:
    token: str
    url: str
    """Of Stripe's page, where the buyer pays."""


@dataclass(frozen=True)
class Wish:
    """What somebody is about to subscribe to."""

    price: Price
    quantity: int
    trial_days: int


def wish(user: User | None, price_id: int, quantity: int = 1) -> Wish:
    """:raises ShopError: when the price is withdrawn or no plan, or they have the product."""
    if not 1 <= quantity <= MOST_SEATS:
        told = f"Choose a number between 1 and {MOST_SEATS}."
        raise BadInput(told, quantity=[told])
    price = prices.sellable(price_id)
    if not price.is_recurring:
        raise NotAPlan(price_id=[NotAPlan.message])
    if user is None:
        return Wish(price, quantity, price.trial_days)
    if running(user.id, price.variant.product_id):
        raise AlreadySubscribed
    return Wish(price, quantity, trials.days_for(user.email, price))


def running(user_id: int, product_id: int) -> Subscription | None:
    """Their subscription of this product that is not over, once Stripe has it."""
    query = select(Subscription).where(
        Subscription.user_id == user_id,
        Subscription.product_id == product_id,
        Subscription.status.not_in(OVER),
        Subscription.stripe_subscription_id.is_not(None),
    )
    return session.scalar(query.limit(1))


def start(user: User, price_id: int, quantity: int = 1) -> Started:
    """Where they pay; commits. Twice at once leads to the same page.

    :raises AlreadySubscribed: when they have the product.
    """
    wished = wish(user, price_id, quantity)
    customer = customers.stripe_customer_of(user)
    plan = plans.stripe_price_of(wished.price)
    subscription = _row(user, wished, customer)
    return Started(subscription.token, _page(subscription, plan))


def _row(user: User, wished: Wish, customer: str) -> Subscription:
    """The one that they are about to start; another plan of the product takes its place."""
    price, product_id = wished.price, wished.price.variant.product_id
    _queue(user.id)
    if running(user.id, product_id):
        raise AlreadySubscribed
    choice = {"price_id": price.id, "quantity": wished.quantity, "trial_days": wished.trial_days}
    open_one = select(Subscription).where(
        Subscription.user_id == user.id,
        Subscription.product_id == product_id,
        Subscription.status == SubscriptionStatus.INCOMPLETE,
        Subscription.stripe_subscription_id.is_(None),
    )
    found = session.scalar(open_one)
    if found and _is_choice(found, choice):
        return found
    if found:
        return _replace(found, user, wished, customer)
    subscription = Subscription(
        user_id=user.id, product_id=product_id, stripe_customer_id=customer, **choice
    )
    session.add(subscription)
    session.flush()  # its token and key are for Stripe
    return subscription


def _queue(user_id: int) -> None:
    """Two tabs of one person are one after the other from here to the commit."""
    row = update(StripeCustomer).where(StripeCustomer.user_id == user_id)
    session.execute(row.values(tries=StripeCustomer.tries))


def _is_choice(found: Subscription, choice: dict[str, int]) -> bool:
    is_fresh = found.created_at + PAGE_LIFE > found.now
    return is_fresh and all(getattr(found, name) == value for name, value in choice.items())


def _replace(found: Subscription, user: User, wished: Wish, customer: str) -> Subscription:
    """The page that was opened before is closed, so that nobody pays on both."""
    user_id, price_id, quantity = user.id, wished.price.id, wished.quantity
    give_up(found)
    user = session.get_one(User, user_id)
    return _row(user, wish(user, price_id, quantity), customer)


def give_up(subscription: Subscription) -> None:
    """Close Stripe's page of one that was not paid; commits.

    :raises AlreadySubscribed: when it has been paid there meanwhile.
    """
    subscription_id, page = subscription.id, subscription.stripe_checkout_session_id
    if page is None:
        session.execute(
            update(Subscription)
            .where(Subscription.id == subscription_id)
            .values(status=SubscriptionStatus.INCOMPLETE_EXPIRED)
        )
        db.commit()
        return
    mirror.close_page(page)
    if not mirror.sync(subscription_id).is_over:
        db.commit()
        raise AlreadySubscribed
    db.commit()


def _page(subscription: Subscription, plan: str) -> str:
    known, subscription_id = subscription.stripe_checkout_session_id, subscription.id
    params = _params(subscription, plan)
    with calling(subscription, "checkout") as (client, key):
        if known:
            page = client.v1.checkout.sessions.retrieve(known)
        else:
            page = client.v1.checkout.sessions.create(params, {"idempotency_key": key})
    if page.id != known:
        row = update(Subscription).where(Subscription.id == subscription_id)
        session.execute(row.values(stripe_checkout_session_id=page.id))
        db.commit()
    if not page.url:  # it is paid, or was closed; what became of it, Stripe knows
        mirror.sync(subscription_id)
        raise AlreadySubscribed
    return page.url


def _params(subscription: Subscription, plan: str) -> "stripe.params.checkout.SessionCreateParams":
    base, names = config.current().base_url, mirror.names_of(subscription)
    data: stripe.params.checkout.SessionCreateParamsSubscriptionData = {
        "metadata": names,
        "billing_mode": {"type": "flexible"},
    }
    if subscription.trial_days:
        data["trial_period_days"] = subscription.trial_days
    return {
        "mode": "subscription",
        "customer": subscription.stripe_customer_id or "",
        "client_reference_id": subscription.token,
        "line_items": [{"price": plan, "quantity": subscription.quantity}],
        "subscription_data": data,
        "metadata": names,
        "allow_promotion_codes": True,
        "success_url": base + DONE.format(token=subscription.token),
        "cancel_url": base
        + LEFT.format(price_id=subscription.price_id, quantity=subscription.quantity),
        "expires_at": int((subscription.created_at + PAGE_LIFE).timestamp()),
    }
