from collections.abc import Iterator

import pytest
from flask import Flask

from shop.cart import holds
from shop.cart.models import Cart, CartLine
from shop.catalog.models import Image, Interval, Kind, Status
from shop.db import commit, session
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser
from tests.factories import make_price
from tests.queries import count_queries

ODD = ["-1", "0", "100", "1000000000", "1.5", "NaN", "Infinity", "1e400", "true", '"1"', "[]"]
ODD += ["\u0663", "1_000", "", " 1", "+1", "0x1"]


def quantities() -> list[int]:
    commit()
    return list(session.scalars(CartLine.__table__.select().with_only_columns(CartLine.quantity)))


def add(client: Browser, price_id: object, quantity: object = 1) -> int:
    data = {"price_id": price_id, "quantity": quantity}
    return client.post("/cart/items", data=data).status_code


def test_what_is_added_stands_on_the_page(client: Browser) -> None:
    price = make_price(title="Enamel mug", unit_amount=1250)
    answer = client.post("/cart/items", data={"price_id": price.id, "quantity": "2"})
    assert (answer.status_code, answer.location) == (303, "/cart")
    page = client.get("/cart").text
    assert "Enamel mug" in page
    assert "€25.00" in page
    assert 'href="/checkout"' in page


def test_an_empty_cart_offers_a_way_on(client: Browser) -> None:
    page = client.get("/cart").text
    assert "Your cart is empty" in page
    assert 'href="/products"' in page


def test_the_same_price_twice_is_one_line(client: Browser) -> None:
    price = make_price()
    add(client, price.id, 2)
    add(client, price.id, 3)
    assert quantities() == [5]


def test_a_missing_quantity_is_one(client: Browser) -> None:
    client.post("/cart/items", data={"price_id": make_price().id})
    assert quantities() == [1]


@pytest.mark.parametrize("quantity", ODD)
def test_x01_odd_quantities_write_nothing(client: Browser, quantity: str) -> None:
    price = make_price()
    assert add(client, price.id, quantity) == 422
    assert session.scalars(Cart.__table__.select()).all() == []
    add(client, price.id, 7)
    line = session.scalars(CartLine.__table__.select()).one()
    answer = client.post(f"/cart/items/{line}", data={"quantity": quantity})
    assert answer.status_code == 422
    assert "Choose a quantity from 1 to 99." in answer.text
    assert quantities() == [7]


def test_x01_a_quantity_is_needed_to_set_one(client: Browser) -> None:
    add(client, make_price().id)
    line = session.scalars(CartLine.__table__.select()).one()
    assert client.post(f"/cart/items/{line}").status_code == 422


@pytest.mark.parametrize("path", ["/cart/items", "/cart/items/1", "/cart/discount"])
def test_the_address_of_a_refused_form_leads_to_the_cart(client: Browser, path: str) -> None:
    assert client.get(path).location == "/cart"


@pytest.mark.parametrize("price_id", ["0", "999999", "99999999999999999999", "x", "", "-1", "٣"])
def test_unknown_prices_are_refused(client: Browser, price_id: str) -> None:
    assert add(client, price_id) in {404, 422}
    assert quantities() == []


def test_withdrawn_prices_are_refused(client: Browser) -> None:
    assert add(client, make_price(is_active=False).id) == 404
    draft = make_price()
    draft.variant.product.status = Status.DRAFT
    assert add(client, draft.id) == 404
    assert quantities() == []


def test_a_subscription_has_a_page_of_its_own(client: Browser) -> None:
    price = make_price(interval=Interval.MONTH)
    answer = client.post("/cart/items", data={"price_id": price.id, "quantity": 3})
    assert answer.status_code == 303
    assert answer.location == f"/subscribe/{price.id}?quantity=3"
    assert quantities() == []


def test_one_currency_per_cart(client: Browser) -> None:
    yen, euros = make_price(currency="JPY", unit_amount=500), make_price()
    assert add(client, yen.id) == 303
    assert "¥500" in client.get("/cart").text
    assert add(client, euros.id) == 409
    line = session.scalars(CartLine.__table__.select()).one()
    client.post(f"/cart/items/{line}/removal")
    assert add(client, euros.id) == 303


def test_ninety_nine_of_an_item_at_most(client: Browser) -> None:
    price = make_price()
    add(client, price.id, 98)
    assert add(client, price.id, 2) == 409
    assert add(client, price.id, 1) == 303
    assert quantities() == [99]


def test_fifty_lines_at_most(client: Browser) -> None:
    assert [add(client, make_price().id) for _ in range(50)] == [303] * 50
    assert add(client, make_price().id) == 409
    assert len(quantities()) == 50


def test_removing_can_be_undone(client: Browser) -> None:
    price = make_price(title="Enamel mug")
    add(client, price.id, 3)
    line = session.scalars(CartLine.__table__.select()).one()
    assert client.post(f"/cart/items/{line}/removal").status_code == 303
    page = client.get("/cart").text
    assert "Enamel mug is out of your cart." in page
    assert "Undo" in page
    assert f'name="price_id" value="{price.id}"' in page
    assert 'name="quantity" value="3"' in page
    assert "Undo" not in client.get("/cart").text


def test_a_title_is_no_markup_in_the_notice(client: Browser) -> None:
    add(client, make_price(title="<b>Mug</b>").id)
    line = session.scalars(CartLine.__table__.select()).one()
    client.post(f"/cart/items/{line}/removal")
    assert "<b>Mug" not in client.get("/cart").text


def test_another_visitors_line_is_not_there(client: Browser, other_client: Browser) -> None:
    price = make_price()
    add(client, price.id, 3)
    add(other_client, price.id, 1)
    line = session.scalars(CartLine.__table__.select()).first()
    for act in (f"/cart/items/{line}", f"/cart/items/{line}/removal"):
        assert other_client.post(act, data={"quantity": 9}).status_code == 404
    assert sorted(quantities()) == [1, 3]


