"""Rules for the licenses of the demo products."""

from sqlalchemy import select

from shop.catalog import seed_data
from shop.catalog.models import Variant
from shop.db import session
from shop.licenses.models import LicensePolicy, OnExpiry


def seed_policies() -> list[LicensePolicy]:
    """Each demo variant without rules gets those of its edition."""
    written = {
        variant.sku: product.licenses[edition]
        for product in seed_data.products()
        for variant in product.variants
        if (edition := variant.options.get("Edition", "")) in product.licenses
    }
    ruled = select(LicensePolicy.variant_id).where(LicensePolicy.variant_id.is_not(None))
    missing = select(Variant).where(Variant.sku.in_(written), Variant.id.not_in(ruled))
    added = [_policy(variant, written[variant.sku]) for variant in session.scalars(missing)]
    session.add_all(added)
    return added


def _policy(variant: Variant, entry: seed_data.LicenseEntry) -> LicensePolicy:
    rules = entry.model_dump() | {"on_expiry": OnExpiry(entry.on_expiry)}
    return LicensePolicy(product_id=variant.product_id, variant_id=variant.id, **rules)
