"""One segment of the Whoosh index. It never changes, but for documents that are deleted."""

from array import array
from typing import Any

from whoosh.reading import TermNotFound

from shop.search import bits
from shop.search.answers import Answers

TERMS = 512
"""So many lists of documents are kept: 6 MB at most for a hundred thousand products."""


class Part:
    def __init__(self, leaf: Any) -> None:
        self.size: int = leaf.doc_count_all()
        self.ids = array("q", leaf.column_reader("number", translate=False).load())
        self.lengths = array("B", leaf.column_reader("length", translate=False).load())
        self._lists: Answers[int] = Answers(TERMS)

    def having(self, leaf: Any, field: str, term: str) -> int:
        """The documents with the term; some may have been deleted since.

        :param leaf: its present reader.
        """
        return self._lists.get((field, term), lambda: self._read(leaf, field, term))

    def _read(self, leaf: Any, field: str, term: str) -> int:
        try:
            postings = leaf.postings(field, term)
        except TermNotFound:
            return 0
        whole = getattr(postings, "child", postings)  # `alive` leaves out what was deleted, faster
        return bits.of(whole.all_ids(), self.size)

    def alive(self, leaf: Any) -> int:
        return bits.everything(self.size) & ~bits.of(leaf.segment().deleted_docs(), self.size)