def test_every_change_raises_the_version(client: Browser) -> None:
    def version() -> int:
        return int(client.get("/api/cart").json["version"])  # type: ignore[index]

    add(client, make_price().id)
    line = session.scalars(CartLine.__table__.select()).one()
    seen = [version()]
    client.post(f"/cart/items/{line}", data={"quantity": 2})
    seen.append(version())
    client.post(f"/cart/items/{line}/removal")
    seen.append(version())
    assert seen == sorted(set(seen))


def test_scarce_goods_are_marked(client: Browser) -> None:
    price = make_price(stock=3)
    add(client, price.id, 3)
    price.variant.reserved = 1
    page = client.get("/cart").text
    assert "Only 2 left." in page
    assert 'href="/checkout"' not in page
    price.variant.reserved = 3
    assert "Sold out right now." in client.get("/cart").text
    assert add(client, price.id) == 409


@pytest.mark.parametrize(("quantity", "said"), [(3, "Quantity changed."), (4, "Only 3 left.")])
def test_a_new_quantity_is_a_success_or_a_problem(
    client: Browser, quantity: int, said: str
) -> None:
    add(client, make_price(stock=3).id)
    line = session.scalars(CartLine.__table__.select()).one()
    client.post(f"/cart/items/{line}", data={"quantity": quantity})
    page = client.get("/cart").text
    assert [words for words in ("Quantity changed.", "Only 3 left.") if words in page] == [said]
    assert quantities() == [quantity]


def test_both_are_told_by_the_api(client: Browser) -> None:
    add(client, make_price(title="Mug", stock=3).id)
    line = session.scalars(CartLine.__table__.select()).one()
    answer = client.patch(f"/api/cart/items/{line}", json={"quantity": 4})
    assert answer.json["notices"] == ["Mug: Only 3 left."]  # type: ignore[index]
    answer = client.patch(f"/api/cart/items/{line}", json={"quantity": 3})
    assert answer.json["notices"] == []  # type: ignore[index]


@pytest.fixture
def one_unit_held() -> Iterator[None]:
    """A payment under way holds one unit of the first variant for the first cart."""
    before = list(holds._providers)
    holds.provide(lambda cart_id: {1: 1} if cart_id == 1 else {})
    yield
    holds._providers[:] = before


def test_what_is_held_for_this_cart_is_not_missing(
    client: Browser, other_client: Browser, one_unit_held: None
) -> None:
    price = make_price(stock=1)
    add(client, price.id)
    add(other_client, price.id)
    price.variant.reserved = 1
    assert 'href="/checkout"' in client.get("/cart").text
    assert "Sold out right now." in other_client.get("/cart").text


def test_a_changed_price_is_shown_until_accepted(client: Browser) -> None:
    price = make_price(unit_amount=1000, title="Mug")
    add(client, price.id)
    price.unit_amount = 1200
    words = "The price is now €12.00, it was €10.00."
    assert words in client.get("/cart").text
    assert client.get("/api/cart").json["notices"] == [f"Mug: {words}"]  # type: ignore[index]
    assert words in client.get("/cart").text
    assert client.post("/cart/accepted-prices").status_code == 303
    assert words not in client.get("/cart").text


def test_the_price_that_takes_a_withdrawn_ones_place_goes_on(client: Browser) -> None:
    old = make_price(unit_amount=1000)
    add(client, old.id, 2)
    old.is_active = False
    new = make_price(unit_amount=1100, variant=old.variant)
    assert "The price is now €11.00, it was €10.00." in client.get("/cart").text
    add(client, new.id, 1)
    client.post("/cart/accepted-prices")
    items = client.get("/api/cart").json["items"]  # type: ignore[index]
    assert [(item["price_id"], item["quantity"]) for item in items] == [(new.id, 3)]


def test_what_is_no_longer_for_sale_must_go(client: Browser) -> None:
    price = make_price()
    add(client, price.id)
    price.is_active = False
    assert "No longer for sale." in client.get("/cart").text
    client.post("/cart/accepted-prices")
    assert quantities() == [1]


def test_the_page_asks_four_questions_at_most(client: Browser) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    for n in range(5):
        price = make_price(kind=Kind.PHYSICAL, stock=5)
        image = Image(path=f"{n}.svg", alt="")
        price.variant.product.images.append(image)
        add(client, price.id)
    with count_queries() as queries:
        page = client.get("/cart")
    assert page.text.count('class="line"') == 5
    assert len(queries) <= 4


def test_adding_takes_few_statements(client: Browser) -> None:
    price_id = make_price(stock=5).id
    add(client, price_id)
    with count_queries() as queries:
        add(client, price_id)
    assert len(queries) <= 4


def test_the_header_counts_without_asking_for_nothing(client: Browser) -> None:
    with count_queries() as queries:
        client.get("/sign-in")
    assert queries == []
    add(client, make_price().id, 3)
    with count_queries() as queries:
        page = client.get("/sign-in").text
    assert "data-cart-count>3<" in page
    assert len(queries) == 1


def test_the_cookie_is_signed_and_guarded(client: Browser, app: Flask) -> None:
    answer = client.post("/cart/items", data={"price_id": make_price().id})
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("cart="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=5184000"} <= set(cookie.split("; "))
    token = session.scalars(Cart.__table__.select().with_only_columns(Cart.token)).one()
    stranger = open_browser(app)
    for forged in (token, client.cookie("cart")[:-6] + "AAAAAA", "", "x.y.z"):
        stranger.set_cookie("cart", forged)
        assert stranger.get("/api/cart").json["items"] == []  # type: ignore[index]
