"""The dashboard and the reports as staff see them."""

import inspect
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from shop.accounts.models import Role
from shop.admin import office
from shop.admin.records import RecordView
from shop.admin.reports.hands import KINDS
from shop.admin.reports.reports import ENTRIES, Entry
from shop.billing.disputes.models import Dispute
from shop.billing.models import StripeEvent
from shop.billing.subscriptions.models import SubscriptionStatus
from shop.db import commit, session, utcnow
from shop.leases import State
from shop.mail.models import Mail
from shop.orders.models import FulfilmentState
from shop.search import tasks
from tests.accounts.factories import PASSWORD, make_user
from tests.admin.conftest import Open
from tests.admin.reports.books import at, book, plan, sell, subscribe
from tests.browser import open_browser
from tests.factories import make_price, make_variant
from tests.queries import count_queries

DOCS = Path(__file__).parents[3] / "docs" / "reports.md"
MARCH = "from=2026-03-01&to=2026-03-31"


def words(markup: str) -> str:
    """What people read of it."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def pieces(pattern: str, markup: str) -> list[str]:
    """What the pattern's group finds; of an address as a browser would send it."""
    return [unescape(found) for found in re.findall(pattern, markup, re.DOTALL)]


def tiles(markup: str) -> dict[str, str]:
    found = pieces(r'<section class="panel tile">(.*?)</section>', markup)
    return {
        words(pieces("<h2>(.*?)</h2>", tile)[0]): words(pieces('num">(.*?)</p>', tile)[0])
        for tile in found
    }


def hands(markup: str) -> list[str]:
    (section,) = pieces(r'<section class="panel" aria-labelledby="hands(.*?)</section>', markup)
    return pieces("<li>(.*?)</li>", section)


def stuck_event(n: int) -> StripeEvent:
    return StripeEvent(
        stripe_id=f"evt_{n}", type="charge.updated", object_id="ch_1", api_version="",
        payload=b"{}", created_at=utcnow(), state=State.DEAD, error="made up",
    )  # fmt: skip


def test_tiles_are_of_the_range_and_the_currency(app: Flask, open_as: Open) -> None:
    price = make_price(unit_amount=10_000)
    order = sell(price, at(5))
    sell(price, at(6))
    sell(price, at(5, 2))
    book(order, "refund", -5_000, at(7))
    sell(make_price(unit_amount=900, currency="JPY"), at(9))
    subscribe(plan(1_000), at(2))
    browser = open_as(Role.ADMIN)

    found = browser.get(f"/admin/?{MARCH}").text
    assert tiles(found) == {
        "Net revenue": "€150.00",
        "Orders": "2",
        "Conversion": "—",
        "Average order": "€100.00",
        "MRR": "€10.00",
        "Churn": "—",
    }
    assert "50 % more than in the 31 days before" in words(found)
    in_yen = browser.get(f"/admin/?{MARCH}&currency=JPY").text
    assert tiles(in_yen)["Net revenue"] == "¥900"
    (tabs,) = pieces('<nav class="tabs" aria-label="Currency">(.*?)</nav>', found)
    assert words(tabs) == "EUR JPY"


def test_days_that_cannot_be_are_said_beside_the_field(app: Flask, open_as: Open) -> None:
    found = open_as(Role.ADMIN).get("/admin/?from=2026-03-31&to=2026-03-01").text

    (error,) = pieces('id="range-error" role="alert">(.*?)</p>', found)
    assert "The first day is after the last one." in error
    assert 'name="from" value="2026-03-31"' in found


def test_what_needs_a_hand_links_to_its_list(either_app: Flask) -> None:
    price = make_price(unit_amount=500)
    for reason in ("a refund failed", "a refund failed", "the payment is disputed"):
        sell(price, utcnow(), attention=reason, fulfilment_state=FulfilmentState.FULFILLED)
    waiting = sell(price, utcnow())
    mail = Mail(key="m", template="t", recipient="a@b.example", subject="s", text="", html="")
    mail.state, mail.error = State.DEAD, "made up"
    session.add_all([stuck_event(1), stuck_event(2), mail])
    subscribe(plan(1_000), at(5), status=SubscriptionStatus.PAST_DUE)
    make_variant(stock=2)
    make_user(email="admin@staff.example", role=Role.ADMIN)
    browser = open_browser(either_app)
    browser.sign_in("admin@staff.example", PASSWORD)

    found = hands(browser.get("/admin/").text)
    assert list(map(words, found)) == [
        "2 orders: a refund failed",
        "1 order: the payment is disputed",
        "2 dead Stripe events",
        "1 failed mail",
        "1 failed renewal",
        "1 order to ship",
        "1 edition nearly gone",
    ]
    urls = [url for hand in found for url in pieces('href="([^"]+)"', hand)]
    assert {browser.get(url).status_code for url in urls} == {200}
    (to_ship,) = (url for url in urls if "ship" in url)
    assert waiting.number in browser.get(to_ship).text


def test_every_tab_that_is_linked_is_there(app: Flask) -> None:
    tabs = {
        f"{view.endpoint}.index_view": {tab.key for tab in view.tabs}
        for view in office.views()
        if isinstance(view, RecordView)
    }
    linked = [
        (kind.query["tab"], tabs[endpoint])
        for kind in KINDS.values()
        for endpoint in kind.lists
        if endpoint in tabs
    ]
    assert len(linked) >= 6
    assert [tab for tab, known in linked if tab not in known] == []


