"""The order as it would be placed now."""

from shop.cart.models import Cart
from shop.cart.summary import LineView
from shop.checkout.models import CheckoutSession
from shop.checkout.quotes import Quote
from shop.orders.placing import LineDraft, OrderDraft


def draft_order(checkout: CheckoutSession, cart: Cart, quote: Quote) -> OrderDraft:
    totals = quote.totals
    return OrderDraft(
        user_id=cart.user_id,
        email=checkout.email,
        name=checkout.name,
        billing_address=checkout.billing_address or {},
        shipping_address=checkout.shipping_address if quote.needs_delivery else None,
        delivery_name=quote.delivery.name if quote.delivery else "",
        currency=quote.currency,
        subtotal=totals.subtotal,
        discount=totals.discount,
        delivery=totals.delivery,
        tax=totals.tax,
        tax_included=totals.tax_included,
        total=totals.total,
        lines=_line_drafts(quote),
    )


def _line_drafts(quote: Quote) -> tuple[LineDraft, ...]:
    return tuple(
        _line_draft(line, quote.rates[line.tax_category], line_tax)
        for line, line_tax in zip(quote.lines, quote.totals.line_taxes, strict=True)
    )


def _line_draft(line: LineView, rate: int, line_tax: int) -> LineDraft:
    return LineDraft(
        product_id=line.product_id,
        variant_id=line.variant_id,
        price_id=line.price_id,
        kind=line.kind,
        title=line.title,
        sku=line.sku,
        options=line.options,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        amount=line.amount,
        tax_rate=rate,
        tax=line_tax,
    )
