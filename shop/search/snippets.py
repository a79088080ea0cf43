"""Marks what was searched for in titles and descriptions. Everything else is escaped."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

from markupsafe import Markup, escape
from sqlalchemy import select

from shop.catalog import remembered
from shop.catalog.cards import PRODUCT, ProductView
from shop.db import session
from shop.search import words
from shop.search.schema import plain_text

FOREIGN = r"[^\W\x00-\x7f]"
"""Letters that may become plain ones when folded."""
WIDTH = 140
"""Characters of a description around the first match."""

USUAL = 4_000
"""Characters of a description."""

Hits = Callable[[str], Iterator[re.Match[str]]]
"""The words of a text that were searched for."""


def mark_cards(cards: Sequence[ProductView], text: str) -> list[ProductView]:
    """The cards with `<mark>` around the words of the query.

    Where neither title nor summary has any, the part of the description that does is shown.
    """
    hits = _finder(text)
    marked = [(card, mark(card.title, hits), mark(card.summary, hits)) for card in cards]
    bare = [card.id for card, title, summary in marked if title is None and summary is None]
    descriptions = _descriptions(bare) if bare else {}
    return [
        _marked(card, title, summary or mark(excerpt(descriptions.get(card.id, ""), hits), hits))
        for card, title, summary in marked
    ]


@dataclass(frozen=True, slots=True)
class MarkedView(ProductView):
    """Its title and summary are HTML: it equals no card where they are text."""


def _marked(card: ProductView, title: Markup | None, summary: Markup | None) -> ProductView:
    if title is None and summary is None:
        return card
    given = {name: getattr(card, name) for name in _FIELDS}
    texts = {"title": title or escape(card.title), "summary": summary or escape(card.summary)}
    return MarkedView(**given | texts)


_FIELDS = tuple(field.name for field in fields(ProductView))


def mark(text: str, hits: Hits) -> Markup | None:
    """As HTML, with what was found marked; None where nothing is."""
    parts, end = [], 0
    for match in hits(text):
        parts += [escape(text[end : match.start()]), "<mark>", escape(match.group()), "</mark>"]
        end = match.end()
    return Markup("".join([*parts, escape(text[end:])])) if end else None  # noqa: S704  escaped


def excerpt(text: str, hits: Hits) -> str:
    """The part of the text around its first hit; empty when there is none."""
    first = next(hits(text), None)
    if first is None:
        return ""
    start = max(0, first.start() - WIDTH // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    part = text[start : start + WIDTH]
    if start + WIDTH < len(text):
        part = part.rpartition(" ")[0] + " …"
    return f"… {part}" if start else part


def _finder(text: str) -> Hits:
    found = words.read(text)
    stems = {word.stem for word in found if word.stem}
    beginnings = tuple(word.text for word in found if word.is_prefix)
    candidates = _beginning_like({*stems, *beginnings})

    def is_hit(match: re.Match[str]) -> bool:
        folded = words.fold(match.group())
        return folded.startswith(beginnings) or words.stem(folded) in stems

    return lambda text: filter(is_hit, candidates.finditer(text))


def _beginning_like(texts: set[str]) -> re.Pattern[str]:
    """Words that may be one of these when folded and stemmed, by their first two letters.

    A stem differs from its words at the end, but for `dying` and the like.
    """
    heads = {(text[0], "iy" if text[1:2] in {"i", "y"} else text[1:2]) for text in texts}
    either = "|".join(
        re.escape(first) + (f"(?:[{re.escape(second)}]|{FOREIGN})" if second else "")
        for first, second in sorted(heads)
    )
    return re.compile(rf"\b(?:{either}|{FOREIGN})\w*", re.IGNORECASE)


def _descriptions(ids: Sequence[int]) -> dict[int, str]:
    """Their words alone; those of a usual length are remembered."""
    memory = remembered.current()
    texts = {id_: text for id_ in ids if (text := memory.get(("words", id_))) is not None}
    if missing := [id_ for id_ in ids if id_ not in texts]:
        columns = (PRODUCT.id, PRODUCT.description_html, PRODUCT.description)
        for id_, html, source in session.execute(select(*columns).where(PRODUCT.id.in_(missing))):
            texts[id_] = " ".join(plain_text(html, source).split())
            if len(texts[id_]) <= USUAL:
                memory.put(("words", id_), id_, texts[id_])
    return texts
