"""Lists whose search works by index, instead of a look at every row."""

from typing import Any, ClassVar

from sqlalchemy import ColumnElement, false, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from shop.admin.records import RecordView
from shop.admin.support import shapes
from shop.db import session

NEWEST = 10_000
"""Rows in which the middle of a text is looked for, so that the work stays bounded."""
PARTS = f"any part only in the newest {NEWEST:,}."


class FindingView(RecordView):
    """Finds what is named whole in all rows, and parts of it in the newest ones."""

    parts_of: ClassVar[tuple[InstrumentedAttribute[Any], ...]] = ()
    """Columns that are searched for any part, in the newest rows."""

    def named(self, text: str) -> list[ColumnElement[bool]]:
        """By index, what a text may mean as a whole; each is looked for by itself."""
        raise NotImplementedError

    def fits(self, text: str) -> ColumnElement[bool]:
        """Which rows a search means."""
        id: Any = self.model.id
        meanings = [*self.named(text), *self._among_newest(text)]
        found: ColumnElement[bool] = id.in_(union_all(*(select(id).where(one) for one in meanings)))
        return found

    def _among_newest(self, text: str) -> list[ColumnElement[bool]]:
        if not self.parts_of:
            return []
        id: Any = self.model.id
        is_new = id > select(func.coalesce(func.max(id), 0) - NEWEST).scalar_subquery()
        return [is_new & or_(*(has_part(one, text) for one in self.parts_of))]

    def init_search(self) -> bool:
        return True

    def _apply_search(self, query: Any, *given: Any) -> Any:
        *rest, typed = given
        text = shapes.tidy(typed)
        return query.filter(self.fits(text) if text else false()), *rest


def has_part(column: InstrumentedAttribute[Any], text: str) -> ColumnElement[bool]:
    """Whatever the case. Byte by byte, which takes a tenth of what a language's own rules do."""
    plain = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    if session.get_bind().dialect.name == "sqlite":
        compare: Any = column.like  # knows no case in ASCII
    else:
        compare = column.collate("C").ilike
    spellings = [plain] if plain.isascii() else shapes.spellings(plain)
    return or_(*(compare(f"%{one}%", escape="/") for one in spellings))
