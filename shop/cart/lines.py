"""A cart's lines with all that is shown and counted of them, in one statement.

Plain columns: every page and every step of a checkout reads them, and mapped objects would cost
four times as much.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from shop.cart.models import Cart, CartLine
from shop.catalog.models import Image, Price, Product, Variant
from shop.db import session

_line, _price = CartLine.__table__.c, Price.__table__.c
_variant, _product, _image = Variant.__table__.c, Product.__table__.c, Image.__table__.c

_FIRST_IMAGE = (
    select(_image.id)
    .where(_image.product_id == _product.id)
    .order_by(_image.position, _image.id)
    .limit(1)
    .correlate(Product.__table__)
    .scalar_subquery()
)
_COLUMNS = (
    *(_line.id, _line.price_id, _line.quantity, _line.seen_amount),
    *(_price.variant_id, _price.currency, _price.unit_amount, _price.is_active),
    *(_variant.sku, _variant.options, _variant.weight),
    *(_variant.tracks_stock, _variant.on_hand, _variant.reserved),
    *(_variant.product_id, _product.slug, _product.title, _product.kind),
    *(_product.status, _product.tax_category),
    *(_image.path, _image.alt, _image.width, _image.height),
)
_LINES = (
    select(*_COLUMNS)
    .join(Price.__table__, _price.id == _line.price_id)
    .join(Variant.__table__, _variant.id == _price.variant_id)
    .join(Product.__table__, _product.id == _variant.product_id)
    .outerjoin(Image.__table__, _image.id == _FIRST_IMAGE)
    .where(_line.cart_id == bindparam("cart_id"))
    .order_by(_line.id)
)

Line = Row[Any]


def read(cart_id: int) -> Sequence[Line]:
    session.flush()  # what a change just wrote counts
    rows: Sequence[Any] = session.connection().execute(_LINES, {"cart_id": cart_id}).all()
    return rows


def beside(statement: Select[Any]) -> Select[Any]:
    """What the statement reads of one cart, with the cart's lines: a row for each, or one without.

    For `found_in`. Not while the cart is being locked: the lines would be those of before.
    """
    return (
        statement.add_columns(*_COLUMNS)
        .outerjoin(CartLine.__table__, _line.cart_id == Cart.id)
        .outerjoin(Price.__table__, _price.id == _line.price_id)
        .outerjoin(Variant.__table__, _variant.id == _price.variant_id)
        .outerjoin(Product.__table__, _product.id == _variant.product_id)
        .outerjoin(Image.__table__, _image.id == _FIRST_IMAGE)
        .order_by(_line.id)
    )


def found_in(rows: Sequence[Any]) -> Sequence[Line]:
    return [row for row in rows if row.id is not None]


def available(line: Line) -> int:
    """Units that can still be sold; all that are wanted when stock is not counted."""
    left: int = line.on_hand - line.reserved if line.tracks_stock else line.quantity
    return left
