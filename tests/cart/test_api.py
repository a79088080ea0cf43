import json
from typing import Any

import pytest

from shop.cart.models import CartLine
from shop.db import session
from tests.browser import Browser
from tests.factories import make_price

ODD = ["-1", "0", "100", "1e9", "1000000000", "1.5", "1.0", "NaN", "Infinity", "-Infinity", "1e400"]
ODD += [
    "true",
    "null",
    '"1"',
    "[]",
    "[1]",
    "{}",
    '"٣"',
    '"1_000"',
    "1_000",
    "٣",
    "99999999999999999999",
]


def add(client: Browser, price_id: int, quantity: int = 1) -> dict[str, Any]:
    answer = client.post("/api/cart/items", json={"price_id": price_id, "quantity": quantity})
    assert answer.status_code == 201
    return dict(answer.json or {})


def test_without_a_cart_there_is_an_empty_one(client: Browser) -> None:
    answer = client.get("/api/cart").json
    assert answer
    assert (answer["id"], answer["currency"], answer["items"], answer["subtotal"]) == (
        None,
        "EUR",
        [],
        0,
    )


def test_the_shape_of_a_cart(client: Browser) -> None:
    price = make_price(unit_amount=450, title="Mug")
    cart = add(client, price.id, 3)
    assert cart["subtotal"] == 1350
    assert cart["has_physical"] is True
    [item] = cart["items"]
    wanted = {"price_id": price.id, "title": "Mug", "quantity": 3, "unit_amount": 450}
    assert wanted.items() <= item.items()
    assert item["amount"] == 1350
    assert client.get("/api/cart").json == cart


def test_change_and_remove(client: Browser) -> None:
    [item] = add(client, make_price(unit_amount=100).id)["items"]
    address = f"/api/cart/items/{item['id']}"
    changed = client.patch(address, json={"quantity": 4})
    assert (changed.status_code, (changed.json or {})["subtotal"]) == (200, 400)
    removed = client.delete(address)
    assert (removed.status_code, (removed.json or {})["items"]) == (200, [])
    assert client.delete(address).status_code == 404
    assert client.patch(address, json={"quantity": 4}).status_code == 404


@pytest.mark.parametrize("quantity", ODD)
def test_x01_odd_quantities_are_refused(client: Browser, quantity: str) -> None:
    price = make_price()
    body = f'{{"price_id": {price.id}, "quantity": {quantity}}}'
    answer = client.post("/api/cart/items", data=body.encode(), content_type="application/json")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert session.scalars(CartLine.__table__.select()).all() == []
    [item] = add(client, price.id, 7)["items"]
    changed = client.patch(
        f"/api/cart/items/{item['id']}",
        data=f'{{"quantity": {quantity}}}'.encode(),
        content_type="application/json",
    )
    assert changed.status_code == 422
    assert (client.get("/api/cart").json or {})["items"][0]["quantity"] == 7


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "null", '{"price_id": 1}', '{"quantity": 1}', "{", "\ud800", "\0"]
)
def test_x01_missing_or_broken_bodies_are_refused(client: Browser, body: str) -> None:
    data = body.encode(errors="surrogatepass")
    answer = client.post("/api/cart/items", data=data, content_type="application/json")
    assert answer.status_code == 422


@pytest.mark.parametrize("price_id", [0, -1, 999_999, 2**31, 2**63, 2**80])
def test_unknown_prices_are_refused(client: Browser, price_id: int) -> None:
    body = json.dumps({"price_id": price_id, "quantity": 1})
    answer = client.post("/api/cart/items", data=body, content_type="application/json")
    assert answer.status_code in {404, 422}


def test_the_client_names_no_amount(client: Browser) -> None:
    body = {"price_id": make_price().id, "quantity": 1, "unit_amount": 1}
    assert client.post("/api/cart/items", json=body).status_code == 422


def test_an_id_too_large_for_the_database_is_not_there(client: Browser) -> None:
    assert client.delete("/api/cart/items/99999999999999999999").status_code in {404, 405}


def test_csrf_token_for_cookie_clients(client: Browser) -> None:
    client.has_token = False
    body = {"price_id": make_price().id, "quantity": 1}
    refused = client.post("/api/cart/items", json=body)
    assert refused.status_code == 400
    assert "GET /api/csrf" in (refused.json or {})["detail"]
    token = (client.get("/api/csrf").json or {})["token"]
    answer = client.post("/api/cart/items", json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 201
