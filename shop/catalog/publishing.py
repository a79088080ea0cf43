"""What stands on the shelf. Nothing is lost by taking a product off it."""

from collections.abc import Iterable

from sqlalchemy import exists, select

from shop.catalog.models import Price, Product, Status, Variant
from shop.db import session, utcnow
from shop.errors import ShopError


class NoPrice(ShopError):
    title = "It has no price"

    def __init__(self, product: Product) -> None:
        super().__init__(f"“{product.title}” needs a price before it is published.")


def set_status(product: Product, status: Status) -> bool:
    """False when it has this status already.

    :raises NoPrice: when it is to be sold and costs nothing yet, not even zero.
    """
    if product.status is status:
        return False
    if status is Status.PUBLISHED and not has_price(product):
        raise NoPrice(product)
    product.status = status
    if status is Status.PUBLISHED and product.published_at is None:
        product.published_at = utcnow()
    return True


def set_all(ids: Iterable[int], status: Status) -> tuple[dict[int, Status], list[str]]:
    """What those were that changed, by id, and why others did not."""
    before, problems = {}, []
    wanted = select(Product).where(Product.id.in_(ids)).order_by(Product.id)
    for product in session.scalars(wanted.with_for_update()).all():
        was = product.status
        try:
            if set_status(product, status):
                before[product.id] = was
        except NoPrice as error:
            problems.append(error.detail)
    return before, problems


def has_price(product: Product) -> bool:
    active = exists().where(
        Variant.product_id == product.id, Price.variant_id == Variant.id, Price.is_active
    )
    return bool(session.scalar(select(active)))
