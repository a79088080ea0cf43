"""An order over the JSON API: its token is the key."""

from typing import Any

from flask import Blueprint

from shop import api
from shop.billing.models import Payment
from shop.orders import access
from shop.orders.fulfilment import parcels
from shop.orders.fulfilment.models import LineSwap
from shop.orders.models import Order
from shop.orders.orders import find_order, latest_payment

bp = Blueprint("orders_api", __name__, url_prefix="/api")


class SentInsteadOut(api.Output):
    title: str
    sku: str
    options: dict[str, str]
    quantity: int


class OrderLineOut(api.Output):
    product_id: int
    title: str
    sku: str
    options: dict[str, str]
    quantity: int
    unit_amount: int
    amount: int
    discount: int
    charged: int
    download_url: str | None
    license_key: str | None
    sent_instead: SentInsteadOut | None
    """What cannot be delivered is replaced by this, at no cost."""


class AmountsOut(api.Output):
    subtotal: int
    discount: int
    delivery: int
    tax: int
    total: int
    paid: int
    refunded: int


class OrderPaymentOut(api.Output):
    intent_id: str | None
    status: str
    amount: int


class OrderOut(api.Output):
    token: str
    number: str
    payment_state: str
    fulfilment_state: str
    lines: list[OrderLineOut]
    amounts: AmountsOut
    discount_code: str | None
    currency: str
    payment: OrderPaymentOut | None


@bp.get("/orders/<token>")
@api.endpoint(tag="Orders", returns=OrderOut)
def show_order(token: str) -> OrderOut:
    """An order: its lines with what they open, its amounts and its payment."""
    return order_out(find_order(token))


def order_out(order: Order) -> OrderOut:
    payment = latest_payment(order)
    return OrderOut(
        token=order.token,
        number=order.number,
        payment_state=order.payment_state,
        fulfilment_state=order.fulfilment_state,
        lines=_lines(order),
        amounts=AmountsOut.model_validate(order),
        discount_code=order.discount_code or None,
        currency=order.currency,
        payment=_payment(payment) if payment else None,
    )


def _payment(payment: Payment) -> OrderPaymentOut:
    return OrderPaymentOut(
        intent_id=payment.stripe_payment_intent_id, status=payment.status, amount=payment.amount
    )


def _instead(swap: LineSwap | None) -> SentInsteadOut | None:
    return SentInsteadOut.model_validate(swap) if swap else None


def _lines(order: Order) -> list[OrderLineOut]:
    opened = access.of(order) if order.is_paid else {}
    swaps, lines = parcels.swaps_of(order), []
    for line in order.lines:
        values: dict[str, Any] = {
            name: getattr(line, name) for name in OrderLineOut.model_fields if hasattr(line, name)
        }
        found = opened.get(line.id, access.LineAccess())
        lines.append(
            OrderLineOut(
                **values,
                download_url=found.download_url,
                license_key=found.license_key,
                sent_instead=_instead(swaps.get(line.id)),
            )
        )
    return lines
