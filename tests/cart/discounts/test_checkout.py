"""From the cart into the order, and into everything that is made of it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from shop.billing import refunds
from shop.billing.gateway import stripe_call
from shop.billing.invoices import paper
from shop.billing.invoices.models import Invoice
from shop.billing.models import PaymentStatus
from shop.cart.discounts.models import Discount, UseState
from shop.catalog.models import Kind
from shop.checkout import expiry
from shop.db import commit, session
from shop.mail.models import Mail
from shop.orders import lifecycle
from shop.orders.models import PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.cart.discounts.factories import counts, make_discount, the_use
from tests.checkout.buyer import CONTACT, SESSIONS, Buyer
from tests.checkout.looking import let_time_pass, orders, payments, the_order
from tests.factories import make_price
from tests.queries import count_queries


def put(buyer: Buyer, code: str = "SPRING10") -> Any:
    return buyer.put("/api/cart/discount", json={"code": code})


def start(buyer: Buyer, token: str) -> Any:
    return buyer.put(f"{SESSIONS}/{token}/payment", json={})


def test_the_order_keeps_what_was_taken_off(buyer: Buyer) -> None:
    discount = make_discount()
    buyer.add(make_price(unit_amount=1_190, title="Atlas"), 2)
    buyer.add(make_price(unit_amount=333, kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    token = buyer.open_session()
    shown = buyer.session(token)
    assert shown["discount"] == {
        "code": "SPRING10",
        "name": "Spring sale",
        "amount": 271,
        "problem": None,
    }
    assert [line["discount"] for line in shown["lines"]] == [238, 33]
    paid = buyer.ok(buyer.pay(token)).json
    assert (paid["amounts"], paid["discount"]) == (shown["amounts"], shown["discount"])
    assert paid["amounts"] == {
        "subtotal": 2_713,
        "discount": 271,
        "delivery": 490,
        "tax": 342 + 48 + 78,  # of 2,142 and 300 and 490
        "total": 2_932,
        "tax_included": True,
    }
    discount.name, discount.basis_points = "Renamed", 1
    order = the_order()
    assert (order.discount_code, order.discount_name) == ("SPRING10", "Spring sale")
    assert [(line.amount, line.discount, line.tax) for line in order.lines] == [
        (2_380, 238, 342),
        (333, 33, 48),
    ]
    assert (order.paid, payments()[0].received) == (2_932, 2_932)
    told = buyer.get(f"/api/orders/{order.token}").json
    assert (told["discount_code"], told["amounts"]["discount"]) == ("SPRING10", 271)
    assert [line["discount"] for line in told["lines"]] == [238, 33]
    assert [line["charged"] for line in told["lines"]] == [2_142, 300]


def test_it_is_on_every_paper(buyer: Buyer) -> None:
    make_discount()
    price = make_price(unit_amount=1_190, kind=Kind.DIGITAL)
    buyer.add(price, 2)
    buyer.ok(put(buyer))
    buyer.ok(buyer.pay(buyer.open_session()))
    order = the_order()
    assert "<dt>Discount, SPRING10</dt><dd>-€2.38</dd>" in buyer.get(f"/orders/{order.token}").text
    invoice = session.scalars(select(Invoice)).one()
    printed = paper.of_invoice(invoice)
    assert [(line.what, line.tax, line.amount) for line in printed.lines][-1] == (
        "Discount SPRING10",
        "19 %",
        "-€2.38",
    )
    assert printed.rows == [("Net", "€18.00"), ("Tax included (19 %)", "€3.42")]
    assert printed.total == ("Total", "€21.42")
    assert buyer.get(f"/orders/{order.token}/invoice/pdf").data.startswith(b"%PDF")
    mail = session.scalars(select(Mail).where(Mail.key == f"order:{order.id}:paid")).one()
    assert "Discount, SPRING10: -€2.38" in mail.text


def test_what_is_added_as_tax_is_added_to_the_rest(
    buyer: Buyer, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["settings"], "prices_include_tax", False)
    make_discount(basis_points=5_000)
    buyer.add(make_price(unit_amount=1_000, kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    amounts = buyer.ok(buyer.pay(buyer.open_session())).json["amounts"]
    assert (amounts["discount"], amounts["tax"], amounts["total"]) == (500, 95, 595)
    assert the_order().lines[0].charged == 595
    invoice = session.scalars(select(Invoice)).one()
    assert (invoice.subtotal, invoice.tax, invoice.total) == (500, 95, 595)


@pytest.mark.parametrize(
    ("currency", "price", "points", "total"),
    [("JPY", 999, 1_500, 849), ("KWD", 1_250, 3_333, 830), ("ISK", 12_300, 1_000, 11_100)],
)
def test_other_currencies(buyer: Buyer, currency: str, price: int, points: int, total: int) -> None:
    make_discount(basis_points=points)
    buyer.add(make_price(unit_amount=price, currency=currency, kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    paid = buyer.ok(buyer.pay(buyer.open_session())).json
    assert (paid["status"], paid["amounts"]["total"]) == ("completed", total)


def test_stripes_page_asks_for_the_same(buyer: Buyer, stripe_sandbox: StripeSandbox) -> None:
    make_discount("THIRD", basis_points=3_333)
    buyer.add(make_price(unit_amount=999, title="Atlas"), 3)
    buyer.add(make_price(unit_amount=0, title="Sticker"))
    buyer.ok(put(buyer, "THIRD"))
    buyer.fill_pages()
    assert buyer.post("/checkout/payment/hosted").location.startswith(stripe_sandbox.url)
    order = the_order()
    assert order.total == 2_997 - 999 + 490
    commit()
    with stripe_call() as client:
        page = client.v1.checkout.sessions.retrieve(
            payments()[0].stripe_checkout_session_id or "", {"expand": ["line_items"]}
        )
    lines = page.line_items.data if page.line_items else []
    assert [(line.description, line.amount_total) for line in lines] == [
        ("3 of Atlas, with THIRD", 1_998),
        ("Sticker", 0),
        ("Delivery, Standard", 490),
    ]
    assert page.amount_total == order.total


def test_a_use_is_held_then_used(buyer: Buyer) -> None:
    make_discount(most_uses=1)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    token = buyer.open_session()
    buyer.ok(start(buyer, token))
    assert (the_use().state, counts()) == (UseState.HELD, ([1], [1]))
    shown = buyer.get("/api/cart").json["discount"]
    assert (shown["problem"], shown["amount"]) == (None, 190)  # its own use is not in its way
    buyer.ok(start(buyer, token))
    assert counts() == ([1], [1])
    buyer.ok(buyer.confirm(token))
    assert (the_use().state, counts()) == (UseState.USED, ([1], [1]))
    assert the_use().holder == the_order().token
    buyer.add(make_price())
    assert buyer.get("/api/cart").json["discount"] is None
    assert put(buyer).json["errors"]["code"] == ["This code has been used up."]


def test_an_expired_checkout_gives_it_back(buyer: Buyer, stranger: Buyer) -> None:
    make_discount(most_uses=1)
    for somebody in (buyer, stranger):
        somebody.add(make_price(kind=Kind.DIGITAL))
        somebody.ok(put(somebody))
    buyer.ok(start(buyer, buyer.open_session()))
    assert stranger.get("/api/cart").json["discount"]["problem"] == "This code has been used up."
    let_time_pass(minutes=11)
    assert expiry.expire_due() == 1
    assert (the_use().state, counts()) == (UseState.RELEASED, ([0], [0]))
    assert stranger.get("/api/cart").json["discount"]["problem"] is None


def test_a_changed_cart_gives_it_back_and_holds_it_anew(buyer: Buyer) -> None:
    make_discount(most_uses=1, most_per_customer=1)
    price = make_price(kind=Kind.DIGITAL)
    buyer.add(price)
    buyer.ok(put(buyer))
    buyer.ok(start(buyer, buyer.open_session()))
    buyer.add(price)
    again = buyer.post(SESSIONS).json
    assert again["discount"]["problem"] is None
    assert buyer.ok(buyer.pay(again["id"])).json["discount"]["amount"] == 380
    assert [order.payment_state for order in orders()] == [
        PaymentState.CANCELED,
        PaymentState.PAID,
    ]
    assert counts() == ([1], [1])


def test_the_other_way_to_pay_holds_it_once(buyer: Buyer) -> None:
    make_discount(most_uses=1)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    buyer.fill_pages()
    buyer.ok(buyer.post("/checkout/payment"))
    buyer.ok(buyer.post("/checkout/payment/hosted"))
    buyer.ok(buyer.post("/checkout/payment"))
    assert counts() == ([1], [1])
    assert [order.discount for order in orders()] == [190] * 3


def test_removing_the_code_starts_anew_without_it(buyer: Buyer) -> None:
    make_discount(most_uses=1)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    token = buyer.open_session()
    buyer.ok(start(buyer, token))
    buyer.ok(buyer.delete("/api/cart/discount"))
    assert buyer.confirm(token).status_code == 409
    again = buyer.post(SESSIONS).json
    assert (again["id"] != token, again["discount"]) == (True, None)
    assert counts() == ([0], [0])


def test_c08_a_code_that_ended_is_told_before_paying(buyer: Buyer) -> None:
    discount = make_discount()
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    token = buyer.open_session()
    discount.is_active = False
    commit()
    shown = buyer.session(token)
    assert shown["discount"]["problem"] == "This code is not in use any more."
    assert shown["amounts"]["total"] == 1_900
    answer = start(buyer, token)
    assert answer.status_code == 409
    assert answer.json["errors"]["discount"] == ["This code is not in use any more."]
    assert (orders(), counts()) == ([], ([0], [0]))
    paid = buyer.ok(buyer.pay(token)).json
    assert (paid["amounts"]["total"], paid["discount"]) == (1_900, None)


def test_c08_a_share_that_was_changed_is_shown_first(buyer: Buyer) -> None:
    discount = make_discount()
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    buyer.fill_pages()
    buyer.ok(buyer.get("/checkout/payment"))
    discount.basis_points = 500
    commit()
    answer = buyer.post("/checkout/payment", data={"shown": "1710"}, follow_redirects=True)
    assert "The total is not the one you saw." in answer.text
    assert "€18.05" in answer.text
    assert orders() == []


def test_a_guest_is_known_by_the_mailbox(buyer: Buyer, stranger: Buyer) -> None:
    make_discount(most_per_customer=1)
    for somebody in (buyer, stranger):
        somebody.add(make_price(kind=Kind.DIGITAL))
        somebody.ok(put(somebody))
    buyer.ok(buyer.pay(buyer.open_session()))
    token = stranger.open_session()
    url = f"{SESSIONS}/{token}/contact"
    other = CONTACT | {"email": "Mara+again@example.org"}
    stranger.ok(stranger.put(url, json=other))
    said = "You have used this code already."
    assert stranger.session(token)["discount"]["problem"] == said
    assert start(stranger, token).json["errors"]["discount"] == [said]


def test_a_customer_is_known_by_the_account(buyer: Buyer) -> None:
    make_discount(most_per_customer=2)
    user = make_user()
    buyer.ok(buyer.sign_in(user.email, PASSWORD))
    for _ in range(2):
        buyer.add(make_price(kind=Kind.DIGITAL))
        buyer.ok(put(buyer))
        buyer.ok(buyer.pay(buyer.open_session()))
    buyer.add(make_price())
    reason = "You have used this code 2 times, which is as often as it can be."
    assert put(buyer).json["errors"]["code"] == [reason]


def test_guests_without_an_address_are_not_one_person(buyer: Buyer, stranger: Buyer) -> None:
    make_discount(most_per_customer=1)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    buyer.ok(buyer.pay(buyer.open_session()))
    stranger.add(make_price())
    assert stranger.ok(put(stranger)).json["discount"]["problem"] is None


def test_c14_a_whole_price_off_is_had_without_stripe(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    make_discount("GIFT", basis_points=10_000, most_uses=1)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer, "GIFT"))
    buyer.fill_pages()
    assert "Place the order" in buyer.get("/checkout/payment").text
    buyer.ok(buyer.post("/checkout/payment", data={"shown": "0"}))
    order = the_order()
    assert (order.payment_state, order.total, order.discount) == (PaymentState.PAID, 0, 1_900)
    assert stripe_sandbox.events("payment_intent.created") == []
    assert (the_use().state, counts()) == (UseState.USED, ([1], [1]))


def test_less_than_stripe_takes_is_refused(buyer: Buyer) -> None:
    make_discount(basis_points=9_900)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    answer = start(buyer, buyer.open_session())
    assert (answer.status_code, orders(), counts()) == (409, [], ([0], [0]))
    assert "The least that can be paid is €0.50." in answer.json["detail"]


def test_what_is_out_of_stock_holds_no_code(buyer: Buyer, stranger: Buyer) -> None:
    make_discount(most_uses=1)
    price = make_price(stock=1)
    for somebody in (buyer, stranger):
        somebody.add(price)
    buyer.ok(put(buyer))
    token = buyer.open_session()
    stranger.ok(start(stranger, stranger.open_session()))
    assert start(buyer, token).status_code == 409
    assert counts() == ([0], [0])


def test_a_payment_that_came_too_late_for_its_code_goes_back(buyer: Buyer, stranger: Buyer) -> None:
    """It was given up here, and paid at Stripe all the same; the last use went to somebody else."""
    make_discount(most_uses=1)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    token = buyer.open_session()
    buyer.ok(start(buyer, token))
    late, payment = the_order(), payments()[0]
    payment.status = PaymentStatus.SUCCEEDED
    payment.received = payment.amount
    assert lifecycle.cancel(late)
    commit()
    stranger.add(make_price(kind=Kind.DIGITAL))
    stranger.ok(put(stranger))
    stranger.ok(start(stranger, stranger.open_session()))
    lifecycle.pay(late, payment)
    commit()
    assert late.attention == "paid after the last use of its discount code went to somebody else"
    assert [refund.amount for refund in payment.refunds] == [payment.amount]
    assert counts() == ([1], [1])


def test_a_payment_that_came_late_takes_its_use_again(buyer: Buyer) -> None:
    make_discount(most_uses=1)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    buyer.ok(start(buyer, buyer.open_session()))
    late, payment = the_order(), payments()[0]
    assert lifecycle.cancel(late)
    lifecycle.pay(late, payment)
    commit()
    assert (the_use().state, counts()) == (UseState.USED, ([1], [1]))
    assert late.attention == ""


def test_no_more_goes_back_than_was_paid(buyer: Buyer) -> None:
    make_discount(basis_points=5_000)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(put(buyer))
    buyer.ok(buyer.pay(buyer.open_session()))
    with pytest.raises(refunds.TooMuch):
        refunds.request(payments()[0], 951, "requested by customer")
    assert refunds.request(payments()[0], 950, "requested by customer").amount == 950


def test_a_checkout_without_a_code_asks_nothing_more(buyer: Buyer) -> None:
    """None of its statements is about discounts."""
    make_discount()
    buyer.add(make_price(stock=3))
    with count_queries() as queries:
        buyer.ok(buyer.pay(buyer.open_session()))
    assert not [query for query in queries if "FROM discount" in query or "discount_uses" in query]
    assert session.get_one(Discount, 1).uses == 0
