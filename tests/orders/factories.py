"""Orders on their way: stock held, payment open, a PaymentIntent at the sandbox."""

from typing import Any

from sqlalchemy import func, select

from shop.billing import payments
from shop.billing.gateway import stripe_call
from shop.billing.models import Payment, PaymentWay
from shop.catalog import stock
from shop.catalog.models import Price
from shop.db import commit, session
from shop.orders.models import Order
from shop.orders.placing import LineDraft, OrderDraft, place

ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "1 Main St",
    "line2": "",
    "postal_code": "10115",
    "city": "Berlin",
    "region": "",
    "country": "DE",
}


def make_order(*prices: Price, quantity: int = 1, **given: Any) -> Order:
    lines = tuple(make_line(price, quantity) for price in prices)
    total = sum(line.amount for line in lines)
    values: dict[str, Any] = {
        "user_id": None,
        "email": "ada@example.org",
        "name": "Ada Lovelace",
        "billing_address": ADDRESS,
        "shipping_address": None,
        "delivery_name": "",
        "currency": prices[0].currency,
        "subtotal": total,
        "discount": 0,
        "delivery": 0,
        "tax": 0,
        "tax_included": True,
        "total": total,
        "lines": lines,
    }
    order = place(OrderDraft(**(values | given)))
    stock.reserve(order.token, stock.totals((line.variant_id, line.quantity) for line in lines))
    commit()
    return order


def make_line(price: Price, quantity: int = 1) -> LineDraft:
    product = price.variant.product
    return LineDraft(
        product_id=product.id,
        variant_id=price.variant.id,
        price_id=price.id,
        kind=product.kind,
        title=product.title,
        sku=price.variant.sku,
        options=price.variant.options,
        quantity=quantity,
        unit_amount=price.unit_amount,
        amount=price.unit_amount * quantity,
        tax_rate=0,
        tax=0,
    )


def make_payment(order: Order, way: PaymentWay = PaymentWay.ELEMENT) -> Payment:
    """With its PaymentIntent made at the sandbox."""
    payment = open_payment(order, way)
    payments.start_element(payment)
    commit()
    return payment


def open_payment(order: Order, way: PaymentWay = PaymentWay.ELEMENT) -> Payment:
    """Written down, and Stripe knows nothing of it yet."""
    earlier = select(func.count(Payment.id)).where(Payment.order_id == order.id)
    due = payments.Due(order.id, order.token, order.total, order.currency)
    return payments.open_payment(due, way, attempt=session.scalars(earlier).one() + 1)


def make_bank_debit() -> str:
    """A payment method that takes days: processing, then succeeded or failed."""
    commit()
    with stripe_call() as client:
        method = client.v1.payment_methods.create(
            {
                "type": "sepa_debit",
                "sepa_debit": {"iban": "DE89370400440532013000"},
                "billing_details": {"name": "Ada Lovelace", "email": "ada@example.org"},
            }
        )
    return method.id


def confirm(payment: Payment, method: str = "pm_card_visa") -> None:
    payments.confirm(payment, payment_method=method, return_url="http://localhost/back")
    commit()
