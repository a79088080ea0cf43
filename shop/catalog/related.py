"""What else may interest who looks at a product."""

from sqlalchemy import bindparam, select

from shop.catalog import remembered
from shop.catalog.cards import CARDS, PRODUCT, ProductView, cards, cards_by_id
from shop.catalog.models import product_categories

MOST = 4

_links = product_categories.c
_newest_linked = (
    select(_links.product_id)
    .where(_links.category_id == bindparam("category"))
    .order_by(_links.product_id.desc())
    .limit(2 * MOST + 1)  # some may be drafts
)
_cards = CARDS.where(PRODUCT.id.in_(_newest_linked))


def related(product_id: int, category_id: int | None, currency: str) -> list[ProductView]:
    """The newest others of the category. One query, once for all pages of the category."""
    if category_id is None:
        return []
    others = [id for id in _newest(category_id, currency) if id != product_id]
    return cards(others[:MOST], currency)


def _newest(category_id: int, currency: str) -> list[int]:
    memory, key = remembered.current(), ("newest", category_id, currency)
    ids: list[int] | None = memory.get(key)
    if ids is None:
        found = cards_by_id(_cards, currency, category=category_id)
        ids = sorted(found, reverse=True)[: MOST + 1]
        memory.put(key, 0, ids)
    return ids
