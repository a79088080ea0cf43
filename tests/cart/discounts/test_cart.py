"""A code in the cart: when it holds, and the sentence when it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from shop.accounts.throttle import WINDOW
from shop.cart.discounts import applying
from shop.cart.discounts.models import Discount
from shop.catalog.models import Category
from shop.db import commit, session, utcnow
from tests.accounts.factories import PASSWORD, make_user
from tests.cart.discounts.factories import make_discount
from tests.checkout.buyer import Buyer, open_buyer
from tests.factories import make_price
from tests.queries import count_queries

URL = "/api/cart/discount"


def put(buyer: Buyer, code: str = "SPRING10") -> Any:
    return buyer.put(URL, json={"code": code})


def refused(buyer: Buyer, code: str = "SPRING10") -> str:
    answer = put(buyer, code)
    assert answer.status_code == 422, answer.text
    assert buyer.get("/api/cart").json["discount"] is None
    (reason,) = answer.json["errors"]["code"]
    return str(reason)


def test_a_code_takes_off_its_share_until_it_is_removed(buyer: Buyer) -> None:
    make_discount()
    buyer.add(make_price(unit_amount=1_900), 2)
    version = buyer.get("/api/cart").json["version"]
    cart = buyer.ok(put(buyer, "spring 1o")).json
    assert cart["discount"] == {
        "code": "SPRING10",
        "name": "Spring sale",
        "amount": 380,
        "problem": None,
    }
    assert (cart["subtotal"], cart["items"][0]["discount"]) == (3_800, 380)
    assert cart["version"] > version
    assert buyer.get("/api/cart").json == cart
    assert buyer.ok(buyer.delete(URL)).json["discount"] is None


def test_the_second_code_takes_the_place_of_the_first(buyer: Buyer) -> None:
    make_discount()
    make_discount("FIVE", amount=500, currency="EUR")
    buyer.add(make_price(unit_amount=1_900))
    buyer.ok(put(buyer))
    assert buyer.ok(put(buyer, "five")).json["discount"]["amount"] == 500
    assert put(buyer, "nope").status_code == 422
    assert buyer.get("/api/cart").json["discount"]["code"] == "FIVE"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"starts_at": datetime(2090, 3, 1, tzinfo=UTC)},
            "This code is not good before 1 Mar 2090.",
        ),
        ({"ends_at": datetime(2020, 3, 1, tzinfo=UTC)}, "This code ended on 1 Mar 2020."),
        (
            {"least_subtotal": 5_000, "currency": "EUR"},
            "This code is for orders of €50.00 or more.",
        ),
        ({"amount": 500, "currency": "USD"}, "This code is for orders in USD."),
        ({"is_active": False}, "This code is not in use any more."),
    ],
)
def test_the_reason_is_said(buyer: Buyer, given: dict[str, Any], reason: str) -> None:
    make_discount(**given)
    buyer.add(make_price(unit_amount=4_999))
    assert refused(buyer) == reason


def test_an_unknown_code(buyer: Buyer) -> None:
    buyer.add(make_price())
    assert refused(buyer) == "We do not know this code. Please compare it letter by letter."
    assert refused(buyer, " - ") == "Enter your code."


def test_it_starts_and_ends_on_the_moment(buyer: Buyer) -> None:
    now = utcnow()
    buyer.add(make_price())
    make_discount("EARLY", starts_at=now + timedelta(minutes=1))
    make_discount("NOW", starts_at=now, ends_at=now + timedelta(minutes=5))
    make_discount("LATE", ends_at=now)
    assert [put(buyer, code).status_code for code in ("EARLY", "NOW", "LATE")] == [422, 200, 422]


def test_without_a_cart_there_is_nothing_to_apply_it_to(buyer: Buyer) -> None:
    make_discount()
    assert put(buyer).status_code == 404
    assert buyer.delete(URL).status_code == 404


def test_an_empty_cart_takes_no_code(buyer: Buyer) -> None:
    make_discount()
    buyer.add(make_price())
    (item,) = buyer.get("/api/cart").json["items"]
    buyer.ok(buyer.delete(f"/api/cart/items/{item['id']}"))
    for code in ("SPRING10", "GUESS"):
        answer = put(buyer, code)
        assert (answer.status_code, answer.json["detail"]) == (404, "Your cart is empty.")


def test_it_is_for_its_products_and_what_its_categories_hold(buyer: Buyer) -> None:
    maps, books = Category(slug="maps", name="Maps"), Category(slug="books", name="Books")
    atlas, novel, pen = (make_price(unit_amount=1_000) for _ in range(3))
    novel.variant.product.categories = [books]
    atlas.variant.product.categories = [Category(slug="old-maps", name="Old", parent=maps)]
    make_discount(categories=[maps], products=[pen.variant.product])
    buyer.add(novel)
    assert refused(buyer) == "This code is not for what is in your cart."
    buyer.add(atlas)
    buyer.add(pen)
    items = buyer.ok(put(buyer)).json["items"]
    assert [item["discount"] for item in items] == [0, 100, 100]


def test_a_code_that_stops_holding_stays_and_says_why(buyer: Buyer) -> None:
    make_discount(least_subtotal=3_000, currency="EUR")
    buyer.add(make_price(unit_amount=1_500), 2)
    cart = buyer.ok(put(buyer)).json
    line = cart["items"][0]["id"]
    cart = buyer.ok(buyer.patch(f"/api/cart/items/{line}", json={"quantity": 1})).json
    assert cart["discount"]["problem"] == "This code is for orders of €30.00 or more."
    assert (cart["discount"]["amount"], cart["items"][0]["discount"]) == (0, 0)
    cart = buyer.ok(buyer.patch(f"/api/cart/items/{line}", json={"quantity": 3})).json
    assert (cart["discount"]["problem"], cart["discount"]["amount"]) == (None, 450)


def test_a_discount_that_is_deleted_leaves_the_carts(buyer: Buyer) -> None:
    discount = make_discount()
    buyer.add(make_price())
    buyer.ok(put(buyer))
    session.delete(session.get_one(Discount, discount.id))
    commit()
    assert buyer.get("/api/cart").json["discount"] is None


def test_a_guests_code_comes_along_at_sign_in(buyer: Buyer, app: Flask) -> None:
    make_discount()
    make_discount("OTHER", basis_points=2_000)
    user = make_user()
    laptop = open_buyer(app)
    laptop.ok(laptop.sign_in(user.email, PASSWORD))
    laptop.add(make_price())
    laptop.ok(put(laptop, "OTHER"))
    for code in (None, "SPRING10"):
        phone = open_buyer(app)
        phone.add(make_price())
        if code:
            phone.ok(put(phone, code))
        phone.ok(phone.sign_in(user.email, PASSWORD))
        assert phone.get("/api/cart").json["discount"]["code"] == (code or "OTHER")


def test_codes_cannot_be_tried_one_after_the_other(
    buyer: Buyer, stranger: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_discount()
    clock = [0.0]
    monkeypatch.setattr(applying.guesses, "clock", lambda: clock[0])
    for somebody in (buyer, stranger):
        somebody.add(make_price())
    statuses = [put((buyer, stranger)[n % 2], f"GUESS{n}").status_code for n in range(31)]
    assert statuses == [422] * 30 + [429]
    assert put(buyer).status_code == 429
    assert buyer.get("/api/cart").status_code == 200
    clock[0] += WINDOW
    assert put(buyer).status_code == 200


def test_a_good_code_that_is_refused_is_no_guess(buyer: Buyer) -> None:
    make_discount(least_subtotal=90_000, currency="EUR")
    buyer.add(make_price())
    assert {put(buyer).status_code for _ in range(40)} == {422}


def test_a_cart_is_read_in_four_questions(buyer: Buyer) -> None:
    price = make_price()
    buyer.add(price)
    buyer.ok(buyer.get("/cart"))
    with count_queries() as plain:
        buyer.ok(buyer.get("/api/cart"))
    make_discount(products=[price.variant.product], most_per_customer=1, most_uses=9)
    buyer.ok(put(buyer))
    with count_queries() as queries:
        buyer.ok(buyer.get("/api/cart"))
    with count_queries() as page:
        buyer.ok(buyer.get("/cart"))
    assert (len(plain), len(queries)) == (1, 3)
    assert len(page) <= 4
