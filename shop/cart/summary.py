"""The cart as pages and the API show it. Amounts are minor units, beside their labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for

from shop import money
from shop.cart import changes, holds, lines
from shop.cart.carts import empty_cart, find_with_lines
from shop.cart.changes import CurrentPrice
from shop.cart.discounts import standing
from shop.cart.discounts.standing import Standing
from shop.cart.lines import Line
from shop.cart.models import Cart
from shop.catalog.models import Kind


@dataclass(frozen=True)
class ImageView:
    path: str
    alt: str
    width: int
    height: int

    @property
    def url(self) -> str:
        return url_for("catalog.media", path=self.path)


@dataclass(frozen=True)
class LineView:
    id: int
    price_id: int
    variant_id: int
    product_id: int
    kind: Kind
    title: str
    sku: str
    options: Mapping[str, str]
    slug: str
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
    discount: int = 0
    """Taken off the amount by the cart's code."""

    @property
    def url(self) -> str:
        return url_for("catalog.product", slug=self.slug)

    @property
    def note(self) -> str:
        """The variant's options in words."""
        return " / ".join(self.options.values())

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
    discount: Standing | None = None

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def subtotal_label(self) -> str:
        return money.show(self.subtotal, self.currency)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """For the slip: labels and amounts."""
        rows = [("Items", str(self.count))]
        if self.discount and self.discount.amount:
            rows += [("Subtotal", self.subtotal_label), self.discount.row]
        return rows

    @property
    def total_row(self) -> tuple[str, str]:
        """Before tax and delivery."""
        if not self.discount or not self.discount.amount:
            return ("Subtotal", self.subtotal_label)
        return ("After discount", money.show(self.subtotal - self.discount.amount, self.currency))

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

    def is_troubled(self, line_id: int) -> bool:
        return any(line.problem for line in self.lines if line.id == line_id)

    @property
    def notices(self) -> list[str]:
        """Everything to be said about the lines, each with its title."""
        said = [(line.title, text) for line in self.lines for text in (line.change, line.problem)]
        return [f"{title}: {text}" for title, text in said if text]


def current() -> CartView:
    return of(*(find_with_lines() or (empty_cart(), [])))


def of(cart: Cart, rows: Sequence[Line] | None = None, email: str = "") -> CartView:
    """:param rows: its lines, where they were read with it.
    :param email: where the order's mails will go, once that is known.
    """
    if rows is None:
        rows = lines.read(cart.id) if cart.id else []
    prices = changes.current_prices(rows)
    held = holds.of(cart.id) if any(lines.available(row) < row.quantity for row in rows) else {}
    views = [_line_view(row, prices[row.id], held.get(row.variant_id, 0)) for row in rows]
    discount = standing.of_cart(cart, views, email)
    if discount and discount.amount:
        views = [replace(view, discount=x) for view, x in zip(views, discount.shares, strict=True)]
    return CartView(cart.token, cart.version, cart.currency, views, discount)


def _line_view(row: Line, price: CurrentPrice | None, held: int) -> LineView:
    unit_amount = price.unit_amount if price else row.seen_amount
    return LineView(
        id=row.id,
        price_id=price.id if price else row.price_id,
        variant_id=row.variant_id,
        product_id=row.product_id,
        kind=row.kind,
        title=row.title,
        sku=row.sku,
        options=row.options,
        slug=row.slug,
        image=ImageView(row.path, row.alt, row.width, row.height) if row.path else None,
        currency=row.currency,
        quantity=row.quantity,
        unit_amount=unit_amount,
        weight=row.weight * row.quantity,
        tax_category=row.tax_category,
        change=_change(row, unit_amount),
        problem=_problem(row, price, held),
    )


def _change(row: Line, unit_amount: int) -> str | None:
    if unit_amount == row.seen_amount:
        return None
    now, before = (money.show(amount, row.currency) for amount in (unit_amount, row.seen_amount))
    return f"The price is now {now}, it was {before}."


def _problem(row: Line, price: CurrentPrice | None, held: int) -> str | None:
    if price is None:
        return "No longer for sale. Remove it to go on."
    left = lines.available(row) + held
    if left >= row.quantity:
        return None
    return f"Only {left} left." if left > 0 else "Sold out right now."
