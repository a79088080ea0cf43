"""A buy button's one request, from any site on the list. It knows no cookie, so it needs no token.

The answer to a browser's question before it (`OPTIONS`) says which sites those are.
"""

from collections.abc import Iterator
from typing import Self

from flask import Blueprint, Response, request
from pydantic import Field, model_validator

from shop import api, web
from shop.cart.models import MOST_PER_LINE
from shop.catalog.prices import LARGEST_ID
from shop.checkout.buy_button import beginning, clients, goods, origins
from shop.checkout.buy_button.goods import Wanted

bp = Blueprint("buy_button_api", __name__)
bp.record_once(lambda _state: web.exempt("buy_button_api.create"))
bp.before_request(origins.check)
bp.after_request(origins.tell)

PATH = "/api/create-checkout-session"
MOST_PRODUCTS = 20
LONGEST_ADDRESS = 2_000


class ProductIn(api.Input):
    price_id: int = Field(alias="priceId", ge=1, le=LARGEST_ID)
    quantity: int = Field(1, ge=1, le=MOST_PER_LINE)


class ButtonIn(api.Input):
    """`priceId` and `quantity` of one price, or several as `products`."""

    price_id: int | None = Field(None, alias="priceId", ge=1, le=LARGEST_ID)
    quantity: int | None = Field(None, ge=1, le=MOST_PER_LINE)
    products: list[ProductIn] | None = Field(None, min_length=1, max_length=MOST_PRODUCTS)
    cancel_url: str | None = Field(None, alias="cancelUrl", max_length=LONGEST_ADDRESS)
    """The page of the button, to come back to; of a site on the list."""

    @model_validator(mode="after")
    def check_form(self) -> Self:
        names_one = self.price_id is not None
        if names_one == (self.products is not None) or (self.quantity and not names_one):
            raise ValueError("Send a priceId with its quantity, or products.")
        return self

    def wanted(self) -> Iterator[Wanted]:
        if self.price_id is not None:
            yield Wanted(self.price_id, self.quantity or 1)
        for number, product in enumerate(self.products or ()):
            yield Wanted(product.price_id, product.quantity, f"products.{number}.")


class HostedCheckoutOut(api.Output):
    id: str
    url: str


@bp.post(PATH, provide_automatic_options=False)
@api.endpoint(tag="Buy button", body=ButtonIn, returns=HostedCheckoutOut, status=201)
def create(body: ButtonIn) -> HostedCheckoutOut:
    """Start a purchase on Stripe's page, which asks who buys and where to deliver.

    `url` leads there. The stock is held for half an hour. 403 from a site that is not on the list
    of `SHOP_BUY_BUTTON_ORIGINS`, 429 after too many clicks.
    """
    client = clients.current()
    clients.count_click(client)
    started = beginning.start(
        goods.find(body.wanted()),
        client=client,
        origin=request.headers.get("Origin", ""),
        cancel_url=origins.page_or_cart(body.cancel_url or request.referrer),
    )
    return HostedCheckoutOut(id=started.id, url=started.url)


@bp.route(PATH, methods=["OPTIONS"])
def tell_browser() -> tuple[str, int]:
    return "", 204


@bp.errorhandler(clients.TooManyClicks)
def show_wait(error: clients.TooManyClicks) -> Response:
    response = api.problem(error.status, error.title, error.detail)
    response.headers["Retry-After"] = str(clients.WINDOW)
    return response
