"""Which rules a sold line's license gets."""

from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update

from shop.db import insert_once, session
from shop.licenses.models import License, LicensePolicy, OnExpiry

USUAL_LIMIT = 3
USUAL: MappingProxyType[str, Any] = MappingProxyType(
    {
        "duration_months": None,
        "on_expiry": str(OnExpiry.KEEP_VERSIONS),
        "machine_limit": USUAL_LIMIT,
        "overage_percent": 0,
        "heartbeat_seconds": None,
        "offline_days": 30,
        "entitlements": [],
    }
)
"""Of a product for which none were written."""
RULES = (
    *("duration_months", "on_expiry", "machine_limit", "overage_percent"),
    *("heartbeat_seconds", "offline_days", "entitlements"),
)


def policy_for(product_id: int, variant_id: int) -> LicensePolicy:
    """The variant's own, else the product's; a product that has none gets the usual one.

    It stays until the commit.
    """
    first = _first(product_id, variant_id).with_for_update(read=True, key_share=True)
    if found := session.scalar(first):
        return found
    insert_once(LicensePolicy, product_id=product_id, machine_limit=USUAL_LIMIT)
    return policy_for(product_id, variant_id)


def machine_limit(product_id: int, variant_id: int) -> int | None:
    """What such a license would allow; makes no policy. None for as many as one likes."""
    found = session.scalar(_first(product_id, variant_id))
    return found.machine_limit if found else USUAL_LIMIT


def _first(product_id: int, variant_id: int) -> Select[LicensePolicy]:
    query = select(LicensePolicy).where(
        LicensePolicy.product_id == product_id,
        or_(LicensePolicy.variant_id == variant_id, LicensePolicy.variant_id.is_(None)),
    )
    return query.order_by(LicensePolicy.variant_id.is_(None)).limit(1)


def own(product_id: int, variant_id: int | None) -> LicensePolicy | None:
    """The variant's own rules, or with None those of the whole product."""
    return session.scalar(
        select(LicensePolicy).filter_by(product_id=product_id, variant_id=variant_id)
    )


def rules(policy: LicensePolicy | None) -> dict[str, Any]:
    """By column, in plain values; the usual ones where there are none."""
    if policy is None:
        return dict(USUAL)
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


def sold_with(policy: LicensePolicy) -> int:
    """How many licenses follow these rules."""
    mine = select(func.count()).select_from(License).where(License.policy_id == policy.id)
    return session.scalar(mine) or 0


def remove_own(product_id: int, variant_id: int) -> None:
    """The product's rules hold for this variant again, and for its licenses that were sold.

    Those keep their date and their limit.
    """
    mine = select(LicensePolicy).filter_by(product_id=product_id, variant_id=variant_id)
    own_ = session.scalar(mine.with_for_update())
    if own_ is None:
        return
    insert_once(LicensePolicy, product_id=product_id, machine_limit=USUAL_LIMIT)
    of_product = select(LicensePolicy.id).filter_by(product_id=product_id, variant_id=None)
    follow = update(License).where(License.policy_id == own_.id)
    session.execute(follow.values(policy_id=of_product.scalar_subquery()))
    session.execute(delete(LicensePolicy).where(LicensePolicy.id == own_.id))
