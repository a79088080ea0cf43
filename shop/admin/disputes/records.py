"""Payments that a bank wants back: what has to be answered first, and by when. Stripe takes it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import g, url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement, case, select

from shop.admin import cells
from shop.admin.finding import FindingView
from shop.admin.records import Tab
from shop.billing import dashboard
from shop.billing.disputes.models import NEEDS_ANSWER, Dispute, Stage
from shop.billing.models import Payment
from shop.db import session
from shop.orders.models import Order

WAITS = Dispute.status.in_(NEEDS_ANSWER)
IS_LOST = Dispute.status == Stage.LOST.value
IS_OVER = Dispute.closed_at.is_not(None)
KINDS = {Stage.ASKED: "warn", Stage.OPEN: "bad", Stage.LOST: "", Stage.OVER: "good"}


def state(_view: Any, _context: Any, dispute: Dispute, _name: str) -> Markup:
    return cells.pill(KINDS[dispute.stage], cells.words(dispute.status))


def about(_view: Any, _context: Any, dispute: Dispute, _name: str) -> Markup | str:
    """The order, or the subscription, that it was paid for."""
    if dispute.subscription_id:
        url = url_for("admin_subscriptions.details_view", id=dispute.subscription_id)
        return cells.link(url, f"Subscription {dispute.subscription_id}")
    number = g.disputed_orders.get(dispute.payment_id, "")
    return cells.link(url_for("admin_orders.details_view", id=number), f"Order {number}")


def at_stripe(_view: Any, _context: Any, dispute: Dispute, _name: str) -> Markup:
    """Where evidence is sent, if Stripe has a page for it."""
    id = dispute.stripe_dispute_id
    url = dashboard.url_of(id)
    shown = Markup('<code class="small">{}</code>').format(id)
    return Markup("{} {}").format(shown, cells.link(url, "Answer at Stripe")) if url else shown


def evidence(view: Any, _context: Any, dispute: Dispute, name: str) -> Any:
    """Only while there is something to send."""
    return cells.value(view, None, dispute, name) if dispute.status in NEEDS_ANSWER else ""


class DisputeView(FindingView):
    title: ClassVar[str] = "dispute"
    many: ClassVar[str] = "disputes"
    tabs = (
        Tab("answer", "To answer", WAITS),
        Tab("review", "With the bank", ~WAITS & ~IS_OVER),
        Tab("lost", "Lost", IS_LOST),
        Tab("over", "Won or dropped", IS_OVER & ~IS_LOST),
        Tab("all", "All", Dispute.id.is_not(None)),
    )
    column_list = ("id", "status", "due_by", "reason", "amount", "about", "opened_at", "at_stripe")
    column_details_list = (*column_list, "withdrawn", "closed_at", "stripe_charge_id")
    column_export_list = (
        *("stripe_dispute_id", "status", "due_by", "reason", "amount", "currency", "withdrawn"),
        *("opened_at", "closed_at", "stripe_charge_id"),
    )
    column_labels: ClassVar[dict[str, str]] = {
        "id": "Dispute",
        "status": "State",
        "due_by": "Evidence due",
        "about": "Paid for",
        "opened_at": "Opened",
        "at_stripe": "At Stripe",
        "withdrawn": "Taken by the bank",
        "closed_at": "Closed",
        "stripe_charge_id": "Charge",
        "stripe_dispute_id": "Dispute",
    }
    column_sortable_list = ()
    column_default_sort = None  # see `get_query`
    column_formatters: ClassVar[dict[str, Any]] = {
        "id": cells.page_link,
        "status": state,
        "due_by": evidence,
        "reason": lambda _v, _c, dispute, _n: cells.words(dispute.reason),
        "amount": cells.amount,
        "about": about,
        "at_stripe": at_stripe,
        "withdrawn": cells.amount,
    }
    column_formatters_export: ClassVar[dict[str, Any]] = {
        "amount": cells.amount,
        "withdrawn": cells.amount,
    }

    below = "admin_orders"

    def is_visible(self) -> bool:
        """The list of orders leads here."""
        return False

    def beside(self) -> list[tuple[str, str]]:
        return [("Orders", url_for("admin_orders.index_view"))]

    def fits(self, text: str) -> ColumnElement[bool]:
        """By the number of the order, or an id at Stripe."""
        of_order = select(Payment.id).join(Order, Order.id == Payment.order_id)
        is_theirs = Dispute.payment_id.in_(of_order.where(Order.number == text.upper()))
        return is_theirs | (Dispute.stripe_dispute_id == text) | (Dispute.stripe_charge_id == text)

    def get_query(self) -> Any:
        """What waits for an answer comes first, the most urgent on top."""
        urgent = case((WAITS, 0), else_=1), case((WAITS, Dispute.due_by))
        return super().get_query().order_by(*urgent, Dispute.id.desc())

    def get_list(self, *args: Any, execute: bool = True, **options: Any) -> Any:
        count, data = super().get_list(*args, execute=execute, **options)
        if execute:
            g.disputed_orders = _numbers(data)
        return count, data

    def about(self, record: Dispute) -> dict[str, Any]:
        g.disputed_orders = _numbers([record])
        return super().about(record)


def _numbers(disputes: Sequence[Dispute]) -> Mapping[int, str]:
    """Of orders, by payment, in one question."""
    ids = [dispute.payment_id for dispute in disputes if dispute.payment_id]
    if not ids:
        return {}
    query = select(Payment.id, Order.number).join(Order, Order.id == Payment.order_id)
    return {row[0]: row[1] for row in session.execute(query.where(Payment.id.in_(ids)))}
