"""A link attribute that comes after the first buyers: they get their grant, whoever sets it.

A session event, as the search has one: the back office and imports save products in their own ways,
and none of them may be able to forget who has paid already.
"""

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, UOWTransaction

from shop.catalog.models import Product
from shop.downloads import late


def follow_links() -> None:
    """Called once, by the composition root; a second call changes nothing."""
    if not event.contains(Session, "after_flush", _after_flush):
        event.listen(Session, "after_flush", _after_flush)


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    for row in session.dirty:
        if isinstance(row, Product) and _has_new_link(row):
            late.give(row.id)


def _has_new_link(product: Product) -> bool:
    return bool(inspect(product).attrs.download_url.history.added and product.download_url)
