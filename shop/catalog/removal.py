"""Products and variants that nobody ever bought, taken away for good."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from shop.catalog.models import Product, StockMovement, Variant
from shop.db import session
from shop.errors import ShopError


class StillNeeded(ShopError):
    title = "It cannot be deleted"
    message = (
        "It was sold or its stock was counted, or it is in a cart, an order or a release. "
        "Archive it instead."
    )


def remove(row: Product | Variant) -> None:
    """Delete it with all that only belongs to it.

    The database knows best who else refers to it: orders, carts, licenses, files, Stripe.

    :raises StillNeeded: and leaves all as it was.
    """
    try:
        with session.begin_nested():
            session.delete(row)
    except IntegrityError as error:
        raise StillNeeded from error


def was_counted(variants: Sequence[Variant]) -> bool:
    """Whether units of it came or went: that is told for good."""
    ids = [variant.id for variant in variants]
    moved = exists().where(StockMovement.variant_id.in_(ids))
    return bool(session.scalar(select(moved)))
