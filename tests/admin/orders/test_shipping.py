"""Parcels: packed, sent in parts, delivered, returned; and what the buyer hears of it."""

import pytest

from shop.accounts.models import Role
from shop.billing.tasks import sweep
from shop.catalog.models import Kind, Variant
from shop.db import session
from shop.mail.models import Mail
from shop.orders.models import FulfilmentState, Order, Shipment
from tests.admin.conftest import Open
from tests.admin.orders.desk import audited, confirm_refund, paid_order, send, token_on, url_of
from tests.browser import Browser
from tests.factories import make_price
from tests.orders.factories import ADDRESS, make_order

pytestmark = pytest.mark.usefixtures("app")


def ship(browser: Browser, order: Order, pieces: int, **given: str) -> None:
    data = {f"line-{order.lines[0].id}": str(pieces), "act": "ship", **given}
    assert send(browser, url_of(order, "/delivery"), **data).status_code == 303
    session.expire_all()


def state_of(order: Order) -> FulfilmentState:
    session.expire_all()
    return order.fulfilment_state


def on_hand(order: Order) -> int:
    return session.get_one(Variant, order.lines[0].variant_id, populate_existing=True).on_hand


def test_a_parcel_with_tracking_is_told_to_the_buyer(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    browser = open_as(Role.SUPPORT)
    ship(browser, order, 1, carrier="DHL", number="JD 014/6")
    assert state_of(order) is FulfilmentState.PARTIAL
    mail = session.query(Mail).filter_by(template="order_shipped").one()
    link = "https://www.dhl.com/global-en/home/tracking.html?tracking-id=JD%20014%2F6"
    for body in (mail.text, mail.html):
        assert "JD 014/6" in body
        assert link in body
        assert order.lines[0].title in body
    page = browser.get(f"/orders/{order.token}").text
    assert "Follow the parcel" in page
    assert browser.get(f"/api/orders/{order.token}").get_json()["fulfilment_state"] == "partial"
    ship(browser, order, 1)
    assert state_of(order) is FulfilmentState.FULFILLED
    assert session.query(Mail).filter_by(template="order_shipped").count() == 2
    assert "Parcel 2" in browser.get(f"/orders/{order.token}").text
    assert [entry.data["lines"] for entry in audited("order.ship")] == [{order.lines[0].sku: 1}] * 2


def test_no_more_is_sent_than_waits(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    browser = open_as(Role.SUPPORT)
    line = f"line-{order.lines[0].id}"
    for pieces, told in (("3", "Between 0 and 2."), ("-1", "Between 0"), ("0", "Choose what is")):
        answer = send(browser, url_of(order, "/delivery"), **{line: pieces, "act": "ship"})
        assert answer.status_code == 422
        assert told in answer.text
    assert session.query(Shipment).count() == 0


def test_m09_a_double_click_sends_one_parcel(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    browser, url = open_as(Role.SUPPORT), url_of(order, "/delivery")
    data = {f"line-{order.lines[0].id}": "1", "act": "ship", "token": token_on(browser.get(url))}
    for _ in range(2):
        assert browser.post(url, data=data).status_code == 303
    assert session.query(Shipment).count() == 1


def test_packed_then_sent_then_delivered(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    ship(browser, order, 1, act="pack")
    assert state_of(order) is FulfilmentState.UNFULFILLED
    assert session.query(Mail).filter_by(template="order_shipped").count() == 0
    assert "Parcel 1" not in browser.get(f"/orders/{order.token}").text
    url = url_of(order, f"/delivery/{session.query(Shipment).one().id}")
    wrong = browser.post(url, data={"act": "ship", "token": "a", "url": "javascript:x"})
    assert wrong.status_code == 422
    assert "begins with https://" in wrong.text
    sent = {"act": "ship", "token": "b", "url": "https://post.example/1"}
    assert browser.post(url, data=sent).status_code == 303
    assert state_of(order) is FulfilmentState.FULFILLED
    assert browser.post(url, data={"act": "deliver", "token": "c"}).status_code == 303
    session.expire_all()
    assert session.query(Shipment).one().delivered_at
    assert browser.post(url, data={"act": "unpack", "token": "d"}).status_code == 409


def test_what_is_unpacked_waits_again(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    ship(browser, order, 1, act="pack")
    assert "Nothing waits to be packed." in browser.get(url_of(order, "/delivery")).text
    url = url_of(order, f"/delivery/{session.query(Shipment).one().id}")
    browser.post(url, data={"act": "unpack", "token": "a"})
    assert session.query(Shipment).count() == 0
    ship(browser, order, 1)


def test_what_came_back_goes_on_the_shelf_once(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    browser = open_as(Role.SUPPORT)
    ship(browser, order, 2)
    url = url_of(order, f"/delivery/{session.query(Shipment).one().id}/return")
    line = f"line-{order.lines[0].id}"
    too_many = send(browser, url, **{line: "3"})
    assert too_many.status_code == 422
    assert "Between 0 and 2." in too_many.text
    data = {line: "1", "restock": "y", "reason": "broken", "token": "once"}
    for _ in range(2):
        assert browser.post(url, data=data).status_code == 303
    assert on_hand(order) == 8
    assert state_of(order) is FulfilmentState.FULFILLED
    browser.post(url, data={line: "1", "reason": "broken", "token": "twice"})
    assert on_hand(order) == 8
    assert state_of(order) is FulfilmentState.RETURNED
    assert [entry.reason for entry in audited("order.return")] == ["broken"] * 2


def test_what_was_refunded_is_not_sent(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    browser = open_as(Role.ADMIN)
    line = f"line-{order.lines[0].id}"
    confirm_refund(browser, order, how="parts", restock="y", **{line: "1"})
    sweep()
    assert on_hand(order) == 8
    answer = send(browser, url_of(order, "/delivery"), **{line: "2", "act": "ship"})
    assert "Between 0 and 1." in answer.text
    ship(browser, order, 1)
    assert state_of(order) is FulfilmentState.FULFILLED


def test_a_packed_parcel_whose_goods_were_refunded_stays(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    browser = open_as(Role.ADMIN)
    ship(browser, order, 2, act="pack")
    confirm_refund(browser, order, how="parts", **{f"line-{order.lines[0].id}": "1"})
    url = url_of(order, f"/delivery/{session.query(Shipment).one().id}")
    assert browser.post(url, data={"act": "ship", "token": "a"}).status_code == 409


def test_the_list_marks_many_as_shipped(open_as: Open) -> None:
    orders = [paid_order(Kind.PHYSICAL), paid_order(Kind.PHYSICAL, Kind.LICENSE)]
    unpaid = make_order(make_price(), shipping_address=ADDRESS)
    ids = [str(order.id) for order in (*orders, unpaid)]
    browser = open_as(Role.SUPPORT)
    asked = browser.post("/admin/orders/action/", data={"action": "ship", "rowid": ids})
    assert "leaves in one parcel" in asked.text
    assert session.query(Shipment).count() == 0
    done = browser.post(
        "/admin/orders/action/",
        data={"action": "ship", "rowid": ids, "confirmed": "1"},
        follow_redirects=True,
    )
    assert "2 of 3 changed." in done.text
    assert [state_of(order) for order in orders] == [FulfilmentState.FULFILLED] * 2
    assert state_of(unpaid) is FulfilmentState.UNFULFILLED


def test_a_parcel_of_another_order(open_as: Open) -> None:
    order, other = paid_order(Kind.PHYSICAL), paid_order(Kind.PHYSICAL)
    browser = open_as(Role.SUPPORT)
    ship(browser, order, 1)
    url = url_of(other, f"/delivery/{session.query(Shipment).one().id}")
    assert browser.post(url, data={"act": "deliver", "token": "a"}).status_code == 404


def test_digital_goods_are_fulfilled_when_paid() -> None:
    assert state_of(paid_order(Kind.DIGITAL)) is FulfilmentState.FULFILLED
    assert state_of(paid_order(Kind.DIGITAL, Kind.PHYSICAL)) is FulfilmentState.PARTIAL
