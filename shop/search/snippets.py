"""Marks what was searched for in titles and descriptions. Everything else is escaped."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from markupsafe import Markup, escape
from sqlalchemy import select

from shop.catalog.models import Product
from shop.catalog.shelf import ProductView
from shop.db import session
from shop.search import words
from shop.search.schema import plain_text

WIDTH = 140
"""Characters of a description around the first match."""

_WORD = re.compile(r"\w+")

IsHit = Callable[[str], bool]


def mark_cards(cards: Sequence[ProductView], text: str) -> list[ProductView]:
    """The cards with `<mark>` around the words of the query."""
    is_hit = _matcher(text)
    descriptions = _descriptions([card.id for card in cards])
    return [
        replace(
            card,
            title=mark(card.title, is_hit),
            summary=_summary(card.summary, descriptions.get(card.id, ""), is_hit),
        )
        for card in cards
    ]


def mark(text: str, is_hit: IsHit) -> Markup:
    parts, end = [], 0
    for match in _WORD.finditer(text):
        if is_hit(match.group()):
            hit = Markup("<mark>{}</mark>").format(match.group())
            parts += [escape(text[end : match.start()]), hit]
            end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def excerpt(text: str, is_hit: IsHit) -> str:
    """The part of the text around its first hit; empty when there is none."""
    first = next((match for match in _WORD.finditer(text) if is_hit(match.group())), None)
    if first is None:
        return ""
    start = max(0, first.start() - WIDTH // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    part = text[start : start + WIDTH]
    if start + WIDTH < len(text):
        part = part.rpartition(" ")[0] + " …"
    return f"… {part}" if start else part


def _summary(summary: str, description: str, is_hit: IsHit) -> str:
    """The summary; where only the description has the words, its part with them."""
    marked = mark(summary, is_hit)
    if "<mark>" in marked:
        return marked
    return mark(excerpt(description, is_hit), is_hit) or marked


def _matcher(text: str) -> IsHit:
    found = words.read(text)
    stems = {word.stem for word in found if word.stem}
    beginnings = tuple(word.text for word in found if word.is_prefix)
    initials = {text[0] for text in (*stems, *beginnings)}  # stems differ from words at the end

    def is_hit(word: str) -> bool:
        folded = word.lower() if word.isascii() else words.fold(word)
        if folded[:1] not in initials:
            return False
        return folded.startswith(beginnings) or words.stem(folded) in stems

    return is_hit


def _descriptions(ids: Sequence[int]) -> dict[int, str]:
    columns = (Product.id, Product.description_html, Product.description)
    rows = session.execute(select(*columns).where(Product.id.in_(ids)))
    return {id_: " ".join(plain_text(html, source).split()) for id_, html, source in rows}
