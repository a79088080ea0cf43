"""Releases and license rules, as sections of the product's page."""

from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from shop.accounts.models import AuditEntry, Role
from shop.catalog.models import Kind, Product
from shop.db import session
from shop.downloads import storage
from shop.downloads.models import Release
from shop.licenses import policies
from shop.licenses.models import License, LicensePolicy, OnExpiry
from tests.admin.catalog.forms import filled
from tests.admin.conftest import Open
from tests.browser import Browser
from tests.factories import make_price, make_variant
from tests.orders.factories import confirm, make_order, make_payment

XSS = "<script>window.__xss=1</script>"


@pytest.fixture
def product(desk: Browser) -> Product:
    return make_price(kind=Kind.LICENSE, title="Atlas").variant.product


def publish(desk: Browser, product: Product, *files: tuple[BytesIO, str], **typed: str) -> Any:
    form: dict[str, Any] = {"version": "2.0", "channel": "stable", "notes": "Faster"} | typed
    form |= {f"files-{number}-file": file for number, file in enumerate(files)}
    url = f"/admin/files/{product.id}/releases"
    return desk.post(url, data=form, content_type="multipart/form-data")


def test_a_release_is_published_with_its_checksum(
    app: Flask, desk: Browser, product: Product
) -> None:
    assert f"/admin/files/{product.id}" in desk.get(f"/admin/products/{product.id}/edit").text
    answer = publish(
        desk, product, (BytesIO(b"mac"), "a.dmg"), (BytesIO(b"win"), "a.exe"),
        **{"files-0-platform": "macOS", "files-1-platform": "Windows"},
    )  # fmt: skip
    assert answer.status_code == 303
    release = session.scalars(select(Release)).one()
    assert (release.version, release.channel, release.notes) == ("2.0", "stable", "Faster")
    assert [(f.name, f.platform, f.size) for f in release.files] == [
        ("a.dmg", "macOS", 3), ("a.exe", "Windows", 3),
    ]  # fmt: skip
    assert release.files[0].sha256 == sha256(b"mac").hexdigest()
    with storage.current().open(release.files[0].storage_key) as kept:
        assert kept.read() == b"mac"
    page = desk.get(f"/admin/files/{product.id}").text
    assert sha256(b"win").hexdigest() in page
    assert session.scalars(select(AuditEntry.act)).one() == "release.publish"


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"version": ""}, "version"), ({"version": "1 0"}, "version"), ({"version": "1.0"}, "version"),
     ({"channel": "B!"}, "channel")],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(
    desk: Browser, product: Product, typed: dict[str, str], field: str
) -> None:
    publish(desk, product, (BytesIO(b"1"), "a.zip"), version="1.0")
    answer = publish(desk, product, (BytesIO(b"2"), "a.zip"), **typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert filled(answer.text, "version")["notes"] == ["Faster"]
    assert len(session.scalars(select(Release)).all()) == 1


def test_a_release_has_a_file(desk: Browser, product: Product) -> None:
    answer = publish(desk, product)
    assert answer.status_code == 422
    assert 'id="files-0-file-error"' in answer.text


def test_a_release_is_yanked_with_a_reason(desk: Browser, product: Product) -> None:
    publish(desk, product, (BytesIO(b"1"), "a.zip"))
    release = session.scalars(select(Release)).one()
    url = f"/admin/files/{product.id}/releases/{release.id}/yank"
    refused = desk.post(url, data={f"y{release.id}-reason": "  "})
    assert refused.status_code == 422
    assert f'id="y{release.id}-reason-error"' in refused.text
    assert desk.post(url, data={f"y{release.id}-reason": XSS}).status_code == 303
    session.expire_all()
    assert release.yanked_at
    page = desk.get(f"/admin/files/{product.id}").text
    assert "Yanked" in page
    assert XSS not in page
    elsewhere = make_price().variant.product.id
    url = f"/admin/files/{elsewhere}/releases/{release.id}/yank"
    assert desk.post(url).status_code == 404


def test_names_and_notes_are_shown_as_text(desk: Browser, product: Product) -> None:
    publish(desk, product, (BytesIO(b"1"), f"{XSS}.zip"), notes=XSS)
    assert XSS not in desk.get(f"/admin/files/{product.id}").text


def rules(desk: Browser, product: Product, query: str = "", **typed: str) -> Any:
    form: dict[str, Any] = dict(
        filled(desk.get(f"/admin/license-rules/{product.id}{query}").text, "machine_limit")
    )
    answer = desk.post(f"/admin/license-rules/{product.id}/rules{query}", data=form | typed)
    session.expire_all()
    return answer


def test_rules_of_the_product_and_of_a_variant(desk: Browser, product: Product) -> None:
    team = make_variant(product=product, options={"Edition": "Team"})
    page = desk.get(f"/admin/license-rules/{product.id}").text
    assert filled(page, "machine_limit")["machine_limit"] == ["3"]
    typed = {"duration_months": "12", "on_expiry": "stop", "entitlements": "pdf, sync"}
    assert rules(desk, product, **typed).status_code == 303
    policy = session.scalars(select(LicensePolicy)).one()
    assert (policy.duration_months, policy.on_expiry) == (12, OnExpiry.STOP)
    assert (policy.machine_limit, policy.entitlements) == (3, ["pdf", "sync"])

    query = f"?variant={team.id}"
    assert rules(desk, product, query, machine_limit="").status_code == 303
    own = session.scalars(select(LicensePolicy).filter_by(variant_id=team.id)).one()
    assert (own.machine_limit, own.duration_months) == (None, 12)
    assert policy.machine_limit == 3


def test_a_variant_gives_its_own_rules_up(desk: Browser, product: Product) -> None:
    team = make_variant(product=product, options={"Edition": "Team"})
    rules(desk, product, offline_days="5")
    query = f"?variant={team.id}"
    page, removal = (
        f"/admin/license-rules/{product.id}{part}{query}" for part in ("", "/rules/removal")
    )
    assert "the product's rules again" not in desk.get(page).text
    assert desk.get(removal).status_code == 404
    rules(desk, product, query, machine_limit="9", offline_days="8")
    order = make_order(make_price(variant=team))
    confirm(make_payment(order))
    license = session.query(License).one()
    assert removal in desk.get(page).text
    question = desk.get(removal).text
    assert "One license that was sold with them follows" in question
    rules(desk, product, query, machine_limit="10", offline_days="8")
    form = filled(question, "seen")
    assert desk.post(removal, data=form).status_code == 409  # not what was shown

    answer = desk.post(removal, data=filled(desk.get(removal).text, "seen"))
    assert (answer.status_code, answer.location) == (303, page)
    session.expire_all()
    assert policies.own(product.id, team.id) is None
    assert policies.policy_for(product.id, team.id).offline_days == 5
    assert (license.policy.offline_days, license.machine_limit) == (5, 9)
    assert (
        session.query(AuditEntry).filter_by(act="policy.remove").one().data["variant"] == team.sku
    )
    assert desk.post(removal, data=form).status_code == 404


def test_wrong_and_stale_rules_are_refused(desk: Browser, product: Product) -> None:
    rules(desk, product, machine_limit="5")
    wrong = rules(desk, product, machine_limit="0", heartbeat_seconds="5")
    assert wrong.status_code == 422
    assert 'id="machine_limit-error"' in wrong.text
    stale = rules(desk, product, machine_limit="7", seen="old")
    assert stale.status_code == 409
    assert "Somebody else saved this meanwhile" in stale.text
    assert session.scalars(select(LicensePolicy)).one().machine_limit == 5


def test_m01_no_other_column_of_the_rules(desk: Browser, product: Product) -> None:
    rules(desk, product, machine_limit="5")
    policy = session.scalars(select(LicensePolicy)).one()
    other = make_price().variant
    rules(desk, product, id="77", product_id=str(other.product_id), variant_id=str(other.id))
    assert (policy.product_id, policy.variant_id) == (product.id, None)


@pytest.mark.parametrize("id", ["0", "x", "9" * 30, "-1", "1,2"])
def test_m08_bad_ids(desk: Browser, product: Product, id: str) -> None:
    assert desk.get(f"/admin/files/{id}").status_code == 404
    assert desk.post(f"/admin/files/{product.id}/releases/{id}/yank").status_code == 404
    assert desk.get(f"/admin/license-rules/{id}").status_code == 404
    assert desk.get(f"/admin/license-rules/{product.id}?variant={id}").status_code == 404


def test_support_reads_alone(open_as: Open, product: Product) -> None:
    support = open_as(Role.SUPPORT)
    page = support.get(f"/admin/files/{product.id}")
    assert page.status_code == 200
    assert "New release" not in page.text
    assert publish(support, product, (BytesIO(b"1"), "a.zip")).status_code == 403
