"""What staff can put into a draft, found by words or by its SKU."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from shop.catalog.models import Kind, Price, Product, Status, Variant
from shop.db import session
from shop.search import backend, filters
from shop.search.backend import SearchUnavailable

MOST_PRODUCTS = 10
MOST = 30


def find(text: str, currency: str, *kinds: Kind) -> Sequence[Price]:
    """Prices that can be bought once, with their variants and products.

    :param kinds: of the products; any of them by default.
    """
    text = filters.clean(text)
    if not text:
        return []
    is_its_sku = Variant.sku.in_({text, text.upper()})
    query = (
        select(Price)
        .join(Price.variant)
        .join(Variant.product)
        .where(Price.is_active, Price.interval.is_(None), Price.currency == currency)
        .where(Product.status == Status.PUBLISHED, Product.kind.in_(kinds or [*Kind]))
        .where(or_(Variant.product_id.in_(_named(text)), is_its_sku))
        .options(contains_eager(Price.variant).contains_eager(Variant.product))
        .order_by(is_its_sku.desc(), Product.title, Variant.position, Price.id)
        .limit(MOST)
    )
    return session.scalars(query).all()


def _named(text: str) -> Sequence[int]:
    """Ids of products; none without an index, where a whole SKU still finds its variant."""
    with suppress(SearchUnavailable):
        engine = backend.current()
        ids = [*engine.best(text, None, MOST_PRODUCTS), *engine.matches(text)[: 2 * MOST_PRODUCTS]]
        return list(dict.fromkeys(ids))[:MOST_PRODUCTS]
    return []


def currencies() -> list[str]:
    """In which anything can be bought once."""
    sold = select(Price.currency).where(Price.is_active, Price.interval.is_(None))
    return sorted(session.scalars(sold.distinct()))
