"""Somebody who buys, by the pages or by the API, over HTTP."""

from typing import Any

from flask import Flask

from shop.catalog.models import Price
from tests.browser import Browser

BERLIN = {
    "name": "Mara Lindt",
    "line1": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country": "DE",
}
CONTACT = {"email": "mara@example.org", "name": "Mara Lindt"}
SESSIONS = "/api/checkout-sessions"


class Buyer(Browser):
    """Answers are `Any`, so that tests may look into their JSON without ceremony."""

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return super().get(*args, **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> Any:
        return super().post(*args, **kwargs)

    def put(self, *args: Any, **kwargs: Any) -> Any:
        return super().put(*args, **kwargs)

    def add(self, price: Price, quantity: int = 1) -> None:
        sent = {"price_id": price.id, "quantity": quantity}
        answer = self.post("/api/cart/items", json=sent)
        assert answer.status_code == 201, answer.text

    def fill_pages(self, **address: str) -> None:
        """Contact, address and delivery as the pages have them."""
        self.ok(self.post("/checkout/contact", data=CONTACT))
        place = "shipping" if 'name="shipping-' in self.get("/checkout/address").text else "billing"
        typed = {f"{place}-{name}": value for name, value in (BERLIN | address).items()}
        self.ok(self.post("/checkout/address", data=typed))
        if self.get("/checkout").location == "/checkout/delivery":
            self.ok(self.post("/checkout/delivery", data={"method_id": 1}))

    def open_session(self, **address: str) -> str:
        """The same by the API; the session's id."""
        token: str = self.post(SESSIONS).json["id"]
        url = f"{SESSIONS}/{token}"
        self.ok(self.put(f"{url}/contact", json=CONTACT))
        answer = self.ok(self.put(f"{url}/address", json={"billing": BERLIN | address}))
        if answer.json["next_step"] == "delivery":
            self.ok(self.put(f"{url}/delivery", json={"method_id": 1}))
        return token

    def pay(self, token: str, **chosen: str) -> Any:
        """By the API: the payment and its confirmation by the server."""
        self.ok(self.put(f"{SESSIONS}/{token}/payment", json={}))
        return self.confirm(token, **chosen)

    def confirm(self, token: str, **chosen: str) -> Any:
        chosen = chosen or {"payment_method": "pm_card_visa"}
        return self.post(f"{SESSIONS}/{token}/confirm", json=chosen)

    def session(self, token: str) -> Any:
        return self.ok(self.get(f"{SESSIONS}/{token}")).json

    @staticmethod
    def ok(answer: Any) -> Any:
        assert answer.status_code < 400, answer.text
        return answer


def open_buyer(app: Flask) -> Buyer:
    return Buyer(app, app.response_class)
