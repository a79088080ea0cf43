"""What Stripe's own page shows and asks, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import stripe

from shop.billing import mirror
from shop.billing.models import Payment

LIFE = timedelta(hours=23)  # Stripe allows 24, from a late retry too; ours ends it sooner
MOST_DELIVERIES = 5

# Where Stripe's page takes no address to deliver to:
# https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-shipping_address_collection-allowed_countries
UNREACHED = frozenset(
    ["AS", "CC", "CU", "CX", "FM", "HM", "IR", "KP", "MH", "MP", "NF", "PW", "SY", "UM", "VI"]
)


@dataclass(frozen=True)
class HostedLine:
    """A line on Stripe's page; `amount` is for one."""

    title: str
    quantity: int
    amount: int


@dataclass(frozen=True)
class HostedDelivery:
    """A way to deliver that the buyer may choose there."""

    name: str
    amount: int


@dataclass(frozen=True)
class HostedPage:
    lines: Sequence[HostedLine]
    success_url: str
    """May hold `{CHECKOUT_SESSION_ID}`, which Stripe fills in."""
    cancel_url: str
    email: str = ""
    """The buyer's; without one the page asks who buys, see `shop.billing.buyers`."""
    countries: Sequence[str] = ()
    """Where goods can be delivered to; the page asks for an address there."""
    deliveries: Sequence[HostedDelivery] = ()
    """At most `MOST_DELIVERIES`; the first is chosen until the buyer chooses."""
    life: timedelta = LIFE
    """From the payment's beginning; Stripe wants half an hour at least."""


def params_of(page: HostedPage, payment: Payment) -> "stripe.params.checkout.SessionCreateParams":
    names = mirror.names_of(payment)
    params: stripe.params.checkout.SessionCreateParams = {
        "mode": "payment",
        "line_items": [_line_item(line, payment.currency) for line in page.lines],
        "metadata": names,
        "payment_intent_data": {"metadata": names},
        "success_url": page.success_url,
        "cancel_url": page.cancel_url,
        "expires_at": int((payment.created_at + page.life).timestamp()),
    }
    if page.email:
        params["customer_email"] = page.email
    else:  # the buyer's country decides the tax: it is asked once, with one address or the other
        params["billing_address_collection"] = "auto" if page.countries else "required"
    if page.countries:
        params["shipping_address_collection"] = {"allowed_countries": [*page.countries]}
        params["shipping_options"] = [
            _shipping_option(way, payment.currency) for way in page.deliveries
        ]
    return params


def _line_item(
    line: HostedLine, currency: str
) -> "stripe.params.checkout.SessionCreateParamsLineItem":
    return {
        "quantity": line.quantity,
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": line.amount,
            "product_data": {"name": line.title},
        },
    }


def _shipping_option(
    way: HostedDelivery, currency: str
) -> "stripe.params.checkout.SessionCreateParamsShippingOption":
    return {
        "shipping_rate_data": {
            "type": "fixed_amount",
            "display_name": way.name,
            "fixed_amount": {"amount": way.amount, "currency": currency.lower()},
        }
    }
