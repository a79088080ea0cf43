"""Products for other frontends."""

from flask import Blueprint
from sqlalchemy import or_

from shop import api
from shop.catalog.models import Interval, Kind, Price, Product, Variant
from shop.catalog.prices import LARGEST_ID
from shop.catalog.shelf import category_url, find, has_slug, media_url, product_url

bp = Blueprint("catalog_api", __name__, url_prefix="/api")


class CategoryOut(api.Output):
    id: int
    slug: str
    name: str
    url: str


class ImageOut(api.Output):
    url: str
    alt: str
    width: int
    height: int


class RecurringOut(api.Output):
    interval: Interval
    interval_count: int
    trial_days: int


class PriceOut(api.Output):
    """`unit_amount` in minor units; `recurring` is null for a one-time price."""

    id: int
    currency: str
    unit_amount: int
    compare_at_amount: int | None
    recurring: RecurringOut | None


class VariantOut(api.Output):
    """`stock` is null where units are not counted."""

    id: int
    sku: str
    options: dict[str, str]
    stock: int | None
    prices: list[PriceOut]


class ProductOut(api.Output):
    id: int
    slug: str
    url: str
    title: str
    kind: Kind
    brand: str
    summary: str
    description_html: str
    categories: list[CategoryOut]
    images: list[ImageOut]
    variants: list[VariantOut]


@bp.get("/products/<key>")
@api.endpoint(tag="Products", returns=ProductOut)
def show_product(key: str) -> ProductOut:
    """One product, by id or slug, with its variants, prices and stock."""
    return product_out(find(or_(has_slug(key), Product.id == _number(key))))


def _number(key: str) -> int:
    """The id that the key may be; 0, which no row has, for what is none."""
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 11 else 0
    return number if number <= LARGEST_ID else 0


def product_out(product: Product) -> ProductOut:
    """Of a product from `shelf.load` or `shelf.find`, so that nothing is asked for one by one."""
    return ProductOut(
        id=product.id,
        slug=product.slug,
        url=product_url(product.slug),
        title=product.title,
        kind=product.kind,
        brand=product.brand,
        summary=product.summary,
        description_html=product.description_html,
        categories=[
            CategoryOut(id=one.id, slug=one.slug, name=one.name, url=category_url(one.slug))
            for one in product.categories
        ],
        images=[
            ImageOut(url=media_url(one.path), alt=one.alt, width=one.width, height=one.height)
            for one in product.images
        ],
        variants=[_variant_out(variant) for variant in product.variants],
    )


def _variant_out(variant: Variant) -> VariantOut:
    return VariantOut(
        id=variant.id,
        sku=variant.sku,
        options=variant.options,
        stock=variant.available,
        prices=[_price_out(price) for price in variant.prices if price.is_active],
    )


def _price_out(price: Price) -> PriceOut:
    recurring = price.interval and RecurringOut(
        interval=price.interval, interval_count=price.interval_count, trial_days=price.trial_days
    )
    return PriceOut(
        id=price.id,
        currency=price.currency,
        unit_amount=price.unit_amount,
        compare_at_amount=price.compare_at_amount,
        recurring=recurring or None,
    )
