"""The cart over JSON."""

from typing import Annotated

from flask import Blueprint
from pydantic import Field

from shop import api
from shop.cart import carts, changes, summary
from shop.cart.discounts import applying
from shop.cart.discounts.shapes import DiscountOut
from shop.cart.models import MOST_PER_LINE

bp = Blueprint("cart_api", __name__, url_prefix="/api/cart")

LARGEST_ID = 2**31 - 1
Quantity = Annotated[int, Field(ge=1, le=MOST_PER_LINE)]


class ItemInput(api.Input):
    price_id: int = Field(ge=1, le=LARGEST_ID)
    quantity: Quantity


class QuantityInput(api.Input):
    quantity: Quantity


class CodeInput(api.Input):
    code: str = Field(max_length=200)


class ItemOut(api.Output):
    id: int
    price_id: int
    product_id: int
    title: str
    note: str
    url: str
    quantity: int
    unit_amount: int
    amount: int
    discount: int
    change: str | None
    problem: str | None


class CartOut(api.Output):
    id: str | None
    version: int
    currency: str
    items: list[ItemOut] = Field(validation_alias="lines")
    subtotal: int
    """Before the discount."""
    discount: DiscountOut | None
    has_physical: bool
    notices: list[str]


@bp.get("")
@api.endpoint(tag="Cart", returns=CartOut)
def show() -> CartOut:
    """The cart in hand.

    Without one: an empty cart whose id is null. `notices` tells of changed prices and scarce goods.
    """
    return CartOut.model_validate(summary.current())


@bp.post("/items")
@api.endpoint(tag="Cart", body=ItemInput, returns=CartOut, status=201)
def create_item(body: ItemInput) -> CartOut:
    """Add a one-time price to the cart, on top of what is there of it."""
    carts.add(body.price_id, body.quantity)
    return CartOut.model_validate(summary.current())


@bp.patch("/items/<int(max=2147483647):line_id>")
@api.endpoint(tag="Cart", body=QuantityInput, returns=CartOut)
def update_item(line_id: int, body: QuantityInput) -> CartOut:
    """Set the quantity of an item."""
    carts.set_quantity(line_id, body.quantity)
    return CartOut.model_validate(summary.current())


@bp.delete("/items/<int(max=2147483647):line_id>")
@api.endpoint(tag="Cart", returns=CartOut)
def delete_item(line_id: int) -> CartOut:
    """Take an item out of the cart."""
    carts.remove(line_id)
    return CartOut.model_validate(summary.current())


@bp.post("/accepted-prices")
@api.endpoint(tag="Cart", returns=CartOut)
def accept_prices() -> CartOut:
    """Go on with the prices that changed since the items were added."""
    changes.accept()
    return CartOut.model_validate(summary.current())


@bp.put("/discount")
@api.endpoint(tag="Cart", body=CodeInput, returns=CartOut)
def apply_discount(body: CodeInput) -> CartOut:
    """Use a discount code, in any spelling, instead of the cart's other one.

    422 with the reason in `errors.code`; 429 after too many codes that do not exist. One that stops
    holding later stays in the cart, takes nothing off, and says why in `discount.problem`.
    """
    applying.apply_code(body.code)
    return CartOut.model_validate(summary.current())


@bp.delete("/discount")
@api.endpoint(tag="Cart", returns=CartOut)
def remove_discount() -> CartOut:
    """Take the discount code out of the cart."""
    applying.remove_code()
    return CartOut.model_validate(summary.current())
