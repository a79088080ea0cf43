"""One generation of the Whoosh index, and the questions it answers."""

from array import array
from collections.abc import Collection, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nsmallest
from math import log
from typing import Any

from shop.search import bits, words
from shop.search.part import Part
from shop.search.words import Word

MOST_ENDINGS = 10
"""How many longer words a beginning stands for, the most frequent first."""
MOST_NEAR = 20
MUCH = 4
"""A spelling is offered when it is so many times as frequent as the one that was typed."""
BOOSTS = {"title": 4.0, "labels": 2.0}


class Reading:
    """Whoosh numbers its documents from 0; `ids` turns such a number into a product's id."""

    def __init__(self, searcher: Any, known: Mapping[str, Part] | None = None) -> None:
        """:param known: the parts of the generation before, most of which did not change."""
        self.searcher = searcher
        self.reader = searcher.reader()
        self.generation: int = self.reader.generation()
        self.size: int = self.reader.doc_count_all()
        self.ids, self.lengths, self.alive = array("q"), array("B"), 0
        self.parts: dict[str, Part] = {}
        for name, leaf in self._leaves():
            part = self.parts[name] = (known or {}).get(name) or Part(leaf)
            self.ids.extend(part.ids)
            self.lengths.extend(part.lengths)
            self.alive = self.alive << part.size | part.alive(leaf)
        self._having = lru_cache(512)(self._join_having)
        self._matching = lru_cache(128)(self._find_matching)
        self._endings = lru_cache(1024)(self._find_endings)

    def _leaves(self) -> Iterator[tuple[str, Any]]:
        """By name; an index without products has a reader of nothing, which has none."""
        for leaf, _ in self.reader.leaf_readers():
            if segment := leaf.segment():
                yield segment.segment_id(), leaf

    def matches(self, text: str) -> list[int]:
        return bits.chosen(self.ids, self._matching(words.read(text)))

    def best(self, text: str, among: Collection[int] | None, limit: int) -> list[int]:
        """Only those whose title or labels have a word; the rest are equally good.

        Not scored by Whoosh: its search for the best few never ends on some indexes.
        """
        found = words.read(text)
        candidates = self._matching(found)
        if among is not None:
            allowed, numbers = set(among), bits.slots(candidates, self.size)
            candidates = bits.of((n for n in numbers if self.ids[n] in allowed), self.size)
        scores = self._scores(found, candidates)
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

    def _find_matching(self, found: tuple[Word, ...]) -> int:
        """The documents with all of the words."""
        matching = self.alive if found else 0
        for word in found:
            any_form = 0
            for field, term in self._forms(word):
                any_form |= self._having(field, term)
            matching &= any_form
        return matching

    def _join_having(self, field: str, term: str) -> int:
        """The documents with the term."""
        joined = 0
        for name, leaf in self._leaves():
            part = self.parts[name]
            joined = joined << part.size | part.having(leaf, field, term)
        return joined

    def _forms(self, word: Word) -> list[tuple[str, str]]:
        """The terms that the word may stand for."""
        forms = [("words", word.stem)] if word.stem else []
        if word.is_prefix:
            forms += [("plain", ending) for ending in self._endings(word.text)]
        return forms

    def _find_endings(self, beginning: str) -> list[str]:
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
        for distance in (1, 2) if len(word) > 4 and not frequency else (1,):
            near = self._near(word, distance)
            usual = [other for other in near if self._frequency(other) > MUCH * frequency]
            if usual:
                return str(max(usual, key=lambda other: self._likeness(word, other)))
        return word

    def _near(self, word: str, distance: int) -> list[str]:
        """The most frequent words that are so few letters away.

        Each segment is asked alone: of several at once, Whoosh would measure every word there is.
        """
        frequency = self.reader.doc_frequency
        near = {other for other in _swapped(word) if frequency("plain", other)}
        for leaf, _ in self.reader.leaf_readers():
            near.update(leaf.terms_within("plain", word, distance, prefix=1))
        return sorted(near, key=lambda other: (-frequency("plain", other), other))[:MOST_NEAR]

    def _likeness(self, word: str, other: str) -> tuple[float, int]:
        ratio = SequenceMatcher(None, word, other).ratio()
        return round(ratio, 1), self._frequency(other)


def _swapped(word: str) -> Iterator[str]:
    """With two neighbors the other way round: the commonest slip, and two letters to Whoosh."""
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
