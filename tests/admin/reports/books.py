"""Small books whose sums can be made by hand. Rows as the shop writes them, with days given."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from shop.accounts.models import User
from shop.billing.invoices.models import CreditNote, Invoice, InvoiceStatus, Source
from shop.billing.models import LedgerEntry, Payment, PaymentStatus, PaymentWay
from shop.billing.subscriptions.models import PastPlan, Subscription, SubscriptionStatus
from shop.catalog.models import Interval, Price
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import commit, session
from shop.orders.models import Order, OrderLine, PaymentState
from tests.accounts.factories import make_user
from tests.factories import make_price

_numbers = count(1)
MARCH = 3


def at(day: int, month: int = MARCH, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def on(day: int, month: int = MARCH) -> date:
    return date(2026, month, day)


def address(country: str) -> dict[str, str]:
    return {"name": "Ada", "line1": "1 Main St", "city": "X", "country": country}


def sell(price: Price, when: datetime, quantity: int = 1, **given: Any) -> Order:
    """A paid order with its payment and what the ledger has of it."""
    n = next(_numbers)
    amount = price.unit_amount * quantity
    line = {"discount": 0, "tax_rate": 0, "tax": 0} | given.pop("line", {})
    values = {
        "email": f"buyer{n}@example.org",
        "billing_address": address("DE"),
        "subtotal": amount,
        "tax_included": True,
        "total": amount,
    } | given
    order = Order(
        number=f"K-{n:06}",
        currency=price.currency,
        placed_at=when,
        paid_at=when,
        paid=values["total"],
        payment_state=PaymentState.PAID,
        lines=[_line(price, quantity, **line)],
        **values,
    )
    session.add(order)
    session.flush()  # the payment needs its id
    _pay(order, when)
    commit()
    return order


def _line(price: Price, quantity: int, **given: Any) -> OrderLine:
    product = price.variant.product
    return OrderLine(
        product_id=product.id,
        variant_id=price.variant_id,
        price_id=price.id,
        kind=product.kind,
        title=product.title,
        sku=price.variant.sku,
        quantity=quantity,
        unit_amount=price.unit_amount,
        amount=price.unit_amount * quantity,
        **given,
    )


def _pay(order: Order, when: datetime) -> None:
    payment = Payment(
        order_id=order.id,
        attempt=1,
        way=PaymentWay.ELEMENT,
        amount=order.total,
        currency=order.currency,
        status=PaymentStatus.SUCCEEDED,
        received=order.total,
    )
    session.add(payment)
    session.flush()  # the ledger needs its id
    book(order, "capture", order.total, when)


def book(order: Order, kind: str, amount: int, when: datetime) -> None:
    """A ledger entry of the order's payment."""
    payment = session.query(Payment).filter_by(order_id=order.id).one()
    session.add(
        LedgerEntry(
            payment_id=payment.id,
            kind=kind,
            external_id=f"{kind}-{next(_numbers)}",
            amount=amount,
            currency=order.currency,
            created_at=when,
        )
    )
    commit()


def plan(amount: int, interval: Interval = Interval.MONTH, **given: Any) -> Price:
    return make_price(unit_amount=amount, interval=interval, **given)


def subscribe(price: Price, paid_at: datetime | None, **given: Any) -> Subscription:
    values: dict[str, Any] = {"quantity": 1, "status": SubscriptionStatus.ACTIVE} | given
    subscription = Subscription(
        user_id=subscriber().id,
        product_id=price.variant.product_id,
        price_id=price.id,
        paid_at=paid_at,
        stripe_subscription_id=f"sub_{next(_numbers)}",
        **values,
    )
    session.add(subscription)
    commit()
    return subscription


def change(subscription: Subscription, when: datetime, price: Price, quantity: int = 1) -> None:
    """Another plan from now on; the row keeps the newest."""
    old = {"price_id": subscription.price_id, "quantity": subscription.quantity}
    session.add(PastPlan(subscription_id=subscription.id, until=when, **old))
    subscription.price_id, subscription.quantity = price.id, quantity
    commit()


def subscriber() -> User:
    return make_user(email=f"subscriber{next(_numbers)}@example.org")


def bill(total: int, paid_at: datetime | None, **given: Any) -> Invoice:
    """Stripe's invoice of a subscription."""
    values: dict[str, Any] = {"tax": 0, "currency": "EUR", "amount_paid": total if paid_at else 0}
    invoice = Invoice(
        source=Source.STRIPE,
        status=InvoiceStatus.PAID if paid_at else InvoiceStatus.OPEN,
        stripe_invoice_id=f"in_{next(_numbers)}",
        subtotal=total,
        total=total,
        lines=[],
        seller={},
        paid_at=paid_at,
        **(values | given),
    )
    session.add(invoice)
    commit()
    return invoice


def credit(invoice: Invoice, total: int, tax: int, when: datetime) -> CreditNote:
    note = CreditNote(
        source=invoice.source,
        invoice=invoice,
        currency=invoice.currency,
        subtotal=total - tax,
        tax=tax,
        total=total,
        lines=[],
        seller={},
        issued_at=when,
    )
    session.add(note)
    commit()
    return note


def begin(when: datetime, status: CheckoutStatus) -> None:
    session.add(CheckoutSession(status=status, created_at=when, expires_at=when))
    commit()
