"""A guest who fills a cart, walks through the checkout and pays."""

import html
import re

from shop.catalog.models import Kind
from tests.checkout.buyer import BERLIN, CONTACT, SESSIONS
from tests.downloads.factories import make_digital, make_release
from tests.factories import make_price, make_variant
from tests.flows.stage import Browser, Stage

CARD = {
    "type": "card",
    "card[number]": "4242424242424242",
    "card[exp_month]": "12",
    "card[exp_year]": "2034",
    "card[cvc]": "123",
}
TYPED = {
    "email": "mara@example.org",
    "name": "Mara Lindt",
    "number": "4242424242424242",
    "expiry": "12 / 34",
    "cvc": "123",
}


def fill_cart(browser: Browser) -> None:
    """A book, of which there are three, and a download."""
    digital = make_digital()
    make_release(digital)
    download = make_price(variant=make_variant(product=digital))
    book = make_price(kind=Kind.PHYSICAL, title="Tidepool Atlas", stock=3)
    for price_id in (book.id, download.id):
        browser.post("/api/cart/items", json={"price_id": price_id, "quantity": 1})


def fill_steps(browser: Browser) -> str:
    """Contact, address and delivery; the address of the checkout session."""
    started = browser.post(SESSIONS, json={"cart_id": browser.get("/api/cart").json()["id"]})
    session = f"{SESSIONS}/{started.json()['id']}"
    browser.put(f"{session}/contact", json=CONTACT)
    answer = browser.put(f"{session}/address", json={"billing": BERLIN}).json()
    chosen = {"method_id": answer["delivery_options"][0]["method_id"]}
    assert browser.put(f"{session}/delivery", json=chosen).json()["next_step"] == "payment"
    return session


def make_payment_method(stage: Stage, key: str) -> str:
    """What Stripe's frame does with the card, which the shop never sees."""
    url = f"{stage.sandbox.url}/v1/payment_methods"
    method: str = stage.browser.to_stripe(url, key, **CARD).json()["id"]
    return method


def make_token(stage: Stage, key: str) -> str:
    """For one confirmation by the shop's server."""
    url = f"{stage.sandbox.url}/v1/confirmation_tokens"
    method = make_payment_method(stage, key)
    token: str = stage.browser.to_stripe(url, key, payment_method=method).json()["id"]
    return token


def confirm_at_stripe(stage: Stage, page: str) -> str:
    """As Stripe's script does with the card form of this page; the PaymentIntent's id."""
    form = {
        name: html.unescape(value) for name, value in re.findall(r'data-([\w-]+)="(.*?)"', page)
    }
    secret, key = form["client-secret"], form["publishable-key"]
    intent: str = secret.partition("_secret_")[0]
    stage.browser.to_stripe(
        f"{stage.sandbox.url}/v1/payment_intents/{intent}/confirm",
        key,
        client_secret=secret,
        payment_method=make_payment_method(stage, key),
        return_url=f"{stage.browser.shop_url}{form['return-url']}",
    )
    return intent


def pay_on_stripes_page(browser: Browser) -> str:
    """Where that page leads back to."""
    page = browser.post("/checkout/payment/hosted").headers["Location"]
    back: str = browser.to_stripe(page, **TYPED).headers["Location"]
    return back
