"""What cannot be delivered is replaced by something else, and its buyer pays nothing more."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from shop.accounts.models import Role
from shop.billing.models import Refund
from shop.billing.tasks import sweep
from shop.catalog import stock
from shop.catalog.models import Interval, Kind, Price, Status, StockMovement, Variant
from shop.db import commit, session
from shop.mail.models import Mail
from shop.operations import invariants
from shop.orders.fulfilment import swapping
from shop.orders.fulfilment.models import Backorder, LineSwap
from shop.orders.models import Order, OrderLine, PaymentState
from tests.admin.conftest import Open
from tests.admin.orders.desk import (
    WHY,
    audited,
    confirm_refund,
    paid_order,
    send,
    token_on,
    url_of,
)
from tests.admin.orders.test_waiting import wait
from tests.browser import Browser
from tests.factories import make_price
from tests.queries import count_queries

pytestmark = pytest.mark.usefixtures("app")


def make_other(amount: int = 1000, *, pieces: int = 9, **given: Any) -> Price:
    return make_price(**({"kind": Kind.PHYSICAL, "title": "Tin mug"} | given), unit_amount=amount,
                      stock=pieces)  # fmt: skip


def url_of_swap(order: Order, price: Price, line: int = 0) -> str:
    return url_of(order, f"/swap/{order.lines[line].id}/{price.id}")


def seen_on(page: TestResponse) -> str:
    return page.text.split('name="seen" value="')[1].split('"')[0]


def swap(browser: Browser, order: Order, price: Price, **more: Any) -> str:
    """Found, looked at and confirmed; what was said."""
    found = browser.get(url_of(order, f"/swap?q={price.variant.sku}")).text
    url = url_of_swap(order, price)
    assert url in found
    page = browser.get(url)
    seen = seen_on(page)
    data = {"reason": WHY, "token": token_on(page), "seen": seen} | more
    answer = browser.post(url, data=data)
    session.expire_all()
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location).text


def settle() -> None:
    sweep()
    session.expire_all()


def broken() -> list[invariants.Violation]:
    """Without the rules about events and mails: no worker delivers them here."""
    return [found for found in invariants.violations() if found.code not in {"I09", "I14", "I18"}]


def on_hand(variant_id: int) -> int:
    return session.get_one(Variant, variant_id).on_hand


@pytest.mark.parametrize(("amount", "back"), [(1500, 0), (1000, 0), (700, 600)])
def test_the_buyer_never_pays_more(open_as: Open, amount: int, back: int) -> None:
    order, other = paid_order(Kind.PHYSICAL, quantity=2), make_other(amount)
    before = (order.total, order.tax, order.lines[0].amount, order.lines[0].sku)
    assert "Tin mug is sent instead" in swap(open_as(Role.SUPPORT), order, other)
    settle()
    assert (order.refunded, session.query(Refund).count()) == (back, int(back > 0))
    assert (order.total, order.tax, order.lines[0].amount, order.lines[0].sku) == before
    assert (on_hand(other.variant_id), on_hand(order.lines[0].variant_id)) == (7, 7)
    assert order.payment_state is (PaymentState.PARTIALLY_REFUNDED if back else PaymentState.PAID)
    (entry,) = audited("order.swap")
    assert (entry.reason, entry.data["difference"], entry.data["by"]) == (
        WHY, back, other.variant.sku,
    )  # fmt: skip
    assert broken() == []


def test_everybody_sees_both(open_as: Open, client: Browser) -> None:
    order, other = paid_order(Kind.PHYSICAL, quantity=2), make_other(700)
    other.variant.options = {"Color": "Blue"}
    commit()
    sold = order.lines[0].title
    browser = open_as(Role.SUPPORT)
    swap(browser, order, other)
    mail = session.query(Mail).filter_by(template="order_swapped").one()
    assert (mail.recipient, mail.subject) == (
        order.email, f"Something else is sent with order {order.number}",
    )  # fmt: skip
    told = " ".join(mail.text.split())
    assert sold in told
    assert "Tin mug, Blue × 2" in told  # noqa: RUF001
    assert "€6.00" in told
    for page in (client.get(f"/orders/{order.token}").text, browser.get(url_of(order)).text):
        assert sold in page
        assert "Sent instead: Tin mug, Blue × 2" in page  # noqa: RUF001
        assert f"Tin mug, Blue is sent instead of {sold}." in page
    (line,) = client.get(f"/api/orders/{order.token}").get_json()["lines"]
    assert line["title"] == sold
    assert line["sent_instead"] == {
        "title": "Tin mug", "sku": other.variant.sku, "options": {"Color": "Blue"}, "quantity": 2,
    }  # fmt: skip


def test_a_gift_is_not_called_cheaper(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    swap(open_as(Role.SUPPORT), order, make_other(1500))
    assert "cheaper" not in session.query(Mail).filter_by(template="order_swapped").one().text


def test_parcels_and_returns_are_of_the_new_article(open_as: Open, client: Browser) -> None:
    order, other = paid_order(Kind.PHYSICAL), make_other()
    sold, browser = order.lines[0], open_as(Role.SUPPORT)
    swap(browser, order, other)
    assert "Tin mug, 1 to send" in browser.get(url_of(order, "/delivery")).text
    send(browser, url_of(order, "/delivery"), **{f"line-{sold.id}": "1", "act": "ship"})
    session.expire_all()
    assert "Tin mug" in session.query(Mail).filter_by(template="order_shipped").one().text
    assert "<li>Tin mug × 1</li>" in client.get(f"/orders/{order.token}").text  # noqa: RUF001
    parcel = url_of(order, f"/delivery/{sold.parcels[0].shipment_id}/return")
    send(browser, parcel, **{f"line-{sold.id}": "1", "restock": "y"})
    session.expire_all()
    assert (on_hand(other.variant_id), on_hand(sold.variant_id)) == (9, 8)
    assert broken() == []


def test_what_was_sent_before_stays_what_it_was(open_as: Open, client: Browser) -> None:
    order, other = paid_order(Kind.PHYSICAL, quantity=3), make_other(700)
    sold, browser = order.lines[0], open_as(Role.SUPPORT)
    send(browser, url_of(order, "/delivery"), **{f"line-{sold.id}": "2", "act": "ship"})
    swap(browser, order, other)
    send(browser, url_of(order, "/delivery"), **{f"line-{sold.id}": "1", "act": "ship"})
    settle()
    page = client.get(f"/orders/{order.token}").text
    assert f"<li>{sold.title} × 2</li>" in page  # noqa: RUF001
    assert "<li>Tin mug × 1</li>" in page  # noqa: RUF001
    assert (order.refunded, on_hand(other.variant_id)) == (300, 8)
    parcel = url_of(order, f"/delivery/{sold.parcels[0].shipment_id}/return")
    send(browser, parcel, **{f"line-{sold.id}": "2", "restock": "y"})
    session.expire_all()
    assert (on_hand(other.variant_id), on_hand(sold.variant_id)) == (8, 8)
    assert broken() == []


def test_a_refund_afterwards_is_of_what_is_left(open_as: Open) -> None:
    order, other = paid_order(Kind.PHYSICAL, Kind.PHYSICAL, quantity=2), make_other(700)
    sold, browser = order.lines[0], open_as(Role.ADMIN)
    swap(browser, order, other)
    for _piece in range(2):
        data = {"how": "parts", f"line-{sold.id}": "1", "restock": "y"}
        confirm_refund(browser, order, **data)
        settle()
    assert [part.amount for part in sold.returned_money] == [700, 700]
    assert order.refunded == 600 + 700 + 700
    assert (on_hand(other.variant_id), on_hand(sold.variant_id)) == (9, 7)
    assert broken() == []


def test_what_is_here_after_all_goes_on_sale(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    swap(open_as(Role.SUPPORT), order, make_other(), restock="y")
    assert on_hand(order.lines[0].variant_id) == 9
    assert broken() == []


def test_it_waits_no_more(open_as: Open) -> None:
    order, other = paid_order(Kind.PHYSICAL), make_other()
    browser = open_as(Role.SUPPORT)
    wait(browser, order)
    swap(browser, order, other)
    assert session.query(Backorder).count() == 0
    wait(browser, order)
    stock.adjust(order.lines[0].variant_id, 5, "delivery", "count-1")
    commit()
    assert order.number not in browser.get("/admin/orders/?tab=ship").text
    stock.adjust(other.variant_id, 5, "delivery", "count-2")
    commit()
    assert order.number in browser.get("/admin/orders/?tab=ship").text


def test_it_may_be_swapped_again(open_as: Open) -> None:
    """What went back already does not go back twice."""
    order = paid_order(Kind.PHYSICAL)
    first, second, third = make_other(700), make_other(900), make_other(500)
    browser = open_as(Role.SUPPORT)
    for price in (first, second, third):
        swap(browser, order, price, restock="y")
        settle()
    assert [row.difference for row in order.lines[0].swaps] == [300, 0, 200]
    assert [on_hand(price.variant_id) for price in (first, second, third)] == [9, 9, 8]
    assert broken() == []


@pytest.mark.parametrize("tax_included", [True, False])
def test_the_difference_is_of_what_was_charged(*, tax_included: bool) -> None:
    """Half of the price was taken off, so half of the difference goes back, with its tax."""
    order = Order(currency="EUR", tax_included=tax_included)
    line = OrderLine(
        kind=Kind.PHYSICAL, quantity=2, unit_amount=1000, amount=2000, discount=1000, tax=190,
        order=order,
    )  # fmt: skip
    cheaper = Price(currency="EUR", unit_amount=700)
    assert swapping.difference_of(line, cheaper) == (300 if tax_included else 357)
    assert swapping.difference_of(line, Price(currency="EUR", unit_amount=1000)) == 0
    line.discount = 1001
    assert swapping.difference_of(line, cheaper) == (300 if tax_included else 357)


def test_a_role_gives_back_no_more_than_it_may(open_as: Open) -> None:
    order, other = paid_order(Kind.PHYSICAL, amount=50_000), make_other(29_999)
    url, browser = url_of_swap(order, other), open_as(Role.SUPPORT)
    page = browser.get(url)
    seen = seen_on(page)
    data = {"reason": WHY, "token": token_on(page), "seen": seen}
    answer = browser.post(url, data=data)
    assert (answer.status_code, "That is more than you may refund" in answer.text) == (403, True)
    (entry,) = audited("refused")
    assert (entry.data["refused"], entry.data["amount"]) == ("order.refund", 20_001)
    assert (session.query(LineSwap).count(), on_hand(other.variant_id)) == (0, 9)
    swap(open_as(Role.ADMIN), order, other)
    assert session.query(LineSwap).count() == 1


def test_what_is_no_article_is_not_offered(open_as: Open) -> None:
    order, browser = paid_order(Kind.PHYSICAL), open_as(Role.SUPPORT)
    fine = make_other()
    hidden, monthly = make_other(), make_other(interval=Interval.MONTH)
    hidden.variant.product.status = Status.DRAFT
    plays = {
        make_other(kind=Kind.DIGITAL): "Tin mug is not sent in a parcel.",
        make_other(currency="USD"): "This price of Tin mug is not one of this order.",
        monthly: "This price of Tin mug is not one of this order.",
        make_other(0): "Nothing of the money would be left.",
        make_price(variant=session.get_one(Variant, order.lines[0].variant_id)): "sent already",
    }
    commit()
    for price in (hidden, *plays):
        page = browser.get(url_of(order, f"/swap?q={price.variant.sku}")).text
        assert (url_of_swap(order, price) in page) == (price.unit_amount == 0)
    assert browser.get(url_of_swap(order, hidden)).status_code == 404
    for price, said in plays.items():
        sent = {"reason": WHY, "token": f"t{price.id}", "seen": "x"}
        answer = browser.post(url_of_swap(order, price), data=sent, follow_redirects=True)
        assert said in answer.text, said
    assert session.query(LineSwap).count() == 0
    swap(browser, order, fine)


def test_only_what_waits_can_be_replaced(open_as: Open) -> None:
    order, other = paid_order(Kind.LICENSE, Kind.PHYSICAL, quantity=2), make_other()
    browser, thing = open_as(Role.SUPPORT), order.lines[1]
    assert browser.get(url_of_swap(order, other, 0)).status_code == 404
    assert "Downloads and licenses cannot be replaced" in browser.get(url_of(order, "/swap")).text
    send(browser, url_of(order, "/delivery"), **{f"line-{thing.id}": "1", "act": "pack"})
    assert browser.get(url_of(order, "/swap")).status_code == 303
    assert browser.get(url_of_swap(order, other, 1)).status_code == 404


def test_too_few_are_said_and_nothing_happens(open_as: Open) -> None:
    order, other = paid_order(Kind.PHYSICAL, quantity=2), make_other(700, pieces=1)
    browser, url = open_as(Role.SUPPORT), url_of_swap(order, other)
    assert (
        "Too few" in browser.get(url_of(order, "/swap"), query_string={"q": other.variant.sku}).text
    )
    page = browser.get(url)
    seen = seen_on(page)
    sent = {"reason": WHY, "token": token_on(page), "seen": seen, "restock": "y"}
    answer = browser.post(url, data=sent)
    assert (answer.status_code, "Only 1 of Tin mug left." in answer.text) == (422, True)
    assert WHY in answer.text
    assert (session.query(LineSwap).count(), session.query(Refund).count()) == (0, 0)
    assert session.query(StockMovement).filter_by(reason="return").count() == 0
    assert browser.post(url, data=sent | {"reason": ""}).status_code == 422


def test_a_form_that_is_sent_twice_is_one_swap(open_as: Open) -> None:
    order, other = paid_order(Kind.PHYSICAL), make_other(700)
    browser, url = open_as(Role.SUPPORT), url_of_swap(order, other)
    page = browser.get(url)
    seen = seen_on(page)
    sent = {"reason": WHY, "token": token_on(page), "seen": seen}
    for _ in range(2):
        assert browser.post(url, data=sent).status_code == 303
    assert (session.query(LineSwap).count(), session.query(Refund).count()) == (1, 1)
    assert len(audited("order.swap")) == 1


def test_what_changed_meanwhile_is_shown_again(open_as: Open) -> None:
    order, first, second = paid_order(Kind.PHYSICAL), make_other(700), make_other(600)
    browser = open_as(Role.SUPPORT)
    page = browser.get(url_of_swap(order, second))
    seen = seen_on(page)
    swap(browser, order, first)
    sent = {"reason": WHY, "token": token_on(page), "seen": seen}
    answer = browser.post(url_of_swap(order, second), data=sent)
    assert "Something changed meanwhile." in answer.text
    assert "<dd>€1.00</dd>" in answer.text
    assert session.query(LineSwap).one().variant_id == first.variant_id


def test_pages_ask_little(open_as: Open) -> None:
    order, other = paid_order(Kind.PHYSICAL, Kind.PHYSICAL), make_other(700)
    browser = open_as(Role.SUPPORT)
    swap(browser, order, other)
    search = url_of(order, f"/swap?q={other.variant.sku}")
    for url in (url_of(order), search, url_of_swap(order, other, 1), url_of(order, "/delivery")):
        browser.get(url)
        with count_queries() as queries:
            browser.get(url)
        assert len(queries) <= 8, (url, queries)
