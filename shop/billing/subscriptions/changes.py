"""Another plan, or another number of seats: what it costs and what it does, before it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from shop import db
from shop.billing.gateway import stripe_call
from shop.billing.subscriptions import opened, plans
from shop.billing.subscriptions.models import Plan, Subscription, SubscriptionStatus
from shop.billing.subscriptions.snapshots import moment
from shop.catalog.models import Price
from shop.db import session

MachineLimit = Callable[[Price, int], int | None]
_machine_limit: list[MachineLimit] = []


def provide(machine_limit: MachineLimit) -> None:
    """Who knows how many machines a plan with so many seats allows; None: as many as one likes."""
    _machine_limit[:] = [machine_limit]


@dataclass(frozen=True)
class Line:
    title: str
    amount: int


@dataclass(frozen=True)
class Change:
    """Amounts are minor units of the plan's currency."""

    waits: bool
    """Whether it takes effect with the next period."""
    due: int
    """Charged as soon as it is confirmed; less than 0 is credit for the next invoices."""
    lines: list[Line]
    next_charge: datetime | None
    machines: int
    """In use now."""
    machine_limit: int | None

    @property
    def leaves_too_few(self) -> bool:
        return self.machine_limit is not None and self.machines > self.machine_limit


def foresee(subscription: Subscription, price: Price, quantity: int) -> Change:
    """Ask Stripe, unless nothing is charged before the next period; commits.

    :raises StripeUnavailable: when Stripe does not answer.
    """
    waits = is_less(subscription, price, quantity)
    opens = opened.by([subscription])[subscription.id]
    limit = _machine_limit[0](price, quantity) if _machine_limit else None
    end = subscription.current_period_end
    due, lines = 0, list[Line]()
    if not waits and subscription.status is not SubscriptionStatus.TRIALING:
        due, lines, end = _ask(subscription, price.id, quantity)
    return Change(waits, due, lines, end, opens.machines, limit)


def is_less(subscription: Subscription, price: Price, quantity: int) -> bool:
    """By the conditions that the portal is told; see `portal_settings`."""
    now = subscription.price
    is_cheaper = price.unit_amount * quantity < now.unit_amount * subscription.quantity
    return is_cheaper or plans.months(price) < plans.months(now)


def _ask(
    subscription: Subscription, price_id: int, quantity: int
) -> tuple[int, list[Line], datetime | None]:
    """What is due, for what, and when the period is over that begins or goes on with it."""
    stripe_id, customer = subscription.stripe_subscription_id, subscription.stripe_customer_id
    item = subscription.stripe_item_id
    known = select(Plan.stripe_price_id).filter_by(price_id=price_id)
    plan = session.scalar(known) or plans.stripe_price_of(session.get_one(Price, price_id))
    db.commit()
    with stripe_call() as client:
        invoice = client.v1.invoices.create_preview(
            {
                "customer": customer or "",
                "subscription": stripe_id or "",
                "subscription_details": {
                    "items": [{"id": item or "", "price": plan, "quantity": quantity}],
                    "proration_behavior": "always_invoice",
                },
            }
        )
    lines = [Line(line.description or "", line.amount) for line in invoice.lines.data]
    end = max((line.period.end for line in invoice.lines.data), default=None)
    return invoice.total, lines, moment(end)
