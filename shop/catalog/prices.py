"""Which prices can be bought."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager

from shop.catalog.models import Price, Product, Status, Variant
from shop.db import session
from shop.errors import ShopError

LARGEST_ID = 2**31 - 1  # a larger number is no id, and no database takes it for one


_SELLABLE = (
    select(Price)
    .join(Price.variant)
    .join(Variant.product)
    .where(Price.id == bindparam("id"), Price.is_active, Product.status == Status.PUBLISHED)
    .options(
        contains_eager(Price.variant)
        .contains_eager(Variant.product)
        .defer(Product.description)
        .defer(Product.description_html)
    )
)


class NotForSale(ShopError):
    """Withdrawn, not published yet, or never there: the answer does not say which."""

    status = 404
    title = "Not for sale"
    message = "This is not for sale. It may have been taken off the shelf."


def sellable(price_id: int) -> Price:
    """An active price of a published product, with its variant and product loaded.

    :raises NotForSale: when there is none with this id.
    """
    price = session.scalar(_SELLABLE, {"id": price_id}) if 0 < price_id <= LARGEST_ID else None
    if price is None:
        raise NotForSale
    return price
