"""Somebody with nothing but an HTTP client; every answer is held against the contract."""

from typing import Any
from urllib.parse import urlsplit

import requests

from tests.api.contract import Contract

SESSIONS = "/api/checkout-sessions"
CONTACT = {"email": "mara@example.org", "name": "Mara Lindt"}
BERLIN = {
    "name": "Mara Lindt",
    "line1": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country": "DE",
}


class Customer:
    def __init__(self, base_url: str, contract: Contract) -> None:
        self.base_url, self.contract = base_url, contract
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["X-CSRFToken"] = self.get("/api/csrf").json()["token"]

    def get(self, path: str) -> requests.Response:
        return self.send("get", path)

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        """To the API, or to whatever of this shop an answer of it names."""
        url = path if path.startswith("http") else self.base_url + path
        answer = self.http.request(method, url, json=body, timeout=20)
        self.contract.check(method, urlsplit(url).path, answer)
        return answer

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.send(method, path, body)
        assert answer.ok, f"{answer.status_code}: {answer.text}"
        return answer.json()

    def price(self, slug: str) -> int:
        """Of the first variant, once."""
        variant = self.ok("get", f"/api/products/{slug}")["variants"][0]
        found: int = next(
            price["id"]
            for price in variant["prices"]
            if price["currency"] == "EUR" and price["recurring"] is None
        )
        return found

    def add(self, slug: str, quantity: int = 1) -> Any:
        sent = {"price_id": self.price(slug), "quantity": quantity}
        return self.ok("post", "/api/cart/items", sent)

    def open_session(self) -> str:
        """A new checkout of the cart; the address of its session."""
        return f"{SESSIONS}/{self.ok('post', SESSIONS, {})['id']}"
