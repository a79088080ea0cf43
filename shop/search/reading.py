"""One generation of the Whoosh index, and the questions it answers."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nsmallest
from math import log
from typing import Any, TypeAlias

from whoosh.query import Term

from shop.search import bits, words
from shop.search.words import Word

Segment: TypeAlias = "tuple[array[int], array[int]]"
"""Product ids and lengths of titles, by document number."""

MOST_ENDINGS = 10
"""How many longer words a beginning stands for, the most frequent first."""
MUCH = 4
"""A spelling is offered when it is so many times as frequent as the one that was typed."""
BOOSTS = {"title": 4.0, "labels": 2.0}


class Reading:
    """Whoosh numbers its documents from 0; `ids` turns such a number into a product's id."""

    def __init__(self, searcher: Any, known: Mapping[str, Segment] | None = None) -> None:
        """:param known: the segments of the generation before, most of which did not change."""
        self.searcher = searcher
        self.reader = searcher.reader()
        self.generation: int = self.reader.generation()
        self.size: int = self.reader.doc_count_all()
        self.ids, self.lengths = array("q"), array("B")
        self.segments: dict[str, Segment] = {}
        for leaf, _ in self.reader.leaf_readers():
            name = leaf.segment().segment_id()
            self.segments[name] = (known or {}).get(name) or _read(leaf)
            self.ids.extend(self.segments[name][0])
            self.lengths.extend(self.segments[name][1])
        self._having = lru_cache(512)(self._read_having)
        self._matching = lru_cache(128)(self._find_matching)

    def matches(self, text: str) -> list[int]:
        return [self.ids[number] for number in self._matching(words.read(text))]

    def best(self, text: str, among: Collection[int], limit: int) -> list[int]:
        """Only those whose title or labels have a word; the rest are equally good.

        Not scored by Whoosh: its search for the best few never ends on some indexes.
        """
        found, allowed = words.read(text), set(among)
        numbers = (number for number in self._matching(found) if self.ids[number] in allowed)
        scores = self._scores(found, bits.of(numbers, self.size))
        ranked = nsmallest(limit, scores, key=lambda n: (-scores[n], self.lengths[n], n))
        return [self.ids[number] for number in ranked]

    def corrected(self, text: str) -> str | None:
        """Words are put right that no product has, or few compared with a word much like it."""
        written = words.split(text)
        better = [
            self._closest(word, self._frequency(word, is_last=n == len(written)))
            for n, word in enumerate(written, 1)
        ]
        return None if better == written else " ".join(better)

    def _find_matching(self, found: tuple[Word, ...]) -> Sequence[int]:
        if not found:
            return ()
        mask = bits.everything(self.size)
        for word in found:
            any_form = 0
            for field, term in self._forms(word):
                any_form |= self._having(field, term)
            mask &= any_form
        return bits.slots(mask, self.size)

    def _read_having(self, field: str, term: str) -> int:
        """The documents with the term."""
        return bits.of(self._postings(field, term), self.size)

    def _postings(self, field: str, term: str) -> Iterator[int]:
        for searcher, offset in self.searcher.leaf_searchers():
            matcher = Term(field, term).matcher(searcher, searcher.boolean_context())
            yield from (number + offset for number in matcher.all_ids())

    def _forms(self, word: Word) -> list[tuple[str, str]]:
        """The terms that the word may stand for."""
        forms = [("words", word.stem)] if word.stem else []
        if word.is_prefix:
            forms += [("plain", ending) for ending in self._endings(word.text)]
        return forms

    def _endings(self, beginning: str) -> list[str]:
        """The most frequent words that begin so."""
        field = self.reader.schema["plain"]
        terms = []
        for number, term in enumerate(self.reader.expand_prefix("plain", beginning)):
            terms.append((self.reader.doc_frequency("plain", term), field.from_bytes(term)))
            if number >= 500:
                break
        terms.sort(reverse=True)
        return [text for _, text in terms[:MOST_ENDINGS]]

    def _scores(self, found: tuple[Word, ...], candidates: int) -> dict[int, float]:
        """By document; a rare word counts more than a frequent one."""
        scores: dict[int, float] = {}
        for word in found:
            for field, term in ((field, word.stem) for field in BOOSTS if word.stem):
                self._lift(scores, BOOSTS[field], self._having(field, term), candidates)
            if word.is_prefix:
                longer = 0
                for ending in self._endings(word.text):
                    longer |= self._having("plain", ending)
                self._lift(scores, 1.0, longer, candidates)
        return scores

    def _lift(self, scores: dict[int, float], boost: float, having: int, candidates: int) -> None:
        weight = boost * log(1 + self.size / (having.bit_count() or 1))
        for number in bits.slots(having & candidates, self.size):
            scores[number] = scores.get(number, 0.0) + weight

    def _frequency(self, word: str, *, is_last: bool = False) -> int:
        """How many documents have the word; the last one may be a beginning."""
        stem = words.stem(word)
        found: int = self.reader.doc_frequency("words", stem) if stem else 1
        if not found and is_last:
            return len(self._endings(word))
        return found

    def _closest(self, word: str, frequency: int) -> str:
        """The likeliest spelling; the word itself when nothing is near, or not much more usual."""
        if len(word) < 3 or word.isdigit():
            return word
        corrector = self.searcher.corrector("plain")
        for distance in (1, 2) if len(word) > 4 and not frequency else (1,):
            near = corrector.suggest(word, limit=20, maxdist=distance, prefix=1)
            usual = [other for other in near if self._frequency(other) > MUCH * frequency]
            if usual:
                return str(max(usual, key=lambda other: self._likeness(word, other)))
        return word

    def _likeness(self, word: str, other: str) -> tuple[float, int]:
        ratio = SequenceMatcher(None, word, other).ratio()
        return round(ratio, 1), self._frequency(other)


def _read(leaf: Any) -> Segment:
    """Also of documents that were deleted: the numbers go on counting them."""
    stored = [leaf.stored_fields(number) for number in range(leaf.doc_count_all())]
    return array("q", [int(one["id"]) for one in stored]), array(
        "B", [one["length"] for one in stored]
    )
