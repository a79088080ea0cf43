"""What the search box offers while somebody types: products, categories, the whole search."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from shop.catalog.cards import ProductView, cards
from shop.search import backend, snapshots, words
from shop.search.categories import Branch

MOST_PRODUCTS = 5
MOST_CATEGORIES = 3


@dataclass(frozen=True)
class Suggestions:
    text: str
    products: Sequence[ProductView]
    categories: Sequence[Branch]


def suggest(text: str, currency: str) -> Suggestions:
    """:raises SearchUnavailable: when the index cannot be read."""
    if not text:
        return Suggestions(text, [], [])
    engine = backend.current()
    ids = engine.matches(text)
    if not ids and (better := engine.corrected(text)):
        text, ids = better, engine.matches(better)
    best = engine.best(text, None, MOST_PRODUCTS)
    best = list(dict.fromkeys([*best, *ids[: 2 * MOST_PRODUCTS]]))[:MOST_PRODUCTS]
    return Suggestions(text, cards(best, currency) if best else [], _categories(text))


def _categories(text: str) -> list[Branch]:
    """Those with a word that begins with each word typed."""
    typed = words.split(text)
    tree = snapshots.current().tree
    return [
        branch
        for branch in tree.values()
        if typed and all(_begins_any(word, branch.name) for word in typed)
    ][:MOST_CATEGORIES]


def _begins_any(beginning: str, name: str) -> bool:
    return any(word.startswith(beginning) for word in _words_of(name))


_words_of = lru_cache(maxsize=10_000)(words.split)
