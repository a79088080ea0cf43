"""From what people type to what can be looked up. No character of a query has a special meaning."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from whoosh.analysis import STOP_WORDS
from whoosh.lang.snowball.english import EnglishStemmer

LONGEST_QUERY = 200
MOST_WORDS = 12

# Whoosh's usual stemmer makes "runn" of "running"; this one does not
_STEMMER = EnglishStemmer()
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Word:
    text: str
    stem: str
    """Empty for words that say nothing, such as "the"."""
    is_prefix: bool
    """Whether it may be the beginning of a longer word: the last one, and numbers of parts."""


def fold(text: str) -> str:
    """Lower case, no accents: `Café` and `CAFE` are the same word."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


def all_of(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(stem, words)) - {""}


def split(text: str) -> list[str]:
    return all_of(text[:LONGEST_QUERY])[:MOST_WORDS]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Of a folded word; empty when it says nothing."""
    return "" if len(word) < 2 or word in STOP_WORDS else str(_STEMMER.stem(word))


def read(text: str) -> tuple[Word, ...]:
    """The words that a match must have; filler counts only when there is nothing else."""
    found = split(text)
    words = [
        Word(word, stem(word), is_prefix=n == len(found) or any(map(str.isdigit, word)))
        for n, word in enumerate(found, 1)
    ]
    return tuple(word for word in words if word.stem) or tuple(words[-1:])
