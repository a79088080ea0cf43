from flask import Blueprint, render_template, request

from shop import config
from shop.catalog import remembered
from shop.catalog.cards import cards
from shop.catalog.shelf import category_url
from shop.search import filters, misses, snippets
from shop.search.backend import SearchUnavailable
from shop.search.listing import browse
from shop.search.page import Page
from shop.search.suggestions import suggest

bp = Blueprint("search", __name__, template_folder="templates")


@bp.get("/products")
def products() -> str:
    return _show("/products")


@bp.get("/categories/<slug>")
def category(slug: str) -> str:
    return _show(category_url(slug), within=slug)


@bp.get("/search")
def search() -> str | tuple[str, int]:
    text = filters.clean(request.args.get("q", ""))
    try:
        return _show("/search")
    except SearchUnavailable as error:
        return render_template("search/unavailable.html", text=text, error=error), error.status


@bp.get("/search/suggestions")
def suggestions() -> str:
    """The options of the search box, nothing around them."""
    text = filters.clean(request.args.get("q", ""))
    try:
        found = suggest(text, config.current().currency)
    except SearchUnavailable:
        return ""  # the box goes on working without them
    return render_template("search/suggestions.html", found=found, text=text)


def _show(path: str, within: str | None = None) -> str:
    currency = config.current().currency
    remembered.current()  # before the first question, so that nothing read is older
    listing = browse(filters.read(request.args, currency, within))
    misses.note(listing)
    found = cards(listing.ids, currency) if listing.ids else []
    if listing.searched:
        found = snippets.mark_cards(found, listing.searched)
    return render_template("search/list.html", page=Page(path, listing, currency), cards=found)
