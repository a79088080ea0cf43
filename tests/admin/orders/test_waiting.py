"""A paid order that is short of goods waits for them, and its buyer knows."""

from datetime import date, timedelta

import pytest
from flask import Flask

from shop.accounts.models import Role
from shop.billing.tasks import sweep
from shop.catalog import stock
from shop.catalog.models import Kind
from shop.db import commit, session, utcnow
from shop.mail.models import Mail
from shop.operations import invariants
from shop.orders.fulfilment.models import Backorder
from shop.orders.models import FulfilmentState, Order
from tests.admin.conftest import Open
from tests.admin.orders.desk import (
    audited,
    confirm_refund,
    paid_order,
    send,
    token_on,
    url_of,
)
from tests.browser import Browser
from tests.queries import count_queries

pytestmark = pytest.mark.usefixtures("app")

SOON = utcnow().date() + timedelta(days=9)


def lists(browser: Browser, order: Order) -> list[str]:
    """The tabs that show it."""
    commit()
    number = order.number
    pages = {tab: browser.get(f"/admin/orders/?tab={tab}").text for tab in ("ship", "wait")}
    return [tab for tab, page in pages.items() if f"/admin/orders/{number}" in page]


def wait(browser: Browser, order: Order, *which: int, until: date = SOON) -> None:
    lines = [order.lines[number].id for number in which or (0,)]
    answer = send(browser, url_of(order, "/wait"), lines=lines, until=str(until))
    assert answer.status_code == 303, answer.text
    session.expire_all()


def end(browser: Browser, order: Order) -> int:
    token = token_on(browser.get(url_of(order)))
    url = url_of(order, f"/wait/{order.lines[0].id}/end")
    return browser.post(url, data={"token": token}).status_code


def broken() -> list[invariants.Violation]:
    """Without the rules about events and mails: no worker delivers them here."""
    return [found for found in invariants.violations() if found.code not in {"I09", "I14", "I18"}]


def test_it_leaves_the_list_and_the_buyer_is_told(open_as: Open, client: Browser) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    assert lists(browser, order) == ["ship"]
    wait(browser, order)
    assert lists(browser, order) == ["wait"]
    day = f"{SOON:%-d %b %Y}"
    mail = session.query(Mail).filter_by(template="order_waiting").one()
    assert (mail.recipient, mail.subject) == (
        order.email,
        f"Part of order {order.number} comes later",
    )
    assert day in " ".join(mail.text.split())
    assert order.lines[0].title in mail.text
    assert f"We expect it by {day}." in client.get(f"/orders/{order.token}").text
    assert f"waits for goods until {day}" in browser.get(url_of(order)).text
    (entry,) = audited("order.wait")
    assert (entry.reason, entry.data["until"]) == ("They asked for it", str(SOON))
    assert broken() == []


def test_editions_are_told_apart(open_as: Open, client: Browser) -> None:
    order = paid_order(Kind.PHYSICAL)
    order.lines[0].options = {"Color": "Green", "Size": "M"}
    commit()
    browser = open_as(Role.SUPPORT)
    name = f"{order.lines[0].title}, Green / M"
    assert f"{name}, 1 to send" in browser.get(url_of(order, "/wait")).text
    assert f"{name}, 1 to send" in browser.get(url_of(order, "/delivery")).text
    wait(browser, order)
    assert name in session.query(Mail).filter_by(template="order_waiting").one().text
    assert f"Comes later: {name}." in client.get(f"/orders/{order.token}").text
    assert f"{name} waits for goods" in browser.get(url_of(order)).text


