"""Products as cards: what lists, the front page and suggestions show of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, Select, String, bindparam, select, type_coerce

from shop import money
from shop.catalog import remembered
from shop.catalog.models import Image, Price, Product, Status, Variant
from shop.catalog.shelf import ImageView, media_url, period, product_url
from shop.db import session

FEW = 3


@dataclass(frozen=True, slots=True)
class ProductView:
    """A card; the labels are ready to show."""

    id: int
    url: str
    title: str
    summary: str
    image: ImageView | None
    price_label: str | None
    compare_label: str | None
    from_price: bool
    interval: str | None
    badge: str | None


def cards(products: Sequence[int | Product], currency: str) -> list[ProductView]:
    """In the order given, without those that are not published. One query for all that is new."""
    ids = [product if isinstance(product, int) else product.id for product in products]
    memory = remembered.current()
    found = {id: card for id in ids if (card := memory.get(("card", id, currency)))}
    if missing := [id for id in ids if id not in found]:
        found |= cards_by_id(_OF_IDS, currency, ids=missing)
    return [found[id] for id in ids if id in found]


def cards_by_id(rows: Select[Any], currency: str, **parameters: object) -> dict[int, ProductView]:
    """The cards of `CARDS`, narrowed down by a condition on `PRODUCT`."""
    memory = remembered.current()
    products: dict[int, list[CardRow]] = {}
    for row in session.execute(rows, {"currency": currency, **parameters}).all():
        if row[1] == Status.PUBLISHED:
            products.setdefault(row[0], []).append(CardRow._make(row))
    found = {id: _card(prices, currency) for id, prices in products.items()}
    for id, card in found.items():
        memory.put(("card", id, currency), id, card)
    return found


class CardRow(NamedTuple):
    """One price of a product; a product without one has a row all the same."""

    id: int
    status: str
    slug: str
    title: str
    summary: str
    image: str | None
    alt: str
    width: int
    height: int
    unit_amount: int | None
    compare_at_amount: int | None
    interval: str | None
    interval_count: int
    variant_id: int
    tracks_stock: bool
    available: int


def _card_rows() -> Select[Any]:
    """The columns of `CardRow`, of tables and not of models: nothing is made of them but tuples.

    The status is no condition here: SQLite would walk all that is published to find a few ids.
    """
    products, images = Product.__table__, Image.__table__
    variants, prices = Variant.__table__, Price.__table__
    product, image, variant, price = products.c, images.c, variants.c, prices.c
    shown = price.is_active & (price.currency == bindparam("currency"))
    return (
        select(product.id, type_coerce(product.status, String))
        .add_columns(product.slug, product.title, product.summary)
        .add_columns(image.path, image.alt, image.width, image.height)
        .add_columns(price.unit_amount, price.compare_at_amount)
        .add_columns(type_coerce(price.interval, String), price.interval_count)
        .add_columns(price.variant_id, variant.tracks_stock, variant.on_hand - variant.reserved)
        .select_from(products)
        .outerjoin(images, image.id == first_image())
        .outerjoin(variants, variant.product_id == product.id)
        .outerjoin(prices, (price.variant_id == variant.id) & shown)
    )


def first_image() -> ScalarSelect[Any]:
    """The id of the picture that stands for the product of the statement around it."""
    products, image = Product.__table__, Image.__table__.c
    return (
        select(image.id)
        .where(image.product_id == products.c.id)
        .order_by(image.position, image.id)
        .limit(1)
        .correlate(products)
        .scalar_subquery()
    )


# made once: putting a statement together takes longer than SQLite takes to answer it
CARDS = _card_rows()
PRODUCT = Product.__table__.c
_OF_IDS = CARDS.where(PRODUCT.id.in_(bindparam("ids", expanding=True)))


def _card(rows: list[CardRow], currency: str) -> ProductView:
    first = rows[0]
    prices = [row for row in rows if row.unit_amount is not None]
    once = [row for row in prices if row.interval is None]
    in_stock = [row for row in once if row.available > 0 or not row.tracks_stock]
    offered = in_stock or once or prices
    shown = min(offered, key=attrgetter("unit_amount"), default=None)
    varies = len({row.unit_amount for row in offered}) > 1
    amount = shown.unit_amount if shown else None
    compare = shown and not varies and shown.compare_at_amount
    return ProductView(
        id=first.id,
        url=product_url(first.slug),
        title=first.title,
        summary=first.summary,
        image=_picture(first),
        price_label=None if amount is None else money.show(amount, currency),
        compare_label=money.show(compare, currency) if compare else None,
        from_price=varies,
        interval=period(shown.interval, shown.interval_count) if shown and shown.interval else None,
        badge=_badge(prices),
    )


def _picture(row: CardRow) -> ImageView | None:
    return ImageView(media_url(row.image), row.alt, row.width, row.height) if row.image else None


def _badge(rows: list[CardRow]) -> str | None:
    """What the card says about stock, when it is little."""
    if not rows or not all(row.tracks_stock for row in rows):
        return None
    left = sum({row.variant_id: row.available for row in rows}.values())
    if left > FEW:
        return None
    return f"{left} left" if left else "Sold out"
