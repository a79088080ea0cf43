"""What the portal has no page for, or what staff does in a customer's place."""

from contextlib import AbstractContextManager

import stripe

from shop.billing.calls import calling
from shop.billing.subscriptions import mirror, portal
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.billing.subscriptions.portal import Flow, NotNow


def keep(subscription: Subscription) -> Subscription:
    """Do not cancel after all; commits. Stripe has two ways of noting an end, see there."""
    subscription_id, stripe_id = subscription.id, _running(subscription)
    if subscription.ends_at is None:
        return subscription  # the button was pressed twice
    with _once(subscription, "cancelation", "keep") as (client, key):
        found = client.v1.subscriptions.retrieve(stripe_id)
        if found.cancel_at_period_end:
            client.v1.subscriptions.update(
                stripe_id, {"cancel_at_period_end": False}, {"idempotency_key": key}
            )
        elif found.cancel_at is not None:
            client.v1.subscriptions.update(stripe_id, {"cancel_at": ""}, {"idempotency_key": key})
    return mirror.sync(subscription_id)


def stay(subscription: Subscription) -> Subscription:
    """Forget the plan that was to come; commits."""
    subscription_id, stripe_id = subscription.id, _running(subscription)
    if subscription.next_from is None:
        return subscription
    with calling(subscription, "stay") as (client, key):
        schedule = client.v1.subscriptions.retrieve(stripe_id).schedule
        if isinstance(schedule, str):
            client.v1.subscription_schedules.release(
                schedule, {}, {"idempotency_key": f"{key}:{schedule}"}
            )
    return mirror.sync(subscription_id)


def resume(subscription: Subscription) -> Subscription:
    """Go on; commits. What is left of a paid period is used up first, else a new one is charged."""
    subscription_id, stripe_id = subscription.id, _running(subscription)
    if subscription.status is not SubscriptionStatus.PAUSED:
        return subscription
    anchor = "unchanged" if has_paid_time(subscription) else "now"
    with _once(subscription, "paused", "resume") as (client, key):
        client.v1.subscriptions.resume(
            stripe_id,
            {"billing_cycle_anchor": {"type": anchor}, "proration_behavior": "none"},
            {"idempotency_key": key},
        )
    return mirror.sync(subscription_id)


def cancel(subscription: Subscription) -> Subscription:
    """At the end of what is paid, or of the trial; commits.

    :raises NotNow: when it ended, or is canceled already.
    """
    subscription_id, stripe_id = subscription.id, _able(subscription, Flow.CANCEL)
    with _once(subscription, "cancelation", "cancel") as (client, key):
        client.v1.subscriptions.update(
            stripe_id, {"cancel_at_period_end": True}, {"idempotency_key": key}
        )
    return mirror.sync(subscription_id)


def pause(subscription: Subscription) -> Subscription:
    """For now, as the portal does: what is paid is used up after it; commits.

    :raises NotNow: when it is not active.
    """
    subscription_id, stripe_id = subscription.id, _able(subscription, Flow.PAUSE)
    with _once(subscription, "paused", "pause") as (client, key):
        client.v1.subscriptions.pause(
            stripe_id,
            {"bill_for": {"unused_time_from": {"type": "none"}}},
            {"idempotency_key": key},
        )
    return mirror.sync(subscription_id)


def _able(subscription: Subscription, flow: Flow) -> str:
    """Its id at Stripe, if that can be done with it now."""
    if not portal.may(subscription, flow):
        raise NotNow(portal.reason(subscription, flow))
    return _running(subscription)


def has_paid_time(subscription: Subscription) -> bool:
    end = subscription.current_period_end
    return end is not None and subscription.now < end


def _running(subscription: Subscription) -> str:
    """Its id at Stripe."""
    stripe_id = subscription.stripe_subscription_id
    if stripe_id is None or subscription.is_over:
        raise NotNow("This subscription is over. Subscribe again on the product's page.")
    return stripe_id


def _once(
    subscription: Subscription, kind: str, act: str
) -> AbstractContextManager[tuple[stripe.StripeClient, str]]:
    """One call for each entry of that kind, however often the button is pressed."""
    times = sum(entry.kind == kind for entry in subscription.entries)
    return calling(subscription, f"{act}:{times}")
