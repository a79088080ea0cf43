"""The Customer Portal: a page at Stripe where customers change their plan, their card, or cancel.

Whoever asks gets in as their own Customer, and is led straight to one task or to the portal's home.
"""

import enum
from dataclasses import dataclass

import stripe

from shop import config, db
from shop.accounts.models import User
from shop.billing.gateway import Missing, stripe_call
from shop.billing.subscriptions import plans, portal_settings
from shop.billing.subscriptions.customers import known_customer_of
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.errors import BadInput, ShopError

ACTIVE, TRIALING = SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING
PAGES = "/account/subscriptions"
INSTEAD = {
    SubscriptionStatus.PAUSED: "This subscription is paused. Resume it first.",
    TRIALING: "A trial costs nothing, so there is nothing to pause.",
}
NO_PLAN = "This plan cannot be changed to."


class Flow(enum.StrEnum):
    PLAN = "plan"
    PAYMENT_METHOD = "payment_method"
    CANCEL = "cancel"
    PAUSE = "pause"


class NothingToManage(ShopError):
    title = "Nothing to manage yet"
    message = "You have not subscribed to anything yet, so there is nothing to manage at Stripe."


class NotNow(ShopError):
    """The subscription is in no state for that."""


@dataclass(frozen=True)
class Choice:
    """The plan to change to."""

    price_id: int
    quantity: int


def may(subscription: Subscription, flow: Flow) -> bool:
    """Whether Stripe's portal would do that with this subscription now."""
    status, ends = subscription.status, subscription.ends_at
    match flow:
        case Flow.PLAN:
            return status in {ACTIVE, TRIALING} and ends is None
        case Flow.PAUSE:
            return status is ACTIVE and ends is None and subscription.next_from is None
        case Flow.CANCEL:
            return ends is None and not _is_gone(subscription)
        case _:
            return not _is_gone(subscription)


def open_home(user: User, back: str = PAGES) -> str:
    """The portal's address; commits.

    :raises NothingToManage: for who has no Customer at Stripe.
    """
    return _open(_customer(user.id), portal_settings.HOME, back, None)


def open_flow(
    user: User, subscription: Subscription, flow: Flow, choice: Choice | None = None
) -> str:
    """The portal's address for one task with a subscription of theirs; commits.

    :raises NotNow: when it ended, was canceled already, or the like.
    """
    if not may(subscription, flow):
        raise NotNow(reason(subscription, flow))
    customer = subscription.stripe_customer_id or _customer(user.id)
    scope = portal_settings.scope_of(subscription.product_id, subscription.price.currency)
    data = _flow_data(subscription, flow, choice)
    return _open(customer, scope, f"{PAGES}/{subscription.token}", data)


def _customer(user_id: int) -> str:
    customer = known_customer_of(user_id)
    if customer is None:
        raise NothingToManage
    return customer


def _is_gone(subscription: Subscription) -> bool:
    return subscription.is_over or subscription.stripe_subscription_id is None


def reason(subscription: Subscription, flow: Flow) -> str:
    if _is_gone(subscription):
        return "This subscription is not running. Subscribe again on the product's page."
    if subscription.ends_at:
        return "This subscription is canceled. Keep it first, then it can be changed."
    if flow is Flow.PAUSE and subscription.next_from:
        return "A change of the plan is waiting. Stay on the present plan first, then pause."
    return INSTEAD.get(subscription.status, "Once the open payment is made, this can be done.")


def _flow_data(
    subscription: Subscription, flow: Flow, choice: Choice | None
) -> "stripe.params.billing_portal.SessionCreateParamsFlowData":
    back = f"{config.current().base_url}{PAGES}/{subscription.token}?returned={flow}"
    data: stripe.params.billing_portal.SessionCreateParamsFlowData = {
        "type": "payment_method_update",
        "after_completion": {"type": "redirect", "redirect": {"return_url": back}},
    }
    about = subscription.stripe_subscription_id or ""
    if flow is Flow.CANCEL:
        data["type"], data["subscription_cancel"] = "subscription_cancel", {"subscription": about}
    elif flow is Flow.PAUSE:
        data["type"], data["subscription_pause"] = "subscription_pause", {"subscription": about}
    elif flow is Flow.PLAN and choice is None:
        data["type"], data["subscription_update"] = "subscription_update", {"subscription": about}
    elif flow is Flow.PLAN and choice:
        data["type"] = "subscription_update_confirm"
        items = [_item(subscription, choice)]
        data["subscription_update_confirm"] = {"subscription": about, "items": items}
    return data


def _item(
    subscription: Subscription, choice: Choice
) -> "stripe.params.billing_portal.SessionCreateParamsFlowDataSubscriptionUpdateConfirmItem":
    currency = subscription.price.currency
    offered = portal_settings.switchable(subscription.product_id, currency)
    price = next((price for price in offered if price.id == choice.price_id), None)
    if price is None:
        raise BadInput(NO_PLAN, price_id=[NO_PLAN])
    if (price.id, choice.quantity) == (subscription.price_id, subscription.quantity):
        raise NotNow("This is your plan already.")
    plan, item = plans.stripe_price_of(price), subscription.stripe_item_id
    return {"id": item or "", "price": plan, "quantity": choice.quantity}


def _open(
    customer: str,
    scope: str,
    back: str,
    data: "stripe.params.billing_portal.SessionCreateParamsFlowData | None",
) -> str:
    """Once more with new settings when Stripe does not know ours (any more)."""
    base = config.current().base_url
    params: stripe.params.billing_portal.SessionCreateParams = {
        "customer": customer,
        "return_url": f"{base}{back}",
    }
    if data:
        params["flow_data"] = data
    try:
        return _session(params, portal_settings.keep(scope))
    except Missing:
        portal_settings.forget(scope)
        return _session(params, portal_settings.keep(scope))


def _session(params: "stripe.params.billing_portal.SessionCreateParams", configuration: str) -> str:
    db.commit()
    with stripe_call() as client:
        made = client.v1.billing_portal.sessions.create({**params, "configuration": configuration})
    return made.url