def test_it_comes_back_on_the_day(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    wait(browser, order)
    session.query(Backorder).one().expected_at = utcnow() - timedelta(minutes=1)
    assert lists(browser, order) == ["ship"]


def test_it_comes_back_with_the_goods(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    wait(browser, order)
    stock.adjust(order.lines[0].variant_id, -1, "loss", "count-1")
    assert lists(browser, order) == ["wait"]
    stock.adjust(order.lines[0].variant_id, 5, "delivery", "count-2")
    assert lists(browser, order) == ["ship"]


def test_it_comes_back_when_somebody_says_so(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    wait(browser, order)
    assert end(browser, order) == 303
    assert lists(browser, order) == ["ship"]
    assert session.query(Backorder).count() == 0
    assert end(browser, order) == 404
    assert len(audited("order.end_wait")) == 1


def test_what_else_is_in_it_is_sent_first(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    wait(browser, order, 0)
    assert lists(browser, order) == ["ship"]
    other = order.lines[1].id
    parcel = {f"line-{order.lines[0].id}": "0", f"line-{other}": "1", "act": "ship"}
    send(browser, url_of(order, "/delivery"), **parcel)
    assert lists(browser, order) == ["wait"]
    send(browser, url_of(order, "/delivery"), **{f"line-{order.lines[0].id}": "1", "act": "ship"})
    session.expire_all()
    assert lists(browser, order) == []
    assert order.fulfilment_state is FulfilmentState.FULFILLED
    assert session.query(Backorder).count() == 0
    assert broken() == []


def test_what_is_refunded_waits_no_more(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, Kind.PHYSICAL)
    browser = open_as(Role.ADMIN)
    wait(browser, order, 0, 1)
    assert lists(browser, order) == ["wait"]
    confirm_refund(browser, order, how="parts", **{f"line-{order.lines[0].id}": "1"}, restock="")
    sweep()
    session.expire_all()
    assert [row.order_line_id for row in session.query(Backorder)] == [order.lines[1].id]
    assert lists(browser, order) == ["wait"]
    assert broken() == []


def test_another_day_is_told_again(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    wait(browser, order)
    wait(browser, order, until=SOON + timedelta(days=5))
    assert session.query(Backorder).one().expected_at.date() == SOON + timedelta(days=5)
    assert session.query(Mail).filter_by(template="order_waiting").count() == 2


def test_a_form_that_is_sent_twice_is_one_mail(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    data = {"lines": order.lines[0].id, "until": str(SOON), "reason": "x"}
    data["token"] = token_on(browser.get(url_of(order, "/wait")))
    for _ in range(2):
        assert browser.post(url_of(order, "/wait"), data=data).status_code == 303
    assert session.query(Mail).filter_by(template="order_waiting").count() == 1
    assert len(audited("order.wait")) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lines": []}, "Choose what comes later."),
        ({"until": "2020-01-01"}, "Choose a day from tomorrow on, within a year."),
        ({"until": "9999-12-31"}, "Choose a day from tomorrow on, within a year."),
        ({"until": "soon"}, "Not a valid date value."),
        ({"reason": ""}, "Say why."),
    ],
)
def test_what_is_wrong_is_said(open_as: Open, wrong: dict[str, object], said: str) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    data = {"lines": order.lines[0].id, "until": str(SOON)} | wrong
    answer = send(browser, url_of(order, "/wait"), **data)
    assert answer.status_code == 422
    assert said in answer.text
    assert session.query(Backorder).count() == 0


def test_only_what_is_sent_can_wait(open_as: Open, app: Flask) -> None:
    order = paid_order(Kind.LICENSE)
    browser = open_as(Role.SUPPORT)
    assert browser.get(url_of(order, "/wait")).status_code == 303
    data = {"lines": order.lines[0].id, "until": str(SOON), "reason": "x", "token": "t"}
    assert browser.post(url_of(order, "/wait"), data=data).status_code == 422
    assert session.query(Backorder).count() == 0


def test_pages_ask_little(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    wait(browser, order, 0, 1)
    for url in (url_of(order), url_of(order, "/wait"), "/admin/orders/?tab=wait"):
        browser.get(url)
        with count_queries() as queries:
            browser.get(url)
        assert len(queries) <= 8, (url, queries)