def test_a_reason_opens_the_orders_that_have_it(app: Flask, open_as: Open) -> None:
    price = make_price(unit_amount=500)
    failed = sell(price, utcnow(), attention="a refund failed")
    other = sell(price, utcnow(), attention="the payment is disputed")
    browser = open_as(Role.ADMIN)

    (url,) = pieces('href="([^"]+)">1 order: a refund failed<', browser.get("/admin/").text)
    listed = browser.get(url).text
    assert failed.number in listed
    assert other.number not in listed


def test_a_dispute_says_until_when(app: Flask, open_as: Open) -> None:
    subscription = subscribe(plan(1_000), at(5))
    common = {"amount": 5, "currency": "EUR", "opened_at": at(3), "due_by": at(20)}
    for status in ("needs_response", "under_review", "won"):
        ids = {"stripe_dispute_id": f"du_{status}", "stripe_charge_id": f"ch_{status}"}
        session.add(Dispute(subscription_id=subscription.id, status=status, **ids, **common))
    commit()

    assert "1 dispute, answer by 20 Mar 2026" in open_as(Role.ADMIN).get("/admin/").text


def test_nothing_needs_a_hand(app: Flask, open_as: Open) -> None:
    assert "Nothing does, of what" in open_as(Role.ADMIN).get("/admin/").text


def test_each_role_sees_what_it_may_read(app: Flask, open_as: Open) -> None:
    sell(make_price(unit_amount=500), utcnow(), attention="a refund failed")
    make_variant(stock=2)
    commit()
    support, shelves = (open_as(role).get("/admin/").text for role in (Role.SUPPORT, Role.CATALOG))

    assert "Latest orders" in support
    assert "a refund failed" in support
    assert "Net revenue" not in support
    assert "Latest orders" not in shelves
    assert "a refund failed" not in shelves
    assert "Net revenue" in shelves
    assert "nearly gone" in shelves


def test_badges_count_what_waits(app: Flask, open_as: Open) -> None:
    price = make_price(unit_amount=500)
    browser = open_as(Role.ADMIN)
    assert 'class="badge"' not in browser.get("/admin/").text

    for _ in range(3):
        sell(price, utcnow(), attention="a refund failed")
    session.add(stuck_event(1))
    commit()

    found = browser.get("/admin/tax/").text
    links = pieces(r'<a [^>]*>([^<]* <span class="badge">.*?)</a>', found)
    assert list(map(words, links)) == ["Orders 3 need a hand", "Stripe events 1 are dead"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_report_opens_with_and_without_sales(either_app: Flask, entry: Entry) -> None:
    name = entry.name
    make_user(email="finance@staff.example", role=Role.FINANCE)
    browser = open_browser(either_app)
    browser.sign_in("finance@staff.example", PASSWORD)
    empty = browser.get(f"/admin/reports/{name}")
    sell(make_price(unit_amount=500, stock=2), utcnow() - timedelta(days=2))
    subscribe(plan(1_000), utcnow() - timedelta(days=200))
    tasks.count_miss.run("sofa")
    commit()
    full = browser.get(f"/admin/reports/{name}?days=7")
    csv = browser.get(f"/admin/reports/{name}.csv?days=7")

    assert (empty.status_code, full.status_code, csv.status_code) == (200, 200, 200)
    for chart in pieces(r'<svg [^>]*role="img"(.*?)</svg>', full.text):
        assert words(pieces("<title id[^>]*>(.*?)</title>", chart)[0])
        assert words(pieces("<desc id[^>]*>(.*?)</desc>", chart)[0])
        assert "<summary>Show as table</summary>" in full.text
    assert csv.mimetype == "text/csv"
    assert len(csv.text.splitlines()) == full.text.count("<tr>")


def test_revenue_as_csv_can_be_added_up(app: Flask, open_as: Open) -> None:
    order = sell(make_price(unit_amount=12_345), at(5))
    book(order, "refund", -45, at(7))
    answer = open_as(Role.FINANCE).get("/admin/reports/revenue.csv?from=2026-03-05&to=2026-03-07")

    assert answer.text.splitlines() == [
        "Day,Orders (EUR),Subscriptions (EUR),Refunds (EUR),Disputes (EUR),Net revenue (EUR)",
        "2026-03-05,123.45,0.00,0.00,0.00,123.45",
        "2026-03-06,0.00,0.00,0.00,0.00,0.00",
        "2026-03-07,0.00,0.00,-0.45,0.00,-0.45",
        "Together,123.45,0.00,-0.45,0.00,123.00",
    ]
    assert "revenue-EUR-2026-03-05-2026-03-07.csv" in answer.headers["Content-Disposition"]


def test_a_report_that_does_not_exist(app: Flask, open_as: Open) -> None:
    browser = open_as(Role.ADMIN)

    assert browser.get("/admin/reports/nonsense").status_code == 404
    assert browser.get("/admin/reports/nonsense.csv").status_code == 404


def test_pages_ask_few_questions(app: Flask, open_as: Open) -> None:
    price = make_price(unit_amount=500)
    for _ in range(5):
        sell(price, utcnow(), attention="a refund failed")
    browser = open_as(Role.ADMIN)
    for path, most in (("/admin/", 14), ("/admin/reports/", 4), ("/admin/reports/tax", 5)):
        with count_queries() as queries:
            browser.get(path)
        assert len(queries) <= most, (path, queries)


def test_the_written_definitions_are_those_of_the_figures() -> None:
    written = " ".join(DOCS.read_text().split())
    for entry in ENTRIES:
        assert " ".join((inspect.getdoc(entry.figure) or "").split()) in written, entry.name
        assert f"## {entry.title}" in written
