"""What the lists of the back office find, on both databases, and how many questions that takes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, url_for

from shop.accounts.models import AuditEntry, Role
from shop.admin import finding
from shop.admin.office import views
from shop.admin.records import RecordView
from shop.db import commit, session
from shop.orders.models import Order
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser
from tests.factories import make_product
from tests.queries import count_queries

Find = Callable[[str], list[str]]


@pytest.fixture
def admin(either_app: Flask) -> Browser:
    make_user(email="ada@staff.example", role=Role.ADMIN)
    browser = open_browser(either_app)
    browser.sign_in("ada@staff.example", PASSWORD)
    return browser


@pytest.fixture
def orders(admin: Browser) -> Find:
    """Numbers of the orders that a list shows, by what follows the question mark."""

    def find(query: str) -> list[str]:
        page = admin.get(f"/admin/orders/?{query}")
        assert page.status_code == 200
        return re.findall(r'href="/admin/orders/(K-\w+)"', page.text)

    return find


def add_order(id: int, email: str = "a@brot.example", **given: Any) -> None:
    amounts = {"currency": "EUR", "subtotal": 1900, "total": 1900, "tax_included": True}
    values = {"name": "", "billing_address": {}, "shipping_address": None, **amounts, **given}
    session.add(Order(id=id, number=f"K-{id}", email=email, **values))
    commit()


def test_an_order_is_found_by_whole_in_all_and_by_parts_in_the_newest(orders: Find) -> None:
    add_order(2001, "old@brot.example", name="Greta")
    add_order(2002 + finding.NEWEST, "new_one@brot.example", name="Ärmel")

    for typed in ("K-2001", "2001", "%232001", "old@", "OLD@brot"):
        assert orders(f"search={typed}") == ["K-2001"], typed
    for typed in ("ew_one", "ärmel", "rot.exam", "K-1200"):
        assert orders(f"search={typed}") == ["K-12002"], typed
    for typed in ("Greta", "ew-one", "ew%25one", "K-20012", "%00"):
        assert orders(f"search={typed}") == [], typed


def test_orders_of_whole_days(orders: Find) -> None:
    add_order(1001, placed_at=datetime(2026, 3, 1, tzinfo=UTC))
    add_order(1002, placed_at=datetime(2026, 3, 31, 23, 59, tzinfo=UTC))
    add_order(1003, placed_at=datetime(2026, 4, 1, tzinfo=UTC))
    name = "flt1_placed_between_between"
    assert orders(f"{name}=2026-03-01 to 2026-03-31") == ["K-1002", "K-1001"]
    assert orders(f"{name}=2026-04-01 to 2026-04-01") == ["K-1003"]
    assert len(orders(f"{name}=soon")) == 3


def test_a_filter_that_is_not_understood_is_said(orders: Find, admin: Browser) -> None:
    add_order(1001)
    page = admin.get("/admin/orders/?flt1_placed_between_between=" + "<soon>" * 99).text
    assert "Placed between: “" + "&lt;soon&gt;" * 10 + "” was not understood" in page
    assert "not understood" not in admin.get("/admin/orders/").text


def test_a_currency_is_found_however_it_is_typed(orders: Find) -> None:
    add_order(1001)
    assert orders("flt0_currency_equals= eur") == ["K-1001"]
    assert orders("flt0_currency_equals=USD") == []


def test_orders_that_need_a_hand(orders: Find) -> None:
    add_order(1001, attention="a refund failed")
    add_order(1002, attention="the payment is disputed")
    add_order(1003)
    assert orders("tab=hand") == ["K-1002", "K-1001"]
    assert orders("flt2_needs_a_hand_because_contains=disputed") == ["K-1002"]


def test_a_later_page_goes_on_where_the_one_before_ended(orders: Find) -> None:
    for id in range(1001, 1131):
        add_order(id)
    found = [number for page in range(3) for number in orders(f"page={page}")]
    assert found == [f"K-{number}" for number in range(1130, 1000, -1)]
    assert orders("page=3") == []
    assert orders("page=1&sort=0")[0] == "K-1051"


def test_staff_finds_acts(admin: Browser) -> None:
    for id, subject, reason in ((1, "order:K-1", "old"), (finding.NEWEST + 1, "order:K-2", "new")):
        session.add(AuditEntry(id=id, actor="ada", act="test", subject=subject, reason=reason))
    commit()
    for typed, found in (
        ("order:K-1", ["1"]),
        ("order:K-2", ["2"]),
        ("EW", ["2"]),
        ("old", []),
        ("test", ["2", "1"]),
    ):
        page = admin.get("/admin/audit/", query_string={"search": typed})
        assert re.findall(r"<td>order:K-(\d)</td>", page.text) == found, typed


def test_products_are_found_whatever_the_case(admin: Browser) -> None:
    make_product(title="Äpfel und Birnen", slug="obst")
    make_product(title="Bread")
    for typed in ("äpfel", "Äpfel", "ÄPFEL", "BIRN", "OBS", "und äpf"):
        page = admin.get("/admin/products/", query_string={"search": typed, "tab": "published"})
        assert "Äpfel und Birnen" in page.text, typed
        assert "Bread" not in page.text, typed


def test_every_list_with_each_tab_and_a_search_asks_at_most_eight_questions(
    admin: Browser, either_app: Flask
) -> None:
    for id in range(1001, 1061):
        add_order(id, attention="look")
    with either_app.test_request_context():
        lists = [
            (url_for(f"{view.endpoint}.index_view"), view)
            for view in views()
            if isinstance(view, RecordView)
        ]
    assert len(lists) > 15
    for url, view in lists:
        for query in ("", "search=a", "page=1", *(f"tab={tab.key}" for tab in view.tabs)):
            with count_queries() as queries:
                assert admin.get(f"{url}?{query}").status_code == 200
            assert len(queries) <= 8, (url, query)
