"""What a search engine has to offer. The Whoosh index on disk is one: `shop.search.engine`."""

from collections.abc import Collection, Sequence
from typing import Protocol

from flask import current_app

from shop.errors import Unavailable


class SearchUnavailable(Unavailable):
    """The index is missing or cannot be read; lists without a query go on working."""

    title = "Search is not available right now"
    message = "Search is not available right now. You can still browse all products."


class Backend(Protocol):
    """Finds ids of products by words. Filters, prices and stock are the database's business.

    Every method but `version` raises SearchUnavailable when the index cannot be read.
    """

    def version(self) -> str | None:
        """Changes whenever the index does; None when there is no index."""
        ...

    def look_again(self) -> None:
        """The index was written by this process: what was read of it a moment ago is old."""
        ...

    def matches(self, text: str) -> Sequence[int]:
        """Ids of all products with all these words."""
        ...

    def best(self, text: str, among: Collection[int] | None, limit: int) -> Sequence[int]:
        """The most relevant of `among`, best first, at most `limit`; fewer if the rest is equal.

        :param among: some of the matches; None means all of them.
        """
        ...

    def corrected(self, text: str) -> str | None:
        """The query with misspelled words put right; None when no word has a better spelling."""
        ...


def current() -> Backend:
    backend: Backend = current_app.extensions["search_backend"]
    return backend
