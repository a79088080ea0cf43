"""What the accountant asks for."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, String, case, func, literal, select, type_coerce, union_all

from shop.admin.reports.figures.days import summed, within
from shop.admin.reports.periods import Period
from shop.billing.invoices.models import CreditNote, CreditNoteStatus, Invoice, Source
from shop.db import session
from shop.orders.models import Order, OrderLine


@dataclass(frozen=True)
class Taxed:
    country: str
    what: str
    rate: int | None
    """Basis points, where all of it has one rate."""
    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


def sales_tax(period: Period, currency: str) -> list[Taxed]:
    """Sales by tax are the orders paid and the subscriptions' invoices paid in the period, less the
    credit notes of the period, by country and rate.

    The country is the one it was sent to, else that of the billing address. Goods stand under their
    line's rate; delivery and subscriptions have rows of their own, and so have credit notes, whose
    amounts are negative and count on the day the note was written.
    """
    parts = (_lines, _delivery, _renewals, _credits)
    rows = session.execute(union_all(*(part(period, currency) for part in parts)))
    found = [
        Taxed(row[0] or "?", row[1], row[2] if row[2] >= 0 else None, *row[3:]) for row in rows
    ]
    return sorted(found, key=lambda row: (row.country, _places[row.what], row.rate or 0))


GOODS, DELIVERY, SUBSCRIPTIONS, CREDITS = "Goods", "Delivery", "Subscriptions", "Credit notes"
_places = {what: place for place, what in enumerate((GOODS, DELIVERY, SUBSCRIPTIONS, CREDITS))}
MIXED = -1


def _country_of(column: Any) -> Any:
    return type_coerce(column, JSON)["country"].as_string()


COUNTRY = func.coalesce(
    func.nullif(_country_of(Order.shipping_address), ""), _country_of(Order.billing_address)
)


def _mine(query: Any, period: Period, currency: str) -> Any:
    return query.where(Order.currency == currency, within(Order.paid_at, period))


def _lines(period: Period, currency: str) -> Any:
    tax_inside = case((Order.tax_included, OrderLine.tax), else_=0)
    net = summed(OrderLine.amount - OrderLine.discount - tax_inside)
    query = (
        select(COUNTRY, literal(GOODS), OrderLine.tax_rate, net, summed(OrderLine.tax))
        .join(Order, Order.id == OrderLine.order_id)
        .group_by(COUNTRY, OrderLine.tax_rate)
    )
    return _mine(query, period, currency)


def _delivery(period: Period, currency: str) -> Any:
    """Its tax is what the lines do not have of the order's."""
    of_lines = select(summed(OrderLine.tax)).where(OrderLine.order_id == Order.id).scalar_subquery()
    tax = Order.tax - of_lines
    net = summed(Order.delivery - case((Order.tax_included, tax), else_=0))
    query = select(COUNTRY, literal(DELIVERY), literal(MIXED), net, summed(tax))
    return _mine(query.where(Order.delivery > 0).group_by(COUNTRY), period, currency)


def _renewals(period: Period, currency: str) -> Any:
    country = _country_of(Invoice.customer_address)
    net = summed(Invoice.total - Invoice.tax)
    return (
        select(country, literal(SUBSCRIPTIONS), literal(MIXED), net, summed(Invoice.tax))
        .where(Invoice.source == Source.STRIPE, Invoice.currency == currency)
        .where(within(Invoice.paid_at, period))
        .group_by(country)
    )


def _credits(period: Period, currency: str) -> Any:
    """An order's country is not its invoice's: goods may have gone elsewhere."""
    country = func.coalesce(COUNTRY, _country_of(Invoice.customer_address)).cast(String)
    net = summed(CreditNote.total - CreditNote.tax)
    return (
        select(country, literal(CREDITS), literal(MIXED), -net, -summed(CreditNote.tax))
        .join(Invoice, Invoice.id == CreditNote.invoice_id)
        .outerjoin(Order, Order.id == Invoice.order_id)
        .where(CreditNote.currency == currency, CreditNote.status == CreditNoteStatus.ISSUED)
        .where(within(CreditNote.issued_at, period))
        .group_by(country)
    )
