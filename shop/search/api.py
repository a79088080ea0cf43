from typing import Annotated

from flask import Blueprint, request
from pydantic import Field

from shop import api, config
from shop.catalog import shelf
from shop.catalog.api import ProductOut, product_out
from shop.catalog.shelf import category_url
from shop.search import filters, misses
from shop.search.filters import LARGEST_AMOUNT, Wanted
from shop.search.listing import browse
from shop.search.suggestions import suggest

bp = Blueprint("search_api", __name__, url_prefix="/api")

Amount = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)]


class ListQuery(api.Query):
    """Amounts in minor units. `category`, `kind`, `brand` and `availability` may be repeated."""

    q: str = ""
    category: str = ""
    kind: str = ""
    brand: str = ""
    availability: str = ""
    price_min: Amount | None = None
    price_max: Amount | None = None
    sort: Annotated[str, Field(pattern="^(relevance|newest|price|-price|title|)$")] = ""
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    per_page: Annotated[int, Field(ge=1, le=100)] = 24


class FacetValue(api.Output):
    value: str
    label: str
    count: int


class ProductList(api.Output):
    items: list[ProductOut]
    total: int
    page: int
    pages: int
    facets: dict[str, list[FacetValue]]
    did_you_mean: str | None


class SuggestionQuery(api.Query):
    q: str = ""


class SuggestionOut(api.Output):
    kind: str
    """`product` or `category`."""
    title: str
    url: str
    price_label: str | None = None


class SuggestionList(api.Output):
    items: list[SuggestionOut]


@bp.get("/products")
@api.endpoint(tag="Products", query=ListQuery, returns=ProductList)
def list_products(query: ListQuery) -> ProductList:
    """Products by words, category, kind, brand, price and availability, with facet counts."""
    text = filters.clean(query.q)
    listing = browse(
        Wanted(
            text=text,
            chosen=filters.read_chosen(request.args),
            lowest=query.price_min,
            highest=query.price_max,
            sort=filters.read_sort(query.sort, text),
            page=query.page,
        ),
        query.per_page,
    )
    misses.note(listing)
    return ProductList(
        items=[product_out(product) for product in shelf.load(listing.ids)],
        total=listing.total,
        page=listing.page,
        pages=listing.pages,
        facets={
            facet.name: [FacetValue.model_validate(option) for option in facet.options]
            for facet in listing.facets
        },
        did_you_mean=listing.did_you_mean,
    )


@bp.get("/search/suggestions")
@api.endpoint(tag="Products", query=SuggestionQuery, returns=SuggestionList)
def list_suggestions(query: SuggestionQuery) -> SuggestionList:
    """What a search box may offer while somebody types."""
    found = suggest(filters.clean(query.q), config.current().currency)
    products = [
        SuggestionOut(kind="product", title=one.title, url=one.url, price_label=one.price_label)
        for one in found.products
    ]
    categories = [
        SuggestionOut(kind="category", title=one.name, url=category_url(one.slug))
        for one in found.categories
    ]
    return SuggestionList(items=products + categories)
