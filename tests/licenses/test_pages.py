import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import func, select, update

from shop import events
from shop.accounts.models import User
from shop.catalog.models import Product
from shop.db import commit, session, utcnow
from shop.downloads import grants
from shop.downloads.models import Grant, Release
from shop.licenses import files
from shop.licenses.machines import FREED_PER_MONTH
from shop.licenses.models import Activation, OnExpiry, RetiredKey
from shop.licenses.rotation import MOST_PER_MONTH
from shop.orders.models import Order
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser
from tests.catalog.race import race
from tests.downloads.factories import make_release
from tests.licenses.factories import FINGERPRINT, Bought, code, make_license
from tests.queries import count_queries

PAGE = "/account/licenses"
SignIn = Callable[[], User]


@pytest.fixture
def owner(client: Browser) -> User:
    user = make_user()
    assert client.sign_in(user.email, PASSWORD).status_code == 303
    return user


def device(bought: Bought) -> int:
    """The id of the latest activation."""
    query = select(func.max(Activation.id)).where(Activation.license_id == bought.id)
    found = session.scalar(query)
    assert found
    session.rollback()
    return found


def free(client: Browser, bought: Bought) -> int:
    url = f"{PAGE}/{bought.id}/devices/{device(bought)}/release"
    return client.post(url).status_code


def test_the_account_shows_the_key_and_who_uses_it(
    client: Browser, owner: User, program: Browser
) -> None:
    bought, other = make_license(owner, machine_limit=3), make_license()
    body = {"fingerprint": FINGERPRINT, "name": "mara-macbook", "version": "4.2"}
    code(program, "activate", bought.key, **body)
    page = client.get(PAGE).text
    for shown in (bought.key, "1 of 3 devices in use", "mara-macbook", "4.2", "Yours for good"):
        assert shown in page, shown
    assert page.count('<i class="on">') == 1
    assert other.key not in page
    assert PAGE in client.get("/account").text


def test_the_key_card_leads_to_the_files(client: Browser, owner: User) -> None:
    bought = make_license(owner)
    assert "Download<" not in client.get(PAGE).text
    make_release(session.get_one(Product, bought.product_id))
    grants.give(events.OrderPaid(bought.order_id))
    token = session.scalars(select(Grant.token)).one()
    assert f'href="/downloads/{token}"' in client.get(PAGE).text


def test_the_account_says_when_there_is_nothing(client: Browser, owner: User) -> None:
    assert "No licenses yet" in client.get(PAGE).text


def test_who_is_not_signed_in_is_asked_to(client: Browser) -> None:
    assert client.get(PAGE).location == f"/sign-in?next={PAGE}"
    assert client.post(f"{PAGE}/1/rotation").location.startswith("/sign-in")


def test_many_licenses_cost_no_more_questions_than_one(client: Browser, owner: User) -> None:
    make_license(owner)
    counts = []
    for _ in range(2):
        with count_queries() as queries:
            assert client.get(PAGE).status_code == 200
        counts.append(len(queries))
        for _ in range(3):
            make_license(owner)
    assert counts[0] == counts[1]


def test_the_words_for_each_end(client: Browser, owner: User) -> None:
    past, soon = utcnow() - timedelta(days=3), utcnow() + timedelta(days=3)
    make_license(owner, expires_at=soon, on_expiry=OnExpiry.STOP)
    make_license(owner, expires_at=soon)
    covered = make_license(owner, expires_at=past)
    for version, day in (("4.2", past - timedelta(days=1)), ("5.0", utcnow())):
        session.add(Release(product_id=covered.product_id, version=version, released_at=day))
    refunded = make_license(owner)
    refunded.license.ended_at, refunded.license.end_reason = utcnow(), "refund"
    commit()
    page = client.get(PAGE).text
    assert re.search(r"Runs until \d", page)
    assert "Yours for good, updates until" in page
    assert "Yours for good up to version 4.2" in page
    assert "Refunded" in page
    assert refunded.key not in page


def test_the_owner_frees_a_seat_as_often_as_the_page_says(
    client: Browser, owner: User, program: Browser
) -> None:
    bought = make_license(owner, machine_limit=1)
    for left in range(FREED_PER_MONTH, 0, -1):
        assert code(program, "activate", bought.key, fingerprint=f"machine-{left}") == "VALID"
        assert f"free {left} more seat" in client.get(PAGE).text
        assert free(client, bought) == 303
        assert code(program, "validate", bought.key, fingerprint=f"machine-{left}") == "NO_MACHINE"
    code(program, "activate", bought.key, fingerprint="last")
    assert "Free this seat" not in client.get(PAGE).text
    assert free(client, bought) == 409
    assert bought.license.machines == 1
    long_ago = utcnow() - timedelta(days=31)
    freed = Activation.deactivated_at.is_not(None)
    session.execute(update(Activation).where(freed).values(deactivated_at=long_ago))
    commit()
    assert free(client, bought) == 303


def test_a_seat_is_freed_once(client: Browser, owner: User, program: Browser) -> None:
    bought = make_license(owner)
    code(program, "activate", bought.key, fingerprint="one")
    assert [free(client, bought) for _ in range(2)] == [303, 404]
    assert bought.license.machines == 0


