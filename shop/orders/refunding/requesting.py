"""Money that staff gives back: asked for with its lines, done at Stripe after the commit."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from shop import money
from shop.billing import refunds
from shop.billing.models import Payment, Refund
from shop.db import session
from shop.errors import BadInput
from shop.orders import timeline
from shop.orders.models import Order, RefundLine
from shop.orders.refunding.planning import Part, Plan, left_of, payments_left


def payments_of(order: Order) -> list[Payment]:
    query = select(Payment).where(Payment.order_id == order.id).options(joinedload(Payment.refunds))
    fresh = {"populate_existing": True}
    return list(session.scalars(query.order_by(Payment.attempt), execution_options=fresh).unique())


def request(plan: Plan, reason: str) -> list[Refund]:
    """Ask for what was planned; the order is locked.

    :raises BadInput: when no single payment has so much left; whole refunds take several.
    """
    usable = payments_left(payments_of(plan.order))
    if plan.is_whole:
        made = [refunds.request(payment, left_of(payment), reason) for payment in usable]
    else:
        _demand_enough(usable, plan)
        made = [refunds.request(usable[0], plan.total, reason)]
    _remember(made[0], plan.parts)
    shown = money.show(plan.total, plan.order.currency)
    timeline.note_act(
        plan.order, "refund_requested", f"{shown} is being returned.", reason=reason,
        refund=made[0].id,
    )  # fmt: skip
    return made


def _demand_enough(usable: Sequence[Payment], plan: Plan) -> None:
    if not usable or left_of(usable[0]) < plan.total:
        told = "No single payment has so much left. Refund the whole order, or less."
        raise BadInput(told, amount=[told])


def _remember(refund: Refund, parts: Sequence[Part]) -> None:
    rest = refund.amount
    for part in parts:
        amount = min(part.amount, rest)
        rest -= amount
        session.add(
            RefundLine(
                refund_id=refund.id, order_line_id=part.line.id, quantity=part.quantity,
                amount=amount, restock=part.restock,
                swap=part.line.swaps[-1] if part.line.swaps else None,
            )
        )  # fmt: skip
