"""What else may interest who looks at a product."""

from sqlalchemy import bindparam, select

from shop.catalog import remembered
from shop.catalog.cards import CARDS, PRODUCT, ProductView, cards, cards_by_id
from shop.catalog.models import product_categories

MOST = 4

_links = product_categories.c
_neighbors = (
    select(_links.product_id)
    .where(_links.category_id == bindparam("category"), _links.product_id != bindparam("product"))
    .order_by(_links.product_id.desc())
    .limit(2 * MOST)  # some may be drafts
)
_cards = CARDS.where(PRODUCT.id.in_(_neighbors))


def related(product_id: int, category_id: int | None, currency: str) -> list[ProductView]:
    """The newest others of the category. One query."""
    if category_id is None:
        return []
    memory, key = remembered.current(), ("related", product_id)
    ids: list[int] | None = memory.get(key)
    if ids is not None:
        return cards(ids, currency)
    found = cards_by_id(_cards, currency, category=category_id, product=product_id)
    ids = sorted(found, reverse=True)[:MOST]
    memory.put(key, product_id, ids)
    return [found[id] for id in ids]
