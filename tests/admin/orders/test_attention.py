"""Orders that need a hand: each reason has its cure, and an end that is noted."""

import re
from pathlib import Path

import pytest
from flask import Flask

import shop
from shop.accounts.models import Role
from shop.catalog.models import Kind
from shop.checkout.buy_button.buyers import NO_ADDRESS, NO_EMAIL
from shop.db import commit, session
from shop.licenses.pool.waiting import NO_KEY
from shop.orders import attention, lifecycle, timeline
from shop.orders.models import TimelineEntry
from tests.admin.conftest import Open
from tests.admin.orders.desk import audited, paid_order, token_on, url_of

pytestmark = pytest.mark.usefixtures("app")


def test_every_reason_has_a_cure() -> None:
    calls = []
    for path in Path(shop.__file__).parent.glob("**/*.py"):
        calls += re.findall(r"ask_for_a_hand\(\s*[\w.]+,\s*([^,)]+)", path.read_text())
    assert set(calls) - {"reason: str"} == {
        *('f"paid after {gone} to somebody else"', "MISMATCH", '"a refund failed"'),
        *("NO_KEY", "NO_ADDRESS", "NO_EMAIL"),
    }
    assert {lifecycle.MISMATCH, NO_KEY, NO_ADDRESS, NO_EMAIL} <= set(attention.CURES)


def test_it_is_shown_with_its_cure_and_resolved_once(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    timeline.ask_for_a_hand(order, "a refund failed")
    commit()
    browser = open_as(Role.SUPPORT)
    page = browser.get(url_of(order))
    assert attention.CURES["a refund failed"] in page.text
    assert order.number in browser.get("/admin/orders/?tab=hand").text
    data = {"reason": "Paid by transfer", "token": token_on(page)}
    for _ in range(2):
        assert browser.post(url_of(order, "/resolution"), data=data).status_code == 303
    session.expire_all()
    assert order.attention == ""
    (entry,) = audited("order.resolve")
    assert (entry.reason, entry.data) == ("Paid by transfer", {"was": "a refund failed"})
    (note,) = session.query(TimelineEntry).filter_by(kind="note")
    assert note.text == "Resolved: Paid by transfer"


def test_how_it_was_resolved_must_be_said(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    timeline.ask_for_a_hand(order, "a refund failed")
    answer = open_as(Role.SUPPORT).post(url_of(order, "/resolution"), data={"token": "t"})
    assert answer.status_code == 422
    session.expire_all()
    assert order.attention


def test_stripe_is_asked_again(app: Flask, open_as: Open) -> None:
    order = paid_order(Kind.DIGITAL)
    answer = open_as(Role.SUPPORT).post(url_of(order, "/sync"), follow_redirects=True)
    assert "This is what Stripe says now." in answer.text
    assert len(audited("order.sync")) == 1
