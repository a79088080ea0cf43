"""What a program may send wrongly: each answer is a problem document that names the field."""

from typing import Any

import pytest

from tests.api.conftest import MakeCustomer
from tests.api.customer import BERLIN, CONTACT, SESSIONS, Customer

ITEM = {"price_id": 1, "quantity": 1}
NOBODY = "x" * 22


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "price_id"),
        ([], "body"),
        ("text", "body"),
        ({**ITEM, "price_id": "1"}, "price_id"),
        ({**ITEM, "price_id": 0}, "price_id"),
        ({**ITEM, "price_id": 2**31}, "price_id"),
        ({**ITEM, "quantity": 0}, "quantity"),
        ({**ITEM, "quantity": 100}, "quantity"),
        ({**ITEM, "quantity": -1}, "quantity"),
        ({**ITEM, "quantity": 1.5}, "quantity"),
        ({**ITEM, "quantity": True}, "quantity"),
        ({**ITEM, "quantity": None}, "quantity"),
        ({**ITEM, "unit_amount": 1}, "unit_amount"),
        ({**ITEM, "currency": "USD"}, "currency"),
    ],
)
def test_a_wrong_item_is_refused(customer: Customer, body: object, field: str) -> None:
    refused(customer.send("post", "/api/cart/items", body), 422, field)
    assert customer.ok("get", "/api/cart")["items"] == []


@pytest.mark.parametrize("body", ["{", '{"price_id": 1, "price_id"}', "\0", "\ud800"])
def test_what_is_no_json_is_refused(customer: Customer, body: str) -> None:
    answer = customer.http.post(
        f"{customer.base_url}/api/cart/items",
        data=body.encode(errors="surrogatepass"),
        headers={"Content-Type": "application/json"},
        timeout=10,
    )
    refused(answer, 422, "body")


@pytest.mark.parametrize(
    ("step", "body", "field"),
    [
        ("contact", {}, "email"),
        ("contact", {**CONTACT, "email": "mara@"}, "email"),
        ("contact", {**CONTACT, "email": "a@b\r\nBcc: c@d.example"}, "email"),
        ("contact", {**CONTACT, "email": 7}, "email"),
        ("contact", {**CONTACT, "name": ""}, "name"),
        ("contact", {**CONTACT, "name": "x" * 501}, "name"),
        ("contact", {**CONTACT, "amount": 1}, "amount"),
        ("address", {}, "billing"),
        ("address", {"billing": {}}, "billing.country"),
        ("address", {"billing": {**BERLIN, "country": "XX"}}, "billing.country"),
        ("address", {"billing": {**BERLIN, "postal_code": ""}}, "billing.postal_code"),
        ("address", {"billing": {**BERLIN, "postal_code": "1"}}, "billing.postal_code"),
        ("address", {"billing": {**BERLIN, "line1": " "}}, "billing.line1"),
        ("address", {"billing": {**BERLIN, "vat": "1"}}, "billing.vat"),
        ("delivery", {}, "method_id"),
        ("delivery", {"method_id": "1"}, "method_id"),
        ("delivery", {"method_id": 2**31 - 1}, "method_id"),
        ("payment", {"payment_method": "4242424242424242"}, "payment_method"),
        ("payment", {"amount": 1}, "amount"),
    ],
)
def test_a_wrong_step_is_refused(
    customer: Customer, step: str, body: dict[str, Any], field: str
) -> None:
    session = filled_until(customer, step)
    before = customer.ok("get", session)
    refused(customer.send("put", f"{session}/{step}", body), 422, field)
    assert customer.ok("get", session) == before


@pytest.mark.parametrize(
    ("done", "step", "body"),
    [
        ("contact", "address", {"billing": BERLIN}),
        ("contact", "delivery", {"method_id": 1}),
        ("contact", "payment", {}),
        ("address", "delivery", {"method_id": 1}),
        ("delivery", "payment", {}),
    ],
)
def test_no_step_can_be_skipped(
    customer: Customer, done: str, step: str, body: dict[str, Any]
) -> None:
    session = filled_until(customer, done)
    answer = customer.send("put", f"{session}/{step}", body)
    refused(answer, 409)
    assert answer.json()["title"] == "One step before that"


def test_nothing_is_charged_before_payment_has_started(customer: Customer) -> None:
    session = filled_until(customer, "payment")
    refused(customer.send("post", f"{session}/confirm", {"payment_method": "pm_card_visa"}), 409)


def test_a_confirmation_needs_something_to_charge(customer: Customer) -> None:
    session = filled_until(customer, "payment")
    customer.ok("put", f"{session}/payment", {})
    refused(customer.send("post", f"{session}/confirm", {}), 422, "payment_method")


def test_an_empty_cart_is_not_checked_out(customer: Customer) -> None:
    refused(customer.send("post", SESSIONS, {}), 409)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "{session}", None),
        ("put", "{session}/contact", CONTACT),
        ("put", "{session}/payment", {}),
        ("post", "{session}/confirm", {}),
        ("get", f"/api/orders/{NOBODY}", None),
        ("post", SESSIONS, {"cart_id": NOBODY}),
        ("patch", "/api/cart/items/1", {"quantity": 1}),
        ("delete", "/api/cart/items/1", None),
        ("post", "/api/products/1/download-link", {}),
        ("get", "/api/products/none-of-ours", None),
        ("post", "/api/cart/items", {"price_id": 2**31 - 1, "quantity": 1}),
    ],
)
def test_what_belongs_to_somebody_else_is_not_there(
    make_customer: MakeCustomer, method: str, path: str, body: object
) -> None:
    session = filled_until(make_customer(), "payment")
    stranger = make_customer()
    stranger.add("quarry-grid-pad")
    refused(stranger.send(method, path.format(session=session), body), 404)


def test_without_the_token_nothing_is_written(customer: Customer) -> None:
    del customer.http.headers["X-CSRFToken"]
    refused(customer.send("post", "/api/cart/items", ITEM), 400)


def test_an_unknown_address_or_method_is_a_problem_document(customer: Customer) -> None:
    refused(customer.get("/api/nothing"), 404)
    refused(customer.send("delete", "/api/cart"), 405)


def filled_until(customer: Customer, step: str) -> str:
    """The address of a session that lacks this step."""
    customer.add("quarry-grid-pad")
    session = customer.open_session()
    for name, body in (
        ("contact", CONTACT),
        ("address", {"billing": BERLIN}),
        ("delivery", {"method_id": 1}),
    ):
        if name == step:
            break
        customer.ok("put", f"{session}/{name}", body)
    return session


def refused(answer: Any, status: int, field: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    if field:
        assert field in problem["errors"], problem["errors"]
