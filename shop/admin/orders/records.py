"""The list of orders."""

from typing import Any, ClassVar

from flask import url_for
from flask_admin.actions import action
from flask_admin.contrib.sqla.filters import FilterEqual, FilterLike
from sqlalchemy import ColumnElement

from shop.accounts.models import normalize_email
from shop.admin import cells, finding
from shop.admin.days import DaysFilter
from shop.admin.orders import looking, page
from shop.admin.orders.handling import Handling
from shop.admin.orders.kinds import FULFILMENT_KINDS, PAYMENT_KINDS
from shop.admin.orders.refunding import Refunding
from shop.admin.orders.shipping import Shipping
from shop.admin.orders.swapping import Swapping
from shop.admin.orders.waiting import Waiting
from shop.admin.records import Tab
from shop.admin.support import shapes
from shop.billing.invoices.finding import begins
from shop.orders.fulfilment import waiting
from shop.orders.models import IS_FLAGGED, FulfilmentState, Order, PaymentState

IS_PAID = Order.payment_state.in_((PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED))
NOT_PAID = (PaymentState.PENDING, PaymentState.PROCESSING, PaymentState.FAILED)
TO_SHIP = (FulfilmentState.UNFULFILLED, FulfilmentState.PARTIAL)


class CurrencyFilter(FilterEqual):  # type: ignore[misc]  # without types
    """However it is typed."""

    def clean(self, value: str) -> str:
        return value.strip().upper()


class ReasonFilter(FilterLike):  # type: ignore[misc]  # without types
    """Looks at those orders only that have a reason."""

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return super().apply(query.filter(IS_FLAGGED), value, alias)


class OrderView(Handling, Refunding, Shipping, Swapping, Waiting):
    title: ClassVar[str] = "order"
    many: ClassVar[str] = "orders"
    tabs = (
        Tab("hand", "Needs a hand", IS_FLAGGED),
        Tab("ship", "To ship", IS_PAID & Order.fulfilment_state.in_(TO_SHIP) & ~waiting.IS_HIDDEN),
        Tab("wait", "Waits for goods", waiting.IS_HIDDEN),
        Tab("paid", "Paid", IS_PAID),
        Tab("open", "Not paid", Order.payment_state.in_(NOT_PAID)),
        Tab("refunded", "Refunded", Order.payment_state == PaymentState.REFUNDED),
        Tab("all", "All", Order.id.is_not(None)),
    )
    column_list = ("number", "placed_at", "email", "payment_state", "fulfilment_state", "total")
    column_labels: ClassVar[dict[str, str]] = {
        "number": "Order",
        "placed_at": "Placed",
        "email": "Customer",
        "payment_state": "Payment",
        "fulfilment_state": "Delivery",
    }
    parts_of = (Order.number, Order.email_norm, Order.name)
    search_hint = f"A number or the beginning of an address; {finding.PARTS}"
    column_filters = (
        CurrencyFilter(Order.currency, "Currency"),
        DaysFilter(Order.placed_at, "Placed between"),
        ReasonFilter(Order.attention, "Needs a hand because"),
    )
    column_formatters = {
        "number": cells.page_link,
        "payment_state": cells.pills(PAYMENT_KINDS),
        "fulfilment_state": cells.pills(FULFILMENT_KINDS),
        "total": cells.amount,
    }
    column_formatters_export = {"total": cells.amount}

    details_template = "admin/order.html"

    def beside(self) -> list[tuple[str, str]]:
        return [
            ("Drafts", url_for("admin_drafts.index_view", tab="open")),
            ("Disputes", url_for("admin_disputes.index_view")),
        ]

    @action(
        "ship", "Mark shipped", "All that waits leaves in one parcel for each; buyers hear of it."
    )
    def mark_shipped(self, ids: list[str]) -> int:
        """Orders that have nothing to send, or are packed in parts, are left alone."""
        return sum(self.ship_whole(int(id)) for id in ids)

    def named(self, text: str) -> list[ColumnElement[bool]]:
        return [
            Order.number.in_(shapes.order_numbers(text)),
            begins(Order.email_norm, normalize_email(text)),
        ]

    def get_one(self, id: str) -> Order | None:
        return looking.find(id)

    def about(self, record: Order) -> dict[str, Any]:
        return page.about(record)

    def address_of(self, record: Order) -> str:
        return record.number
