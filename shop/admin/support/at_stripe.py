"""Whose something at Stripe is, by its id."""

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, or_, select

from shop.admin.support.exact import invoices, orders
from shop.admin.support.matches import Match
from shop.billing.disputes.models import Dispute
from shop.billing.invoices.models import CreditNote, Invoice
from shop.billing.models import Payment, Refund, StripeEvent
from shop.billing.subscriptions.models import StripeCustomer, Subscription
from shop.db import session
from shop.orders.models import Order


def by_stripe_id(id: str) -> Iterable[Match]:
    prefix = id.partition("_")[0]
    if prefix == "evt":
        about = session.scalar(select(StripeEvent.object_id).where(StripeEvent.stripe_id == id))
        return by_stripe_id(about) if about and not about.startswith("evt_") else []
    return FINDERS[prefix](id) if prefix in FINDERS else []


def _customers(id: str) -> Iterable[Match]:
    query = select(StripeCustomer.user_id).where(StripeCustomer.stripe_customer_id == id)
    for user_id in session.scalars(query):
        yield Match(f"Customer {id}", user_id)
    yield from _subscriptions(Subscription.stripe_customer_id == id, id)


def _payments(id: str) -> Iterable[Match]:
    yield from _paid(Payment.stripe_payment_intent_id == id, id)
    yield from invoices(Invoice.stripe_payment_intent_id == id, f"Payment {id}")


def _checkouts(id: str) -> Iterable[Match]:
    yield from _paid(Payment.stripe_checkout_session_id == id, id)
    yield from _subscriptions(Subscription.stripe_checkout_session_id == id, id)


def _refunds(id: str) -> Iterable[Match]:
    refunded = select(Refund.payment_id).where(Refund.stripe_refund_id == id)
    return _paid(Payment.id.in_(refunded), id)


def _disputes(id: str) -> Iterable[Match]:
    """Also by the charge that it is about."""
    mine = or_(Dispute.stripe_dispute_id == id, Dispute.stripe_charge_id == id)
    found = session.execute(select(Dispute.payment_id, Dispute.subscription_id).where(mine))
    for payment_id, subscription_id in found.all():
        yield from _paid(Payment.id == payment_id, id)
        yield from _subscriptions(Subscription.id == subscription_id, id)


def _invoices(id: str) -> Iterable[Match]:
    return invoices(Invoice.stripe_invoice_id == id)


def _credit_notes(id: str) -> Iterable[Match]:
    noted = select(CreditNote.invoice_id).where(CreditNote.stripe_credit_note_id == id)
    return invoices(Invoice.id.in_(noted), f"Credit note {id}")


def _subscription(id: str) -> Iterable[Match]:
    return _subscriptions(Subscription.stripe_subscription_id == id, id)


def _paid(where: ColumnElement[bool], id: str) -> Iterable[Match]:
    paid = select(Payment.order_id).where(where)
    return orders(Order.id.in_(paid), f"Its payment is {id}")


def _subscriptions(where: ColumnElement[bool], id: str) -> Iterable[Match]:
    for row_id, user_id in session.execute(
        select(Subscription.id, Subscription.user_id).where(where)
    ):
        yield Match(f"Subscription {id}", user_id, about=f"subscription:{row_id}")


FINDERS: dict[str, Callable[[str], Iterable[Match]]] = {
    "cus": _customers,
    "pi": _payments,
    "cs": _checkouts,
    "re": _refunds,
    "pyr": _refunds,
    "ch": _disputes,
    "py": _disputes,
    "du": _disputes,
    "dp": _disputes,
    "in": _invoices,
    "cn": _credit_notes,
    "sub": _subscription,
}
