"""Which rules a sold line's license gets."""

from sqlalchemy import or_, select

from shop.db import insert_once, session
from shop.licenses.models import LicensePolicy

USUAL_LIMIT = 3


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
