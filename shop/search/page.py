"""A list as its template shows it: titles, addresses and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from shop.catalog.shelf import category_url
from shop.search.filters import FACETS, PRICE, SORTS
from shop.search.links import Pill, link, major, pills
from shop.search.listing import Listing

PriceField = tuple[str, str, str, str]
"""Name, label, value, and what is wrong with it."""


@dataclass(frozen=True)
class WayOut:
    """What to do about a list that is empty."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Page:
    path: str
    listing: Listing
    currency: str

    @property
    def title(self) -> str:
        wanted = self.listing.wanted
        if wanted.within:
            return self.listing.snapshot.tree[wanted.within].name
        if self.path == "/search":
            return f"Results for “{wanted.text}”" if wanted.text else "Search"
        return "All products"

    @property
    def description(self) -> str:
        within = self.listing.wanted.within
        return self.listing.snapshot.tree[within].description if within else ""

    @property
    def crumbs(self) -> tuple[tuple[str, str | None], ...]:
        tree, within = self.listing.snapshot.tree, self.listing.wanted.within
        path = tree[within].path if within else ()
        above = [(tree[slug].name, category_url(slug)) for slug in path]
        last = [] if within or self.path == "/products" else [(self.title, None)]
        return ("Home", "/"), ("Shop", "/products"), *above, *last

    @property
    def count(self) -> str:
        total = self.listing.total
        return f"{total:,} product{'' if total == 1 else 's'}"

    @cached_property
    def pills(self) -> list[Pill]:
        return pills(self.path, self.listing, self.currency)

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [one for one in SORTS.items() if self.listing.wanted.text or one[0] != "relevance"]

    def prices(self, typed: Mapping[str, str]) -> tuple[PriceField, ...]:
        """The two fields of the price filter; what could not be read stands there as typed."""
        wanted = self.listing.wanted
        given = (("price_min", "From", wanted.lowest), ("price_max", "Up to", wanted.highest))
        return tuple(
            (
                name,
                label,
                typed.get(name, "")[:20] if name in wanted.errors else major(amount, self.currency),
                wanted.errors.get(name, ""),
            )
            for name, label, amount in given
        )

    @property
    def unfiltered_url(self) -> str:
        bare = replace(self.listing.wanted, chosen={}, lowest=None, highest=None, page=1)
        return link(self.path, bare, self.currency)

    def url_of(self, number: int) -> str:
        return link(self.path, replace(self.listing.wanted, page=number), self.currency)

    def url_for(self, text: str) -> str:
        return link(self.path, replace(self.listing.wanted, text=text, page=1), self.currency)

    @property
    def part_links(self) -> Sequence[WayOut]:
        """The words of a search that found nothing, each alone."""
        return [WayOut(word, count, self.url_for(word)) for word, count in self.listing.parts]

    @property
    def ways_out(self) -> Sequence[WayOut]:
        """Filters without which there would be products, the most first."""
        wanted = replace(self.listing.wanted, page=1)
        ways = []
        for name, count in self.listing.without.items():
            words = ", ".join(pill.label for pill in self.pills if pill.name == name)
            if name == PRICE:
                fewer = replace(wanted, lowest=None, highest=None)
            else:
                fewer = replace(wanted, chosen={**wanted.chosen, name: ()})
            title = f"{FACETS.get(name, 'Price')}: {words}"
            ways.append(WayOut(title, count, link(self.path, fewer, self.currency)))
        return sorted((way for way in ways if way.count), key=lambda way: -way.count)
