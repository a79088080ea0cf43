"""Products and variants that nobody ever bought, taken away for good."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError

from shop.catalog.models import Product, StockMovement, Variant
from shop.db import session
from shop.errors import ShopError

SALE = "sale"


class StillNeeded(ShopError):
    title = "It cannot be deleted"
    message = "It was sold, or is in a cart, an order or a release. Archive it instead."


def remove(row: Product | Variant) -> None:
    """Delete it with all that only belongs to it; its stock movements go too.

    The database knows best who else refers to it: orders, carts, licenses, files, Stripe.

    :raises StillNeeded: and leaves all as it was.
    """
    variants = row.variants if isinstance(row, Product) else [row]
    if was_sold(variants):
        raise StillNeeded
    ids = [variant.id for variant in variants]
    try:
        with session.begin_nested():
            session.execute(delete(StockMovement).where(StockMovement.variant_id.in_(ids)))
            session.delete(row)
    except IntegrityError as error:
        raise StillNeeded from error


def was_sold(variants: Sequence[Variant]) -> bool:
    """Whether units of it left the shelf; what is not counted, `remove` finds out."""
    ids = [variant.id for variant in variants]
    sale = exists().where(StockMovement.variant_id.in_(ids), StockMovement.reason == SALE)
    return bool(session.scalar(select(sale)))
