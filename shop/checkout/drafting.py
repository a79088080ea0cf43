"""The order as it would be placed now."""

from dataclasses import fields

from shop.cart.models import Cart
from shop.cart.summary import LineView
from shop.checkout.models import CheckoutSession
from shop.checkout.quotes import Quote
from shop.checkout.totals import Totals
from shop.orders.placing import LineDraft, OrderDraft

COSTS = [field.name for field in fields(Totals) if field.name != "line_taxes"]
"""What the order and its totals have by the same name; `LINE` likewise."""
LINE = [field.name for field in fields(LineDraft) if field.name not in {"tax_rate", "tax"}]


def draft_order(checkout: CheckoutSession, cart: Cart, quote: Quote) -> OrderDraft:
    return OrderDraft(
        user_id=cart.user_id or checkout.user_id,
        email=checkout.email,
        name=checkout.name,
        billing_address=checkout.billing_address or {},
        shipping_address=checkout.shipping_address if quote.needs_delivery else None,
        delivery_name=quote.delivery.name if quote.delivery else "",
        currency=quote.currency,
        lines=tuple(
            _draft_line(line, quote.rates[line.tax_category], tax)
            for line, tax in zip(quote.lines, quote.totals.line_taxes, strict=True)
        ),
        discount_code=quote.discount.code if quote.discount else "",
        discount_name=quote.discount.name if quote.discount else "",
        **{name: getattr(quote.totals, name) for name in COSTS},
    )


def _draft_line(line: LineView, rate: int, tax: int) -> LineDraft:
    return LineDraft(**{name: getattr(line, name) for name in LINE}, tax_rate=rate, tax=tax)
