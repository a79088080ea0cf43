from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select, text

from shop import events, sealing
from shop.catalog.models import Kind
from shop.config import Settings
from shop.db import commit, session, utcnow
from shop.licenses import acts, issuing, keys
from shop.licenses.models import License, LicensePolicy
from shop.mail.models import Mail
from shop.orders import access
from shop.orders.models import Order
from tests.accounts.factories import make_user
from tests.browser import Browser
from tests.downloads.factories import make_digital, make_paid_order
from tests.factories import make_price, make_product
from tests.licenses.factories import make_license, make_policy
from tests.orders.factories import confirm, make_order, make_payment


def licenses() -> list[License]:
    session.expire_all()
    return list(session.scalars(select(License).order_by(License.id)))


def test_a_paid_line_gets_one_license_however_often_it_is_told(app: Flask) -> None:
    user = make_user()
    order = make_paid_order(make_product(kind=Kind.LICENSE), user)
    for _ in range(3):
        issuing.issue(events.OrderPaid(order.id))
        commit()
    [license] = licenses()
    assert (license.order_line_id, license.user_id) == (order.lines[0].id, user.id)
    assert license.key is not None
    assert keys.digest(license.key) == license.key_hash
    assert license.key.endswith(license.last_characters)


def test_only_licenses_are_licensed(app: Flask) -> None:
    issuing.issue(events.OrderPaid(make_paid_order(make_digital()).id))
    assert licenses() == []


def test_several_pieces_are_one_key_with_more_machines(app: Flask) -> None:
    product = make_product(kind=Kind.LICENSE)
    make_policy(product, machine_limit=2)
    order = make_paid_order(product)
    order.lines[0].quantity = 3
    issuing.issue(events.OrderPaid(order.id))
    assert [license.machine_limit for license in licenses()] == [6]


def test_the_rules_of_the_variant_come_before_the_products(app: Flask) -> None:
    product = make_product(kind=Kind.LICENSE)
    make_policy(product, machine_limit=2)
    order = make_paid_order(product)
    make_policy(product, machine_limit=9, variant_id=order.lines[0].variant_id)
    issuing.issue(events.OrderPaid(order.id))
    issuing.issue(events.OrderPaid(make_paid_order(product).id))
    assert [license.machine_limit for license in licenses()] == [9, 2]


def test_a_product_without_rules_gets_the_usual_ones_once(app: Flask) -> None:
    product = make_product(kind=Kind.LICENSE)
    for _ in range(2):
        issuing.issue(events.OrderPaid(make_paid_order(product).id))
    assert len(session.scalars(select(LicensePolicy)).all()) == 1
    assert [(license.machine_limit, license.expires_at) for license in licenses()] == [
        (3, None)
    ] * 2


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-11-21", 12, "2027-11-21"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
    ],
)
def test_a_year_ends_on_its_day(start: str, months: int, end: str) -> None:
    since, until = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (start, end))
    assert LicensePolicy(duration_months=months).expiry(since) == until
    assert LicensePolicy(duration_months=None).expiry(since) is None


def test_a_full_refund_ends_the_license_and_only_its_own(app: Flask) -> None:
    mine, other = make_license(), make_license()
    issuing.end(events.OrderRefunded(mine.order_id))
    commit()
    ended_at = mine.license.ended_at
    issuing.issue(events.OrderPaid(mine.order_id))
    issuing.end(events.OrderRefunded(mine.order_id))
    assert (mine.license.end_reason, mine.license.ended_at) == ("refund", ended_at)
    assert ended_at is not None
    assert other.license.ended_at is None


def test_a_refund_that_failed_gives_back_what_it_took_and_no_more(app: Flask) -> None:
    refunded, revoked = make_license(), make_license()
    acts.revoke(revoked.license, "charged back")
    issuing.end(events.OrderRefunded(refunded.order_id))
    for order_id in (refunded.order_id, revoked.order_id):
        issuing.restore(events.OrderRestored(order_id))
    commit()
    assert (refunded.license.status, refunded.license.end_reason) == ("active", "")
    assert revoked.license.status == "revoked"


def test_the_order_shows_the_key_until_it_is_refunded(client: Browser) -> None:
    bought = make_license()
    order = session.get_one(Order, bought.order_id)
    page = f"/orders/{order.token}"
    assert bought.key in client.get(page).text
    lines = client.get(f"/api{page}").get_json()["lines"]
    assert [line["license_key"] for line in lines] == [bought.key]
    issuing.end(events.OrderRefunded(bought.order_id))
    assert access.of(order) == {}
    assert bought.key not in client.get(page).text


def test_a_purchase_brings_the_key_by_mail_and_the_database_gives_none_away(app: Flask) -> None:
    order = make_order(make_price(kind=Kind.LICENSE))
    confirm(make_payment(order))
    [license] = licenses()
    key = license.key or ""
    mail = session.scalars(select(Mail).where(Mail.template == "order_paid")).one()
    assert key in mail.text
    assert key in mail.html
    connection = session.connection()
    for table in ("licenses", "mails", "license_policies", "orders", "timeline_entries"):
        rows = connection.execute(text(f"SELECT * FROM {table}")).all()
        assert rows
        assert key not in str(rows)
        assert key.replace("-", "") not in str(rows)
        assert key[:11] not in str(rows)


def test_another_secret_key_reads_no_license_key(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = make_license()
    settings: Settings = app.extensions["settings"]
    changed = settings.model_copy(update={"secret_key": SecretStr("x" * 40)})
    monkeypatch.setitem(app.extensions, "settings", changed)
    assert bought.license.key is None
    assert bought.license.key_hash == keys.digest(bought.key)
    known = f"{'y' * 40}, {settings.secret_key.get_secret_value()}"
    both = changed.model_copy(update={"previous_secret_key": SecretStr(known)})
    monkeypatch.setitem(app.extensions, "settings", both)
    assert bought.license.key == bought.key


def test_what_is_sealed_twice_looks_different_and_cannot_be_changed(app: Flask) -> None:
    first, second = sealing.seal("a key"), sealing.seal("a key")
    assert first != second
    assert sealing.unseal(first) == sealing.unseal(second) == "a key"
    assert sealing.unseal("written before we sealed") == "written before we sealed"
    packed = bytearray(b64decode(first.removeprefix(sealing.MARK)))
    packed[-1] ^= 1
    assert sealing.unseal(sealing.MARK + b64encode(packed).decode()) is None


def test_an_expired_license_says_so(app: Flask) -> None:
    assert make_license(expires_at=utcnow()).license.status == "expired"
    assert make_license(suspended_at=utcnow()).license.status == "suspended"
    assert make_license().license.status == "active"
