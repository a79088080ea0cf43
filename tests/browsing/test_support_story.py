"""“My key does not work”: support finds out why with what the customer has in hand."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from shop.accounts.models import AuditEntry
from shop.demo.wares import Ware
from shop.orders.models import Order
from tests.browsing import staff, troubled
from tests.browsing.conftest import OpenWindow
from tests.browsing.purchase import GOOD
from tests.browsing.troubled import Troubled
from tests.browsing.window import DESKTOP, PHONE, Window
from tests.servers.house import House

pytestmark = pytest.mark.browser
MOST_CLICKS = 2
STUDIO = Ware("lathe-mastering-suite", "FWA-LTH-STU")
STORIES = (troubled.refunded, troubled.disputed, troubled.full, troubled.unpaid)
CLOSED = ("/admin/staff/", "/admin/tax/", "/admin/audit/", "/admin/reports/")


@pytest.fixture(scope="module")
def people(chromium: Browser, house: House) -> list[Troubled]:
    windows = [Window(chromium, house, scripts=False) for _ in STORIES]
    found = [make(window) for make, window in zip(STORIES, windows, strict=True)]
    assert [complaint for window in windows for complaint in window.close()] == []
    return found


@dataclass
class Walk:
    """Of support, from what was typed to the cause."""

    page: Page
    clicks: int = 0

    def find(self, typed: str) -> None:
        self.page.goto("/admin/support/")
        self.page.get_by_label("Find a customer").fill(typed)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Find", exact=True).click()

    def follow(self, link: Locator) -> None:
        self.clicks += 1
        with self.page.expect_navigation():
            link.click()

    def reads(self, person: Troubled) -> bool:
        """Whether the page is theirs, and names the cause."""
        main = self.page.get_by_role("main")
        told = [main.get_by_text(text).first for text in (person.email, person.cause)]
        return all(text.is_visible() for text in told)

    def look(self, person: Troubled) -> None:
        """The one of several who has this address; then further, if the cause is not there."""
        row = self.page.get_by_role("row").filter(has_text=person.email)
        if row.count():
            self.follow(row.get_by_role("link"))
        if not self.reads(person):
            self.follow(self.page.get_by_role("link", name="Why access, why not"))


@pytest.mark.parametrize(("width", "scripts"), [(DESKTOP, True), (PHONE, False)])
def test_every_handle_leads_to_the_cause(
    open_window: OpenWindow, people: list[Troubled], *, width: int, scripts: bool
) -> None:
    window = open_window(width, scripts=scripts)
    staff.enter(window.page, "support")
    longest = 0
    for person in people:
        for handle, typed in person.handles.items():
            walk = Walk(window.page)
            walk.find(typed)
            walk.look(person)
            assert walk.reads(person), f"{person.email} by {handle}"
            assert walk.clicks <= MOST_CLICKS, f"{person.email} by {handle}"
            assert window.overflow() == 0, window.page.url
            longest = max(longest, walk.clicks)
        if scripts:
            assert window.findings() == []
    assert longest > 0  # somebody was one of several


def test_a_cause_that_is_not_there_is_not_read(
    open_window: OpenWindow, people: list[Troubled]
) -> None:
    """Negative control: the page of somebody else, or of another trouble, does not pass."""
    walk = Walk(open_window(scripts=False).page)
    staff.enter(walk.page, "support")
    refunded, disputed = people[:2]
    walk.find(refunded.email)
    assert walk.reads(refunded)
    assert not walk.reads(disputed)
    mixed = Troubled(refunded.email, "", "", "", disputed.cause)
    assert not walk.reads(mixed)


@pytest.mark.parametrize(("width", "scripts"), [(DESKTOP, True), (PHONE, False)])
def test_what_support_may_not_do_is_refused_and_noted(
    open_window: OpenWindow, *, width: int, scripts: bool
) -> None:
    window = open_window(width, scripts=scripts)
    window.expected.add(403)
    page, house = window.page, window.house
    number = expensive_order(open_window(scripts=False), width)
    staff.enter(page, "support")
    for path in CLOSED:
        answer = page.goto(path)
        assert answer
        assert answer.status == 403, path
        expect(page.get_by_role("heading", level=1)).to_have_text("This is not yours to do")
        assert window.overflow() == 0
        assert last_refusal(house)["subject"] == f"page:{path}"

    page.goto(f"/admin/orders/{number}")
    page.get_by_role("link", name=re.compile("^Refund")).first.click()
    page.get_by_role("radio", name=re.compile("Chosen lines")).check()
    page.locator("[name=amount]").fill("200.01")
    page.locator("[name=reason]").fill("asked for it")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("main")).to_contain_text("€200.00")
    assert window.overflow() == 0
    refusal = last_refusal(house)
    assert (refusal["act"], refusal["amount"]) == ("order.refund", 20_001)


def expensive_order(window: Window, width: int) -> str:
    email, _key = troubled.buy(window, f"studio{width}", GOOD, STUDIO)
    with window.house.session() as session:
        return session.scalars(select(Order.number).where(Order.email == email)).one()


def last_refusal(house: House) -> dict[str, Any]:
    """What the audit log says of the latest thing that was refused to support."""
    query = select(AuditEntry).where(AuditEntry.act == "refused")
    with house.session() as session:
        entry = session.scalars(query.order_by(AuditEntry.id.desc()).limit(1)).one()
        assert entry.actor == "support@keystall.example"
        return {"subject": entry.subject, "act": entry.data["refused"], **entry.data}
