"""Which products changed since this process looked last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from shop.db import session, utcnow
from shop.search.models import KEPT, SearchChange

MOST = 2_000
"""Of more changes than this no account is kept: everything is read again."""


@dataclass(frozen=True)
class Changes:
    """The latest change of each product that has one, as of one moment."""

    latest: Mapping[int, datetime]
    is_whole: bool
    """False when there are too many to tell."""
    seen_at: datetime = field(default_factory=utcnow)

    def since(self, before: "Changes") -> set[int] | None:
        """Ids of the products that changed meanwhile; None when that is not known any more.

        Compared one by one: what was committed late bears an earlier time than what was seen.
        """
        is_long_ago = self.seen_at - before.seen_at > KEPT / 2
        if is_long_ago or not (self.is_whole and before.is_whole):
            return None
        return {id_ for id_, at in self.latest.items() if before.latest.get(id_) != at}


def read() -> Changes:
    """Read before the products are: then none of these changes is missing from them."""
    query = select(SearchChange.product_id, SearchChange.changed_at).limit(MOST + 1)
    latest = dict(session.execute(query).all())
    return Changes(latest, is_whole=len(latest) <= MOST)
