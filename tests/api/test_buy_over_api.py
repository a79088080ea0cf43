"""Two goods from search to file, as a program buys them."""

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from tests.api.conftest import MakeCustomer
from tests.api.contract import Contract
from tests.api.customer import BERLIN, CONTACT, SESSIONS, Customer
from tests.servers.house import House
from tests.servers.processes import eventually

BUTTON = "/api/create-checkout-session"
NOT_ON_THE_WAY = {
    ("post", BUTTON),
    ("post", "/api/cart/accepted-prices"),
    ("get", "/api/files/{token}"),
    ("get", "/api/licenses/public-key"),
    *(("get", path) for path in ("/api/me", "/api/subscriptions", "/api/subscriptions/{token}")),
    *(("post", path) for path in ("/api/subscriptions", "/api/billing-portal")),
    *((verb, "/api/cart/discount") for verb in ("put", "delete")),
    *(("get", path) for path in ("/api/invoices", "/api/invoices/{token}")),
    *(("post", f"/api/licenses/{act}") for act in ("validate", "activate", "deactivate", "file")),
}


def test_from_search_to_file(
    house: House, customer: Customer, make_customer: MakeCustomer, contract: Contract
) -> None:
    fill_cart(customer)
    session = fill_in(customer)
    pay(customer, session)
    assert eventually(lambda: order_of(customer, session)["payment_state"] == "paid")
    order = order_of(customer, session)
    assert order["payment"]["status"] == "succeeded"
    assert order["payment"]["amount"] == order["amounts"]["total"] == order["amounts"]["paid"]

    download(customer, make_customer(), order)
    assert eventually(lambda: any(order["token"] in text_of(mail) for mail in house.mails()))
    assert contract.operations - contract.called <= NOT_ON_THE_WAY


def fill_cart(customer: Customer) -> None:
    assert eventually(lambda: "enamel-mug" in found_by(customer, "enamal+mug"))
    assert customer.ok("get", "/api/search/suggestions?q=enam")["items"]

    cart = customer.add("enamel-mug", 2)
    assert [item["quantity"] for item in cart["items"]] == [2]
    item = f"/api/cart/items/{cart['items'][0]['id']}"
    cart = customer.ok("patch", item, {"quantity": 1})
    assert cart["subtotal"] == cart["items"][0]["unit_amount"]
    extra = customer.add("quarry-grid-pad")["items"][-1]
    customer.ok("delete", f"/api/cart/items/{extra['id']}")
    customer.add("the-invoice-handbook")
    assert len(customer.ok("get", "/api/cart")["items"]) == 2


def found_by(customer: Customer, words: str) -> set[str]:
    """Also what the search corrects."""
    return {item["slug"] for item in customer.ok("get", f"/api/products?q={words}")["items"]}


def fill_in(customer: Customer) -> str:
    """Contact, address, delivery; the address of the session."""
    session = customer.open_session()
    again = customer.send("post", SESSIONS, {})
    assert (again.status_code, again.json()["id"]) == (200, session.split("/")[-1])

    filled = customer.ok("put", f"{session}/contact", CONTACT)
    assert filled["next_step"] == "address"
    filled = customer.ok("put", f"{session}/address", {"billing": BERLIN})
    assert filled["next_step"] == "delivery"
    method = filled["delivery_options"][0]["method_id"]
    filled = customer.ok("put", f"{session}/delivery", {"method_id": method})
    assert filled["next_step"] == "payment"
    return session


def pay(customer: Customer, session: str) -> None:
    """The bank says no once; then it says yes, and asking again charges nothing more."""
    total = customer.ok("get", session)["amounts"]["total"]
    started = customer.ok("put", f"{session}/payment", {})
    assert started["payment"]["client_secret"]

    declined = customer.send(
        "post", f"{session}/confirm", {"payment_method": "pm_card_chargeDeclined"}
    )
    assert declined.status_code == 402
    assert declined.json()["title"] == "Your bank said no"
    assert "Nothing was charged" in declined.json()["detail"]
    assert customer.ok("get", session)["status"] == "awaiting_payment"

    for _ in range(2):
        paid = customer.ok("post", f"{session}/confirm", {"payment_method": "pm_card_visa"})
        assert paid["payment"]["status"] == "succeeded"
        assert paid["payment"]["intent_id"] == started["payment"]["intent_id"]
        assert paid["amounts"]["total"] == total


def test_a_buy_button_asks_with_nothing_but_a_price(
    house: House, make_customer: MakeCustomer, contract: Contract
) -> None:
    customer = make_customer()
    sent = {"priceId": customer.price("the-invoice-handbook"), "quantity": 2}
    del customer.http.headers["X-CSRFToken"]
    customer.http.cookies.clear()
    started = customer.ok("post", BUTTON, sent)
    assert started["id"].startswith("cs_")
    assert started["url"].startswith(f"{house.sandbox.url}/c/pay/")
    assert ("post", BUTTON) in contract.called


def order_of(customer: Customer, session: str) -> Any:
    token = customer.ok("get", session)["order"]["token"]
    return customer.ok("get", f"/api/orders/{token}")


def download(customer: Customer, stranger: Customer, order: dict[str, Any]) -> None:
    """A link is for who asked for it: another one with the same link gets nothing."""
    product = next(line["product_id"] for line in order["lines"] if line["download_url"])
    asking = f"/api/products/{product}/download-link"
    link = customer.ok("post", asking, {"order_token": order["token"]})
    file = customer.get(link["url"])
    assert file.status_code == 200
    assert ZipFile(BytesIO(file.content)).testzip() is None
    assert re.search(r'filename="?the-invoice-handbook', file.headers["Content-Disposition"])
    assert stranger.get(link["url"]).status_code == 404


def text_of(mail: Any) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""
