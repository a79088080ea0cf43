"""Changes of a running subscription: plan, quantity, trial, cycle, cancellation."""

from stripe_sandbox import events, shapes
from stripe_sandbox.billing import (
    agenda,
    canceling,
    collection,
    discounts,
    finalizing,
    item_changes,
    members,
    periods,
    proration,
    renewing,
    statuses,
    subscribing,
)
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import InvalidRequest, Json, NotBuilt
from stripe_sandbox.sandbox import Sandbox

FIELDS = (
    "collection_method", "days_until_due", "default_payment_method", "description",
    "invoice_settings", "pause_collection", "payment_settings", "trial_settings",
)  # fmt: skip
CHANGEABLE_AFTER_END = {"cancellation_details", "metadata", "expand"}
CHANGEABLE_BEFORE_PAYMENT = {
    *CHANGEABLE_AFTER_END, "default_payment_method", "description", "payment_settings",
    "cancel_at_period_end", "cancel_at",
}  # fmt: skip


def update(box: Sandbox, subscription: Json, params: Json) -> None:
    """With the parameters of POST /v1/subscriptions/{id}."""
    check(subscription, params)
    with events.updating(box, "customer.subscription.updated", subscription):
        _fill(box, subscription, params)
        invoice = change(box, subscription, params)
        set_cancellation(box, subscription, params)
        if subscription["cancel_at_period_end"]:
            subscription["cancel_at"] = members.period_end(subscription)
    agenda.plan(box, subscription)
    if invoice:
        _collect(box, subscription, invoice, params.get("payment_behavior", "allow_incomplete"))


def change(box: Sandbox, subscription: Json, params: Json) -> Json | None:
    """Change items, trial and cycle; the draft of what is billed at once, if anything is."""
    at = params.get("proration_date") or box.now(subscription)
    behavior = params.get("proration_behavior", "create_prorations")
    given = params.get("items") or []
    is_free = subscription["status"] == "trialing"
    touched = [item_changes.existing(subscription, member) for member in given]
    restarts = item_changes.restarts_cycle(box, subscription, params)
    prorates = behavior != "none" and not is_free
    if prorates:
        ends_period = restarts or params.get("trial_end")
        for item in members.of(subscription) if ends_period else filter(None, touched):
            proration.credit(box, subscription, item, at)
    changed = [
        item_changes.apply(box, subscription, item, member, index)
        for index, (item, member) in enumerate(zip(touched, given, strict=True))
    ]
    _set_trial(box, subscription, params)
    if restarts:
        return _restart(box, subscription)
    item_changes.join_cycle(subscription, changed, at)
    made = [
        proration.debit(box, subscription, item, at)
        for item in filter(None, changed)
        if prorates and subscription["status"] != "trialing"
    ]
    is_invoiced = behavior == "always_invoice" and (given or made) and not is_free
    if not is_invoiced or not canceling.has_pending(box, subscription):
        return None
    now = box.now(subscription)
    return renewing.bill(box, subscription, [], reason="subscription_update", period=(now, now))


def check(subscription: Json, params: Json) -> None:
    names, status = set(params), subscription["status"]
    if status in agenda.ENDED and names - CHANGEABLE_AFTER_END:
        raise InvalidRequest(
            "A canceled subscription can only update its cancellation_details and metadata."
        )
    if status == "incomplete" and names - CHANGEABLE_BEFORE_PAYMENT:
        raise InvalidRequest(
            "You cannot update a subscription whose first invoice is not paid: "
            f"{', '.join(sorted(names - CHANGEABLE_BEFORE_PAYMENT))}."
        )
    if subscription["schedule"] and {"cancel_at", "cancel_at_period_end"} & names:
        raise InvalidRequest(
            "The subscription is managed by the subscription schedule "
            f"`{subscription['schedule']}`, and updating any cancelation behavior directly is not "
            "allowed. Please update the schedule instead."
        )
    if (params.get("automatic_tax") or {}).get("enabled"):
        raise NotBuilt("The sandbox has no tax engine.", param="automatic_tax")
    if params.get("trial_from_plan"):
        raise NotBuilt("The sandbox has not built trials of plans.", param="trial_from_plan")
    params.get("off_session")


def _fill(box: Sandbox, subscription: Json, params: Json) -> None:
    if method := params.get("default_payment_method"):
        box.store.require("payment_method", method, "default_payment_method")
    shapes.assign(subscription, params, *FIELDS)
    shapes.assign_metadata(subscription, params)
    if "discounts" in params:
        redeem(box, subscription, params)


def redeem(box: Sandbox, subscription: Json, params: Json) -> None:
    """These discounts take the place of all earlier ones."""
    for id in subscription["discounts"]:
        discounts.remove(box, box.store.require("discount", id))
    at, customer = box.now(subscription), subscription["customer"]
    purchase = Purchase(subscription["currency"], at, customer)
    given = params["discounts"] or []
    made = discounts.make_all(box, given, purchase, subscription=subscription["id"])
    subscription["discounts"] = [discount["id"] for discount in made]


def _set_trial(box: Sandbox, subscription: Json, params: Json) -> None:
    end = params.get("trial_end")
    now = box.now(subscription)
    if end == "now":
        if subscription["trial_end"]:
            subscription["trial_end"] = now
        if subscription["status"] == "trialing":
            subscription["status"] = "active"
    elif end:
        end = subscribing.trial_end_of({"trial_end": end}, now)
        is_new = subscription["status"] != "trialing"
        if is_new:
            subscription["trial_start"] = now
        subscription.update(billing_cycle_anchor=end, status="trialing", trial_end=end)
        for item in members.of(subscription):
            start = now if is_new else item["current_period_start"]
            item.update(current_period_start=start, current_period_end=end)


def _restart(box: Sandbox, subscription: Json) -> Json:
    """A new cycle from now on, billed at once."""
    now = box.now(subscription)
    subscription["billing_cycle_anchor"] = now
    for item in members.of(subscription):
        _, end = periods.period_at(now, item["price"]["recurring"], now)
        item.update(current_period_start=now, current_period_end=end)
    due = members.of(subscription)
    return renewing.bill(box, subscription, due, reason="subscription_update", period=(now, now))


def set_cancellation(box: Sandbox, subscription: Json, params: Json) -> None:
    details = params.get("cancellation_details") or None
    at = params.get("cancel_at")
    if params.get("cancel_at_period_end"):
        end = members.period_end(subscription)
        canceling.cancel_later(box, subscription, end, details, at_period_end=True)
    elif at == "" or (params.get("cancel_at_period_end") is False and not at):
        canceling.keep(box, subscription)
    elif at:
        ends = {"max_period_end": members.period_end, "min_period_end": agenda.next_end}
        if at not in ends and at <= box.now(subscription):
            raise InvalidRequest("`cancel_at` must be in the future.", param="cancel_at")
        found = ends[at](subscription) if at in ends else at
        canceling.cancel_later(box, subscription, found, details)
    elif details:
        subscription["cancellation_details"] = shapes.fill(
            "subscription:cancellation_details",
            {**(subscription["cancellation_details"] or {}), **details},
        )


def _collect(box: Sandbox, subscription: Json, invoice: Json, behavior: str) -> None:
    if subscription["collection_method"] == "send_invoice" or not invoice["auto_advance"]:
        return
    finalizing.finalize(box, invoice)
    if invoice["status"] != "open" or collection.is_held(box, invoice):
        return
    if behavior == "default_incomplete":
        statuses.set_status(box, subscription, "past_due")
    elif behavior == "error_if_incomplete":
        subscribing.collect(box, invoice, behavior)
    else:
        collection.try_pay(box, invoice)
