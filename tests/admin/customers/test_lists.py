"""Customers, licenses and subscriptions in lists that lead to a person."""

from flask import Flask

from shop.accounts.models import Role, User
from shop.db import commit, session
from tests.accounts.factories import make_user
from tests.admin.conftest import Open
from tests.admin.support.cast import make_customer, make_guest
from tests.admin.support.test_person import make_subscription
from tests.queries import count_queries

LISTS = ("customers", "licenses", "subscriptions", "invoices")


def test_rows_lead_to_the_person(open_as: Open) -> None:
    mara, guest = make_customer(), make_guest()
    subscription = make_subscription(mara)
    browser = open_as(Role.SUPPORT)
    for path, leads in (
        (f"customers/{mara.user_id}", mara.url),
        (f"licenses/{mara.bought.id}", f"{mara.url}?about=license:{mara.bought.id}"),
        (f"licenses/{guest.bought.id}", f"{guest.url}?about=license:{guest.bought.id}"),
        (f"subscriptions/{subscription}", f"{mara.url}?about=subscription:{subscription}"),
    ):
        assert f'href="/admin/{path}"' in browser.get(f"/admin/{path.split('/')[0]}/").text, path
        assert browser.get(f"/admin/{path}").location == leads
    for name in LISTS:
        assert browser.get(f"/admin/{name}/987654").status_code == 404


def test_each_list_finds_by_its_own_search(open_as: Open) -> None:
    mara, guest = make_customer(), make_guest()
    make_subscription(mara)
    browser = open_as(Role.SUPPORT)
    for name, typed, found, other in (
        ("customers", "mara@", "mara@lindqvist", "support@staff"),
        ("customers", "@lindqvist.example", "mara@lindqvist", "support@staff"),
        ("customers", "Mara L", "mara@lindqvist", "support@staff"),
        ("licenses", guest.bought.key, guest.bought.key[-5:], mara.bought.key[-5:]),
        ("licenses", mara.bought.key[-5:], mara.bought.key[-5:], guest.bought.key[-5:]),
        ("subscriptions", "sub_mara1", "Atlas", "Nothing matches"),
        ("subscriptions", "mara@", "Atlas", "Nothing matches"),
        ("subscriptions", "gast@", "Nothing matches", "Atlas"),
        ("invoices", guest.invoice, guest.invoice, mara.invoice),
        ("invoices", "Lindqvist Werft", mara.invoice, guest.invoice),
        ("invoices", guest.intent, guest.invoice, mara.invoice),
        ("invoices", "\0", "Nothing matches", mara.invoice),
    ):
        page = browser.get(f"/admin/{name}/", query_string={"search": typed})
        assert page.status_code == 200
        assert found in page.text, (name, typed)
        assert other not in page.text, (name, typed)


def test_lists_cost_the_same_however_long(open_as: Open, app: Flask) -> None:
    mara = make_customer()
    make_subscription(mara)
    browser = open_as(Role.SUPPORT)
    counts = []
    for attempt in range(2):
        for name in LISTS:
            with count_queries() as queries:
                assert browser.get(f"/admin/{name}/").status_code == 200
            counts.append(len(queries))
        for n in range(3 * attempt, 3 * attempt + 3):
            make_subscription(mara, n + 10)
            make_guest(f"guest{n}@more.example")
            make_user()
    assert counts[:4] == counts[4:]
    assert max(counts) <= 8


def test_who_may_only_read_sees_masks_in_lists_and_csv(open_as: Open) -> None:
    mara = make_customer()
    make_subscription(mara)
    browser = open_as(Role.READ_ONLY)
    for name in LISTS:
        for url in (f"/admin/{name}/", f"/admin/{name}/export/csv/"):
            page = browser.get(url)
            assert page.status_code == 200
            text = page.text
            for secret in ("mara@lindqvist", "Mara Lindqvist", "Lindqvist Werft"):
                assert secret not in text, (url, secret)


def test_m02_no_secret_is_in_any_page_or_csv(open_as: Open) -> None:
    mara, guest = make_customer(), make_guest()
    make_subscription(mara)
    user = session.get_one(User, mara.user_id)
    user.password_hash = "$argon2id$canary-of-a-hash"
    commit()
    license, other = mara.bought.license, guest.bought.license
    canaries = [
        mara.bought.key, guest.bought.key, license.key_hash, other.key_hash, mara.grant_token,
        guest.grant_token, guest.token, mara.token, "canary-of-a-hash", mara.bought.key[:11],
    ]  # fmt: skip
    session.rollback()
    browser = open_as(Role.ADMIN)
    urls = [f"/admin/{name}/{end}" for name in LISTS for end in ("", "export/csv/")]
    urls += ["/admin/support/?q=4242", f"/admin/invoices/{mara.invoice_id}"]
    urls += [f"{one.url}{end}" for one in (mara, guest) for end in ("", "/access", "?show=staff")]
    for url in urls:
        page = browser.get(url)
        assert page.status_code == 200, url
        text = page.text
        assert not [canary for canary in canaries if canary in text], url
    for one in (mara, guest):
        page = browser.post(f"{one.url}/details")
        assert page.status_code == 200
        assert not [canary for canary in canaries if canary in page.text]
