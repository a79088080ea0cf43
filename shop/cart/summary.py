"""The cart as pages and the API show it. Amounts are minor units, beside their labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from shop import money
from shop.cart import changes, holds
from shop.cart.carts import current_cart
from shop.cart.models import Cart, CartLine
from shop.catalog.models import Image, Kind, Price, Product, Variant
from shop.db import session


@dataclass(frozen=True)
class ImageView:
    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class LineView:
    id: int
    price_id: int
    variant_id: int
    product_id: int
    kind: Kind
    title: str
    note: str
    """The variant's options in words."""
    url: str
    image: ImageView | None
    currency: str
    quantity: int
    unit_amount: int
    weight: int
    """Grams, of all units together."""
    tax_category: str
    change: str | None
    """That the price is another now, in words."""
    problem: str | None
    """What stands in the way of checking out, in words."""

    @property
    def amount(self) -> int:
        return self.unit_amount * self.quantity

    @property
    def unit_label(self) -> str:
        return money.show(self.unit_amount, self.currency)

    @property
    def amount_label(self) -> str:
        return money.show(self.amount, self.currency)


@dataclass(frozen=True)
class CartView:
    id: str | None
    """The cart's token; None when there is no cart yet."""
    version: int
    currency: str
    lines: Sequence[LineView]

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def subtotal_label(self) -> str:
        return money.show(self.subtotal, self.currency)

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def has_physical(self) -> bool:
        return any(line.kind == Kind.PHYSICAL for line in self.lines)

    @property
    def has_changes(self) -> bool:
        return any(line.change for line in self.lines)

    @property
    def has_problems(self) -> bool:
        return any(line.problem for line in self.lines)

    @property
    def notices(self) -> list[str]:
        """Everything to be said about the lines, each with its title."""
        said = [(line.title, text) for line in self.lines for text in (line.change, line.problem)]
        return [f"{title}: {text}" for title, text in said if text]


_LINES = (
    select(CartLine)
    .where(CartLine.cart_id == bindparam("cart_id"))
    .order_by(CartLine.id)
    .options(
        joinedload(CartLine.price, innerjoin=True)
        .joinedload(Price.variant, innerjoin=True)
        .joinedload(Variant.product, innerjoin=True)
        .joinedload(Product.images)
    )
)


def current() -> CartView:
    return of(current_cart())


def of(cart: Cart) -> CartView:
    lines = _load_lines(cart.id) if cart.id else []
    prices = changes.current_prices(lines)
    held = holds.of(cart.id) if any(_left(line) < line.quantity for line in lines) else {}
    views = [
        _line_view(line, prices[line.id], held.get(line.price.variant_id, 0)) for line in lines
    ]
    return CartView(cart.token, cart.version, cart.currency, views)


def _load_lines(cart_id: int) -> Sequence[CartLine]:
    return (
        session.scalars(
            _LINES,
            {"cart_id": cart_id},
            execution_options={"populate_existing": True},  # what a change just wrote counts
        )
        .unique()
        .all()
    )


def _line_view(line: CartLine, price: Price | None, held: int) -> LineView:
    variant = line.price.variant
    product = variant.product
    unit_amount = price.unit_amount if price else line.seen_amount
    return LineView(
        id=line.id,
        price_id=price.id if price else line.price_id,
        variant_id=variant.id,
        product_id=product.id,
        kind=product.kind,
        title=product.title,
        note=variant.title,
        url=url_for("catalog.product", slug=product.slug),
        image=_image_view(product.images[0]) if product.images else None,
        currency=line.price.currency,
        quantity=line.quantity,
        unit_amount=unit_amount,
        weight=variant.weight * line.quantity,
        tax_category=product.tax_category,
        change=_change(line, unit_amount),
        problem=_problem(line, price, held),
    )


def _image_view(image: Image) -> ImageView:
    return ImageView(
        url_for("catalog.media", path=image.path), image.alt, image.width, image.height
    )


def _change(line: CartLine, unit_amount: int) -> str | None:
    if unit_amount == line.seen_amount:
        return None
    now, before = (
        money.show(amount, line.price.currency) for amount in (unit_amount, line.seen_amount)
    )
    return f"The price is now {now}, it was {before}."


def _problem(line: CartLine, price: Price | None, held: int) -> str | None:
    if price is None:
        return "No longer for sale. Remove it to go on."
    left = _left(line) + held
    if left >= line.quantity:
        return None
    return f"Only {left} left." if left > 0 else "Sold out right now."


def _left(line: CartLine) -> int:
    available = line.price.variant.available
    return line.quantity if available is None else available
