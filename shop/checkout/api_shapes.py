"""What the API says about a checkout session: an estimate before payment starts, then the order."""

from datetime import datetime

from shop import api, config
from shop.billing.models import Payment
from shop.billing.payments import ElementPayment
from shop.cart.discounts.shapes import DiscountOut
from shop.checkout import steps
from shop.checkout.models import CheckoutSession
from shop.checkout.quotes import Quote
from shop.orders.models import Order


class ContactOut(api.Output):
    email: str
    name: str


class DeliveryOut(api.Output):
    method_id: int
    name: str
    note: str
    amount: int


class LineOut(api.Output):
    product_id: int
    price_id: int
    title: str
    quantity: int
    unit_amount: int
    amount: int
    discount: int


class AmountsOut(api.Output):
    subtotal: int
    discount: int
    delivery: int
    tax: int
    total: int
    tax_included: bool


class PaymentOut(api.Output):
    intent_id: str | None
    client_secret: str | None
    publishable_key: str
    status: str
    redirect_url: str | None = None


class PlacedOrderOut(api.Output):
    token: str
    number: str
    payment_state: str


class CheckoutSessionOut(api.Output):
    id: str
    status: str
    next_step: str | None
    needs_delivery: bool
    contact: ContactOut | None
    billing_address: dict[str, str] | None
    shipping_address: dict[str, str] | None
    delivery: DeliveryOut | None
    delivery_options: list[DeliveryOut]
    lines: list[LineOut]
    amounts: AmountsOut
    discount: DiscountOut | None
    is_estimate: bool
    currency: str
    payment: PaymentOut | None
    order: PlacedOrderOut | None
    expires_at: datetime


def checkout_out(
    checkout: CheckoutSession,
    quote: Quote,
    order: Order | None = None,
    payment: Payment | None = None,
) -> CheckoutSessionOut:
    """:param order: what the session led to, with its latest payment."""
    sold = order or quote
    return CheckoutSessionOut(
        id=checkout.token,
        status=checkout.status,
        next_step=steps.next_step(checkout, quote),
        needs_delivery=order.shipping_address is not None if order else quote.needs_delivery,
        contact=ContactOut.model_validate(checkout) if checkout.email else None,
        billing_address=checkout.billing_address,
        shipping_address=checkout.shipping_address,
        delivery=_delivery(checkout, quote, order),
        delivery_options=[DeliveryOut.model_validate(option) for option in quote.options],
        lines=[LineOut.model_validate(line) for line in sold.lines],
        amounts=AmountsOut.model_validate(order or quote.totals),
        discount=_discount(quote, order),
        is_estimate=order is None and quote.is_estimate,
        currency=sold.currency,
        payment=_payment(payment) if payment else None,
        order=PlacedOrderOut.model_validate(order) if order else None,
        expires_at=checkout.expires_at,
    )


def _discount(quote: Quote, order: Order | None) -> DiscountOut | None:
    """Of an order, as it was when it was placed."""
    if order is None:
        return DiscountOut.model_validate(quote.discount) if quote.discount else None
    if not order.discount_code:
        return None
    code, name = order.discount_code, order.discount_name
    return DiscountOut(code=code, name=name, amount=order.discount, problem=None)


def _delivery(checkout: CheckoutSession, quote: Quote, order: Order | None) -> DeliveryOut | None:
    """What the customer chose; not what we assume before."""
    method_id = checkout.delivery_method_id
    if order is not None and method_id is not None and order.delivery_name:
        return DeliveryOut(
            method_id=method_id, name=order.delivery_name, note="", amount=order.delivery
        )
    chosen = quote.delivery
    is_chosen = chosen is not None and chosen.method_id == method_id
    return DeliveryOut.model_validate(chosen) if is_chosen else None


def _payment(payment: Payment) -> PaymentOut:
    return PaymentOut(
        intent_id=payment.stripe_payment_intent_id,
        client_secret=None,
        publishable_key=config.current().stripe_publishable_key,
        status=payment.status,
    )


def payment_out(element: ElementPayment, redirect_url: str | None = None) -> PaymentOut:
    """With what the card form needs."""
    return PaymentOut(
        intent_id=element.intent_id,
        client_secret=element.client_secret,
        publishable_key=element.publishable_key,
        status=element.status,
        redirect_url=redirect_url,
    )
