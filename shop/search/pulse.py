"""One small question per request: what changed, and what is sold out right now?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, null, select, union_all

from shop.catalog.models import Variant
from shop.db import session
from shop.search.models import SearchChange


@dataclass(frozen=True)
class Pulse:
    changes: tuple[int, datetime | None]
    """How many products wait for the index, and since when the last one does."""
    empty_variants: dict[int, int]
    """For each product, how many of its variants have nothing left to sell."""


def take() -> Pulse:
    waiting: Any = select(literal(0), func.count(), func.max(SearchChange.changed_at))
    empty = (
        select(Variant.product_id, func.count(), null())
        .where(Variant.tracks_stock, Variant.on_hand <= Variant.reserved)
        .group_by(Variant.product_id)
    )
    rows = session.execute(union_all(waiting, empty)).all()
    counts = {row[0]: row[1] for row in rows}
    waits = counts.pop(0)
    return Pulse((waits, max((row[2] for row in rows if row[2]), default=None)), counts)
