"""Which rules a sold line's license gets."""

from typing import Any

from sqlalchemy import or_, select

from shop.db import insert_once, session
from shop.licenses.models import LicensePolicy, OnExpiry

USUAL_LIMIT = 3
RULES = (
    *("duration_months", "on_expiry", "machine_limit", "overage_percent"),
    *("heartbeat_seconds", "offline_days", "entitlements"),
)


def policy_for(product_id: int, variant_id: int) -> LicensePolicy:
    """The variant's own, else the product's; a product that has none gets the usual one."""
    found = _find(product_id, variant_id)
    if found:
        return found
    insert_once(LicensePolicy, product_id=product_id, machine_limit=USUAL_LIMIT)
    return policy_for(product_id, variant_id)


def machine_limit(product_id: int, variant_id: int) -> int | None:
    """What such a license would allow; makes no policy. None for as many as one likes."""
    found = _find(product_id, variant_id)
    return found.machine_limit if found else USUAL_LIMIT


def _find(product_id: int, variant_id: int) -> LicensePolicy | None:
    query = select(LicensePolicy).where(
        LicensePolicy.product_id == product_id,
        or_(LicensePolicy.variant_id == variant_id, LicensePolicy.variant_id.is_(None)),
    )
    return session.scalar(query.order_by(LicensePolicy.variant_id.is_(None)).limit(1))


def own(product_id: int, variant_id: int | None) -> LicensePolicy | None:
    """The variant's own rules, or with None those of the whole product."""
    return session.scalar(
        select(LicensePolicy).filter_by(product_id=product_id, variant_id=variant_id)
    )


def rules(policy: LicensePolicy | None) -> dict[str, Any]:
    """By column, in plain values; the usual ones where there are none."""
    if policy is None:
        return {"machine_limit": USUAL_LIMIT}
    return {name: getattr(policy, name) for name in RULES} | {"on_expiry": str(policy.on_expiry)}


def set_rules(product_id: int, variant_id: int | None, **given: Any) -> LicensePolicy:
    """What was sold keeps its date and its limit; all else holds at once for every license."""
    policy = own(product_id, variant_id)
    if policy is None:
        policy = LicensePolicy(product_id=product_id, variant_id=variant_id)
        session.add(policy)
    for name in RULES:
        setattr(policy, name, given[name])
    policy.on_expiry = OnExpiry(given["on_expiry"])
    return policy
