"""Lists whose search is one of the shop's own, by index, instead of a look at every row."""

from typing import Any

from sqlalchemy import ColumnElement, false

from shop.admin.records import RecordView
from shop.admin.support import shapes


class FindingView(RecordView):
    def fits(self, text: str) -> ColumnElement[bool]:
        """Which rows a search means."""
        raise NotImplementedError

    def init_search(self) -> bool:
        return True

    def _apply_search(self, query: Any, count_query: Any, *joins: Any) -> Any:
        *joined, typed = joins
        text = shapes.tidy(typed)
        where = self.fits(text) if text else false()
        counted = None if count_query is None else count_query.filter(where)
        return query.filter(where), counted, *joined
