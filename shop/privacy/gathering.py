"""All that we keep about a person, as data they can take along. No secret is in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from shop.accounts.consents import Consent
from shop.accounts.models import ApiToken, SignInSession, User
from shop.billing.invoices.models import Invoice
from shop.billing.models import Payment
from shop.billing.subscriptions.models import Subscription
from shop.checkout.models import CheckoutSession
from shop.db import Base, session, utcnow
from shop.downloads.models import Download, Grant
from shop.licenses.models import License
from shop.mail.models import Mail
from shop.orders.models import Order, OrderLine, Shipment

Data = dict[str, Any]
ORDER = (
    *("number", "placed_at", "email", "name", "billing_address", "shipping_address"),
    *("currency", "subtotal", "discount", "discount_code", "delivery", "tax", "total", "paid"),
    *("refunded", "payment_state", "fulfilment_state"),
)
PARCEL = ("packed_at", "shipped_at", "delivered_at", "carrier", "tracking_number")
SUBSCRIPTION = (
    *("status", "quantity", "started_at", "current_period_end", "ends_at", "ended_at"),
    *("card_brand", "card_last4", "cancel_reason", "cancel_comment"),
)
INVOICE = (
    *("number", "issued_at", "status", "currency", "total", "customer_name", "customer_company"),
    *("customer_email", "customer_address", "customer_tax_ids"),
)


def about(user: User) -> Data:
    """Amounts are in minor units, moments in UTC."""
    orders = session.scalars(
        select(Order)
        .where(Order.user_id == user.id)
        .options(
            selectinload(Order.lines).selectinload(OrderLine.swaps), selectinload(Order.entries)
        )
        .order_by(Order.id)
    ).all()
    lines = [line.id for order in orders for line in order.lines]
    mine = Shipment.order_id.in_([order.id for order in orders])
    parcels = session.scalars(select(Shipment).where(mine).order_by(Shipment.id)).all()
    return {
        "written_at": _plain(utcnow()),
        "account": _row(user, "email", "name", "created_at", "email_verified_at"),
        "orders": [_order(order, parcels) for order in orders],
        "payments": _payments([order.id for order in orders]),
        "invoices": _rows(Invoice, Invoice.user_id == user.id, *INVOICE),
        "subscriptions": _subscriptions(user),
        "licenses": _licenses(user, lines),
        "downloads": _downloads(user, lines),
        "unfinished_checkouts": _rows(
            *(CheckoutSession, CheckoutSession.user_id == user.id, "created_at", "email", "name"),
            *("billing_address", "shipping_address"),
        ),
        "mails": _rows(Mail, Mail.recipient == user.email, "created_at", "subject", "sent_at"),
        "consents": _consents(user, lines),
        "devices": _rows(
            *(SignInSession, SignInSession.user_id == user.id),
            *("device", "created_at", "last_seen_at"),
        ),
        "api_tokens": _rows(
            *(ApiToken, ApiToken.user_id == user.id, "name", "created_at", "last_used_at"),
        ),
    }


def _order(order: Order, parcels: Sequence[Shipment]) -> Data:
    return _row(order, *ORDER) | {
        "lines": [_line(line) for line in order.lines],
        "parcels": [_row(one, *PARCEL) for one in parcels if one.order_id == order.id],
        "history": [_row(entry, "created_at", "text") for entry in order.entries],
    }


def _line(line: OrderLine) -> Data:
    article = ("title", "sku", "options", "quantity")
    money = ("unit_amount", "amount", "discount", "tax")
    swaps = [_row(swap, *article, "created_at") for swap in line.swaps]
    return _row(line, *article, *money) | {"sent_instead": swaps}


def _payments(order_ids: Sequence[int]) -> list[Data]:
    names = ("created_at", "status", "amount", "currency", "refunded", "card_brand", "card_last4")
    return _rows(Payment, Payment.order_id.in_(order_ids), *names)


def _subscriptions(user: User) -> list[Data]:
    mine = select(Subscription).where(Subscription.user_id == user.id)
    found = session.scalars(
        mine.options(selectinload(Subscription.product), selectinload(Subscription.entries))
    )
    return [
        _row(one, *SUBSCRIPTION)
        | {"product": one.product.title}
        | {"history": [_row(entry, "at", "text") for entry in one.entries]}
        for one in found
    ]


def _licenses(user: User, lines: Sequence[int]) -> list[Data]:
    mine = or_(License.user_id == user.id, License.order_line_id.in_(lines))
    query = select(License).where(mine)
    query = query.options(selectinload(License.product), selectinload(License.activations))
    names = ("name", "fingerprint", "version", "activated_at", "last_seen_at", "deactivated_at")
    return [
        {"product": one.product.title, "key_ending": one.last_characters}
        | _row(one, "issued_at", "expires_at", "suspended_at", "ended_at")
        | {"devices": [_row(machine, *names) for machine in one.activations]}
        for one in session.scalars(query)
    ]


def _downloads(user: User, lines: Sequence[int]) -> list[Data]:
    mine = or_(Grant.user_id == user.id, Grant.order_line_id.in_(lines))
    query = select(Download).join(Grant, Grant.id == Download.grant_id).where(mine)
    return [
        _row(one, "file_name", "created_at") for one in session.scalars(query.order_by(Download.id))
    ]


def _consents(user: User, lines: Sequence[int]) -> list[Data]:
    grants = select(Grant.id).where(Grant.order_line_id.in_(lines))
    subjects = [f"grant:{id}" for id in session.scalars(grants)]
    mine = or_(Consent.user_id == user.id, Consent.subject.in_(subjects))
    return _rows(Consent, mine, "created_at", "words", "about", "is_given")


def _rows(model: type[Base], where: Any, *names: str) -> list[Data]:
    found: Iterable[Any] = session.scalars(select(model).where(where).order_by(model.id))
    return [_row(one, *names) for one in found]


def _row(row: Any, *names: str) -> Data:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
