"""Who buys, of a payment whose order was placed before anybody knew: Stripe's page has asked."""

from typing import Any

import stripe

from shop.events import Buyer

OURS = {
    "line1": "line1",
    "line2": "line2",
    "postal_code": "postal_code",
    "city": "city",
    "region": "state",
    "country": "country",
}
"""The fields of our addresses, and Stripe's names for them."""


def is_asked_by(page: stripe.checkout.Session) -> bool:
    return not page.customer_email


def told_by(page: stripe.checkout.Session) -> Buyer:
    """:param page: complete, with its shipping rate expanded."""
    details, cost = page.customer_details, page.shipping_cost
    name = (details.name if details else None) or ""
    collected = page.collected_information
    parcel = collected.shipping_details if collected else None
    rate = cost.shipping_rate if cost else None
    return Buyer(
        email=(details.email if details else None) or "",
        name=name or (parcel.name if parcel else ""),
        billing_address=_address(name, details.address if details else None),
        shipping_address=_address(parcel.name, parcel.address) if parcel else None,
        delivery_name=rate.display_name or "" if isinstance(rate, stripe.ShippingRate) else "",
        delivery=cost.amount_total if cost else 0,
    )


def _address(name: str, theirs: Any) -> dict[str, str]:
    found = {ours: getattr(theirs, field, None) or "" for ours, field in OURS.items()}
    return {"name": name, **found}
