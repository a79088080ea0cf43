"""Somebody on another site, who clicks a buy button and pays on Stripe's page."""

from typing import Any

from flask import Flask

from shop.catalog.models import Price, Variant
from shop.db import session
from stripe_sandbox.testing import StripeSandbox
from tests.checkout.buyer import Buyer

PATH = "/api/create-checkout-session"
BLOG = "https://blog.example"
TO_BERLIN = {
    "shipping_name": "Mara Lindt",
    "shipping_line1": "Torstraße 1",
    "shipping_postal_code": "10119",
    "shipping_city": "Berlin",
    "shipping_country": "DE",
}
BILLED_IN_BERLIN = {
    name: TO_BERLIN[f"shipping_{name}"] for name in ("line1", "postal_code", "city", "country")
}


class Clicker(Buyer):
    """Has no cookie of ours, and no token."""

    has_token = False

    def click(self, price: Price | int, quantity: int = 1, **more: Any) -> Any:
        price_id = price if isinstance(price, int) else price.id
        return self.send(priceId=price_id, quantity=quantity, **more)

    def send(
        self, origin: str | None = BLOG, environ: dict[str, str] | None = None, **body: Any
    ) -> Any:
        headers = {"Origin": origin} if origin else {}
        return self.post(PATH, json=body, headers=headers, environ_base=environ or {})

    def page(self, *args: Any, **more: Any) -> str:
        """The address of Stripe's page after a click."""
        answer = self.ok(self.click(*args, **more))
        return str(answer.json["url"])


def open_clicker(app: Flask) -> Clicker:
    return Clicker(app, app.response_class)


def pay(sandbox: StripeSandbox, page: str, **typed: str) -> str:
    """The path that Stripe's page leads back to."""
    answer = sandbox.pay_checkout(page, email="mara@example.org", name="Mara Lindt", **typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].removeprefix("http://localhost")


def variant_of(price: Price) -> Variant:
    return session.get_one(Variant, price.variant_id, populate_existing=True)
