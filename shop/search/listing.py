"""One page of products: found, filtered, sorted and cut, for the pages and the API alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from shop.errors import NotFound
from shop.search import backend, bits, snapshots, words
from shop.search.backend import Backend
from shop.search.facets import Facet, Narrowed, narrow
from shop.search.filters import Wanted
from shop.search.snapshot import Snapshot

PER_PAGE = 24
FEW = 3
"""With fewer hits than this a better spelling is looked for."""
BEST = 480
"""So many are sorted by relevance; nobody turns to page 21 for the best match."""


@dataclass(frozen=True)
class Listing:
    wanted: Wanted
    ids: Sequence[int]
    total: int
    page: int
    pages: int
    facets: Sequence[Facet]
    without: Mapping[str, int]
    """For each filter in use, how many products there would be without it."""
    did_you_mean: str | None
    searched: str
    """The words that were looked for: the better spelling where the given one found nothing."""
    parts: Sequence[tuple[str, int]]
    """Where all the words together find nothing: how many products each of them has."""
    snapshot: Snapshot

    @property
    def is_corrected(self) -> bool:
        return self.searched != self.wanted.text


@dataclass(frozen=True)
class Found:
    text: str
    hits: int
    did_you_mean: str | None = None
    parts: Sequence[tuple[str, int]] = ()


def browse(wanted: Wanted, per_page: int = PER_PAGE) -> Listing:
    """Read the page that is wanted; beyond the last page there is the last page.

    :raises SearchUnavailable: when words are wanted and the index cannot be read.
    :raises NotFound: when the category does not exist.
    """
    shelf, engine = snapshots.current(), backend.current()
    question = (engine.version() if wanted.text else "", *wanted.question)
    found, left = shelf.answers.get(question, lambda: _search(engine, shelf, wanted))
    total = left.products.bit_count()
    pages = max(1, -(-total // per_page))
    page = min(wanted.page, pages)
    first = (page - 1) * per_page
    ids = shelf.answers.get(
        (*question, wanted.sort, page, per_page),
        lambda: _cut(engine, shelf, (found, left), wanted.sort, page * per_page)[first:],
    )
    return Listing(
        wanted=wanted,
        ids=ids,
        total=total,
        page=page,
        pages=pages,
        facets=left.facets,
        without=left.without,
        did_you_mean=found.did_you_mean,
        searched=found.text,
        parts=found.parts,
        snapshot=shelf,
    )


def _search(engine: Backend, shelf: Snapshot, wanted: Wanted) -> tuple[Found, Narrowed]:
    room = shelf.everything if wanted.within is None else _category(shelf, wanted.within)
    found = _find(engine, shelf, wanted.text, room) if wanted.text else Found("", room)
    return found, narrow(shelf, found.hits, wanted)


def _category(shelf: Snapshot, slug: str) -> int:
    if slug not in shelf.tree:
        raise NotFound("There is no such category.")
    return shelf.values["category"][slug]


def _find(engine: Backend, shelf: Snapshot, text: str, room: int) -> Found:
    """What matches, or what a better spelling of it matches when nothing does."""
    hits = shelf.of(engine.matches(text)) & room
    if hits.bit_count() >= FEW:
        return Found(text, hits)
    better = engine.corrected(text) or text
    more = shelf.of(engine.matches(better)) & room
    if more.bit_count() > hits.bit_count():
        return Found(text, hits, better) if hits else Found(better, more, better)
    if hits:
        return Found(text, hits)
    return Found(text, 0, parts=_parts(engine, shelf, better, room))


def _parts(engine: Backend, shelf: Snapshot, text: str, room: int) -> list[tuple[str, int]]:
    counts = [
        (word, (shelf.of(engine.matches(word)) & room).bit_count())
        for word in dict.fromkeys(words.split(text))
    ]
    return [(word, count) for word, count in counts if count]


def _cut(
    engine: Backend, shelf: Snapshot, result: tuple[Found, Narrowed], sort: str, end: int
) -> list[int]:
    """The ids of the first `end` products that are left, in the wanted order."""
    found, left = result
    if sort != "relevance" or not found.text:
        return _first(shelf, sort, left.products, end)
    among = None if left.products == found.hits else shelf.ids_of(left.products)
    best = engine.best(found.text, among, min(end, BEST))
    slots = [shelf.slots[id_] for id_ in best if id_ in shelf.slots]
    rest = left.products & ~bits.of(slots, shelf.size)
    return [shelf.ids[slot] for slot in slots] + _first(shelf, "newest", rest, end - len(slots))


def _first(shelf: Snapshot, sort: str, products: int, count: int) -> list[int]:
    """Of a set of many they are picked out of the whole order; few are put in order themselves."""
    if not count:
        return []
    if products.bit_count() * bits.FEW > shelf.size:
        flags = bits.flags(products, shelf.size)
        slots = islice((slot for slot in shelf.orders[sort] if flags[slot]), count)
    else:
        rank = shelf.columns.ranks[sort]
        slots = islice(sorted(bits.slots(products, shelf.size), key=rank), count)
    return [shelf.ids[slot] for slot in slots]
