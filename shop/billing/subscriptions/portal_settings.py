"""What customers may do in the portal, as Stripe has it: in step with our plans.

One configuration for each product and currency, because only those plans may be switched between,
and one for the portal's home. Nothing is sent when nothing has changed.
"""

import json
from hashlib import sha256
from typing import Any

import stripe
from sqlalchemy import delete, select, update

from shop import config, db
from shop.billing.calls import calling
from shop.billing.subscriptions import plans
from shop.billing.subscriptions.models import Plan, PortalConfiguration
from shop.billing.subscriptions.starting import MOST_SEATS
from shop.catalog.models import Price, Product, Status, Variant
from shop.db import session

HOME = "home"
MOST_PRODUCTS = 10  # Stripe takes no more
REASONS = [
    *("too_expensive", "missing_features", "switched_service", "unused"),
    *("customer_service", "too_complex", "low_quality", "other"),
]


def scope_of(product_id: int, currency: str) -> str:
    return f"product:{product_id}:{currency}"


def keep(scope: str) -> str:
    """The configuration's id at Stripe, which says what it should; commits."""
    features = _features(scope)
    digest = sha256(json.dumps(features, sort_keys=True).encode()).hexdigest()
    db.insert_once(PortalConfiguration, scope=scope)
    row = session.scalars(select(PortalConfiguration).filter_by(scope=scope)).one()
    row_id, known, is_same = row.id, row.stripe_configuration_id, row.digest == digest
    if known and is_same:
        return known
    with calling(row, "portal") as (client, key):
        service = client.v1.billing_portal.configurations
        if known:
            new: Any = {"features": features}
            service.update(known, new, {"idempotency_key": key})
        else:
            known = service.create(_params(scope, features), {"idempotency_key": key}).id
    said = {"stripe_configuration_id": known, "digest": digest}
    made = update(PortalConfiguration).where(PortalConfiguration.id == row_id)
    # raised, so that the next call has a key of its own
    session.execute(made.values(**said, tries=PortalConfiguration.tries + 1))
    db.commit()
    return known


def forget(scope: str) -> None:
    """Stripe has it no more."""
    session.execute(delete(PortalConfiguration).filter_by(scope=scope))


def keep_all() -> int:
    """Bring all in step, also of products whose portal nobody has opened yet; commits.

    Returns how many there are.
    """
    query = (
        select(Variant.product_id, Price.currency)
        .join(Price.variant)
        .join(Variant.product)
        .where(Price.interval.is_not(None), Price.is_active, Product.status == Status.PUBLISHED)
        .distinct()
    )
    scopes = {HOME, *(scope_of(*row) for row in session.execute(query)), *_used()}
    for scope in sorted(scopes):
        keep(scope)
    return len(scopes)


def keep_used() -> None:
    """Bring those in step that Stripe has; commits."""
    for scope in _used():
        keep(scope)


def switchable(product_id: int, currency: str) -> list[Price]:
    """The plans that can be changed to, the cheapest first: of each variant and rhythm the newest.

    Of one Product, Stripe's portal takes one price for each interval.
    """
    offered = sorted(plans.of_product(product_id, currency), key=lambda price: price.id)
    newest = {(price.variant_id, price.interval, price.interval_count): price for price in offered}
    allowed = sorted({price.variant_id for price in offered})[:MOST_PRODUCTS]
    found = [price for price in newest.values() if price.variant_id in allowed]
    return sorted(found, key=lambda price: (price.unit_amount, price.id))


def _used() -> list[str]:
    return list(session.scalars(select(PortalConfiguration.scope)))


def _params(scope: str, features: Any) -> "stripe.params.billing_portal.ConfigurationCreateParams":
    settings = config.current()
    return {
        "name": f"{settings.shop_name}: {scope}",
        "default_return_url": f"{settings.base_url}/account/subscriptions",
        "features": features,
        "metadata": {"keystall_scope": scope},
    }


def _features(scope: str) -> dict[str, object]:
    """The e-mail address is not among what can be changed: it is that of the account."""
    return {
        "customer_update": {"enabled": True, "allowed_updates": ["name", "address", "tax_id"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {
            "enabled": True,
            "mode": "at_period_end",
            "cancellation_reason": {"enabled": True, "options": REASONS},
        },
        "subscription_pause": {"enabled": True, "duration": {"type": "indefinite"}},
        "subscription_update": _update(scope),
    }


def _update(scope: str) -> dict[str, object]:
    """Dearer at once, and billed at once; cheaper, or a shorter rhythm, with the next period."""
    offered = [] if scope == HOME else _offered(scope)
    if not offered:
        return {"enabled": False}
    conditions = ("decreasing_item_amount", "shortening_interval")
    return {
        "enabled": True,
        "default_allowed_updates": ["price", "quantity", "promotion_code"],
        "products": offered,
        "proration_behavior": "always_invoice",
        "trial_update_behavior": "continue_trial",
        "schedule_at_period_end": {"conditions": [{"type": one} for one in conditions]},
    }


def _offered(scope: str) -> list[dict[str, object]]:
    """With the ids that Stripe knows; what it does not have yet is made there."""
    _kind, product_id, currency = scope.split(":")
    ids = [price.id for price in switchable(int(product_id), currency)]
    newest: dict[str, dict[tuple[str, int], str]] = {}
    for price_id in sorted(ids):
        price = session.get_one(Price, price_id)
        rhythm = (str(price.interval), price.interval_count)
        stripe_price = plans.stripe_price_of(price)
        product = session.scalar(select(Plan.stripe_product_id).filter_by(price_id=price_id))
        newest.setdefault(product or "", {})[rhythm] = stripe_price
    seats = {"enabled": True, "minimum": 1, "maximum": MOST_SEATS}
    return [
        {"product": product, "prices": sorted(prices.values()), "adjustable_quantity": seats}
        for product, prices in sorted(newest.items())
    ]
