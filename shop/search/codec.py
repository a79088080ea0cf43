"""How postings lie on disk: long plain blocks, read in one go.

Whoosh's own are made for reading a few of them by rank: short, packed, with the length of the
field beside each posting. We read whole lists and rank ourselves.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher
from whoosh.fields import FieldType
from whoosh.formats import Existence

BLOCK = 4096
Posting = tuple[bytes, int, float, bytes]


class Terms(FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field that is given its terms instead of text, and keeps no more than who has them."""

    def __init__(self) -> None:
        super().__init__(Existence(), analyzer=None)

    def index(
        self, value: frozenset[str], **_: object
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        return ((term.encode(), 1, 1.0, b"") for term in value)


class Pool:
    """Gathers the postings of a whole index in memory, in place of Whoosh's pool.

    That one sorts eight million of them, on disk, for a hundred thousand products; here each is
    a number at the end of a list. `add` and `iter_postings` are what a writer calls.
    """

    def __init__(self) -> None:
        self._documents: defaultdict[tuple[str, bytes], array[int]] = defaultdict(_numbers)

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        self._documents[posting[:2]].append(posting[2])

    def iter_postings(self) -> Iterator[tuple[str, bytes, int, float, bytes]]:
        for field, term in sorted(self._documents):
            for document in self._documents.pop((field, term)):
                yield field, term, document, 1.0, b""

    def cleanup(self) -> None:
        self._documents.clear()


def _numbers() -> "array[int]":
    return array("I")


class Codec(W3Codec):  # type: ignore[misc]
    length_stats = False

    def __init__(self) -> None:
        super().__init__(blocklimit=BLOCK, compression=0)

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> "Blocks":
        return Blocks(dbfile, *terminfo.extent(), format_, term=term, scorer=scorer)


class Blocks(W3LeafMatcher):  # type: ignore[misc]
    def all_ids(self) -> Iterator[int]:
        while self.is_active():
            self._read_ids()
            yield from self._ids
            self._next_block()

    def _read_ids(self) -> None:
        if self._data is None:
            self._read_data()
        self._ids = tuple(accumulate(self._data[0]))