def test_z02_nobody_touches_the_license_of_another(
    client: Browser, owner: User, program: Browser
) -> None:
    theirs, mine = make_license(make_user()), make_license(owner)
    for bought in (theirs, mine):
        code(program, "activate", bought.key, fingerprint="one")
    assert free(client, theirs) == 404
    assert client.post(f"{PAGE}/{mine.id}/devices/{device(theirs)}/release").status_code == 404
    assert client.post(f"{PAGE}/{theirs.id}/rotation").status_code == 404
    assert client.get(f"{PAGE}/{theirs.id}/file").status_code == 404
    assert client.post(f"{PAGE}/{theirs.id}/file").status_code == 404
    assert theirs.license.machines == 1


def test_a_leaked_key_is_replaced(client: Browser, owner: User, program: Browser) -> None:
    bought = make_license(owner)
    code(program, "activate", bought.key, fingerprint="one")
    assert client.post(f"{PAGE}/{bought.id}/rotation").status_code == 303
    new = bought.license.key or ""
    page = client.get(PAGE).text
    assert new in page
    assert bought.key not in page
    assert code(program, "validate", bought.key, fingerprint="one") == "NOT_FOUND"
    assert code(program, "activate", bought.key, fingerprint="one") == "NOT_FOUND"
    assert code(program, "validate", new) == "NO_MACHINES"
    assert code(program, "activate", new, fingerprint="one") == "VALID"
    retired = session.scalars(select(RetiredKey)).one()
    assert retired.last_characters == bought.key[-5:]


def test_only_the_account_shows_the_key_that_replaced_another(
    client: Browser, owner: User, other_client: Browser
) -> None:
    bought, kept = make_license(owner), make_license(owner)
    pages = [f"/{session.get_one(Order, one.order_id).token}" for one in (bought, kept)]
    client.post(f"{PAGE}/{bought.id}/rotation")
    new = bought.license.key or ""
    for place in ("/orders", "/api/orders"):
        replaced, untouched = (other_client.get(f"{place}{page}") for page in pages)
        assert (replaced.status_code, new in replaced.text) == (200, False)
        assert bought.key not in replaced.text
        assert kept.key in untouched.text
    assert new in client.get(PAGE).text


def test_a_key_is_replaced_only_so_often(client: Browser, owner: User) -> None:
    bought = make_license(owner)
    url = f"{PAGE}/{bought.id}/rotation"
    assert [client.post(url).status_code for _ in range(MOST_PER_MONTH + 1)] == [
        *[303] * MOST_PER_MONTH,
        409,
    ]
    bought.license.ended_at = utcnow()
    assert client.post(url).status_code == 409


def test_two_tabs_replace_the_key_one_after_the_other(either_app: Flask) -> None:
    user = make_user()
    bought = make_license(user)
    tabs = [open_browser(either_app) for _ in range(2)]
    for tab in tabs:
        tab.sign_in(user.email, PASSWORD)
    url = f"{PAGE}/{bought.id}/rotation"
    session.rollback()
    answers = race(either_app, 2, lambda n: tabs[n].post(url).status_code)
    assert answers == [303, 303]
    assert len(session.scalars(select(RetiredKey)).all()) == 2


def test_the_page_makes_a_file_for_a_device_without_a_network(client: Browser, owner: User) -> None:
    bought = make_license(owner, machine_limit=1)
    url = f"{PAGE}/{bought.id}/file"
    assert url in client.get(PAGE).text
    assert "Fingerprint of the device" in client.get(url).text
    answer = client.post(url, data={"fingerprint": f" {FINGERPRINT} ", "name": "air-gapped"})
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=license-")
    assert files.unpack(answer.text)["fingerprint"] == FINGERPRINT
    full = client.post(url, data={"fingerprint": "second"})
    assert (full.status_code, "All seats of this license are taken" in full.text) == (422, True)
    for wrong in ("", "a b", "x" * 256, "\u202e"):
        assert client.post(url, data={"fingerprint": wrong}).status_code == 422
    assert bought.license.machines == 1


def test_an_expired_license_that_keeps_its_versions_still_gets_a_file(
    client: Browser, owner: User
) -> None:
    past = utcnow() - timedelta(days=3)
    bought = make_license(owner, expires_at=past)
    url, sent = f"{PAGE}/{bought.id}/file", {"fingerprint": FINGERPRINT}
    assert "This license has expired" in client.post(url, data=sent).text
    for version, day in (("4.2", past - timedelta(days=1)), ("5.0", utcnow())):
        session.add(Release(product_id=bought.product_id, version=version, released_at=day))
    contents = files.unpack(client.post(url, data=sent).text)
    judged = [files.judge(contents, FINGERPRINT, day) for day in (past, utcnow())]
    assert judged == ["VALID", "VERSION_SCOPE_MISMATCH"]


def test_a_floating_license_offers_no_file(client: Browser, owner: User) -> None:
    bought = make_license(owner, heartbeat_seconds=600)
    url = f"{PAGE}/{bought.id}/file"
    assert url not in client.get(PAGE).text
    assert client.get(url).status_code == 404


def test_a_key_that_cannot_be_read_again_says_so(
    client: Browser, owner: User, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = make_license(owner)
    changed = {"secret_key": SecretStr("x" * 40)}
    settings = app.extensions["settings"].model_copy(update=changed)
    monkeypatch.setitem(app.extensions, "settings", settings)
    page = client.get(PAGE).text
    assert "We cannot show this key again" in page
    assert f"…-{bought.key[-5:]}" in page
    client.post(f"{PAGE}/{bought.id}/rotation")
    assert (bought.license.key or "?") in client.get(PAGE).text
