from flask import Flask
from sqlalchemy import select

from shop.catalog import seed
from shop.catalog.models import Kind, Product, Variant
from shop.config import Settings
from shop.db import session
from shop.licenses.models import LicensePolicy
from shop.licenses.seeds import seed_policies


def test_every_license_of_the_demo_shop_has_rules_of_its_own(
    app: Flask, settings: Settings
) -> None:
    seed.seed(settings)
    added = seed_policies()
    sold = select(Variant.id).join(Product).where(Product.kind == Kind.LICENSE)
    assert {policy.variant_id for policy in added} == set(session.scalars(sold))
    assert seed_policies() == []
    assert len(session.scalars(select(LicensePolicy)).all()) == len(added)


def test_the_demo_shop_shows_every_kind_of_license(app: Flask, settings: Settings) -> None:
    seed.seed(settings)
    added = seed_policies()
    assert {policy.is_floating for policy in added} == {True, False}
    assert {policy.duration_months for policy in added} == {None, 12}
    assert None in {policy.machine_limit for policy in added}
    assert any(policy.overage_percent for policy in added)
    assert any(policy.entitlements for policy in added)
