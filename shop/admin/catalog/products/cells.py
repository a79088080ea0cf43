"""The columns of the list of products. They ask nothing: the list brings all they need."""

from typing import Any

from markupsafe import Markup

from shop import config
from shop.admin import cells
from shop.catalog.models import Product, Status
from shop.catalog.pricing import Terms
from shop.catalog.shelf import media_url

KINDS = {Status.PUBLISHED: "good", Status.DRAFT: "warn", Status.ARCHIVED: ""}


def picture(_view: Any, _context: Any, product: Product, _name: str) -> Markup | str:
    if not product.images:
        return ""
    url = media_url(product.images[0].path)
    return Markup('<img class="thumb" src="{}" alt="" width="44" height="44">').format(url)


def stock(_view: Any, _context: Any, product: Product, _name: str) -> str:
    """Of all variants together; empty where none is counted."""
    counted = [variant for variant in product.variants if variant.tracks_stock]
    if not counted:
        return ""
    left = f"{sum(variant.on_hand - variant.reserved for variant in counted):,}"
    return left if len(product.variants) == 1 else f"{left} in {len(product.variants)} variants"


def price_from(_view: Any, _context: Any, product: Product, _name: str) -> str:
    """The lowest of the shop's own currency, else of any."""
    prices = [price for variant in product.variants for price in variant.prices if price.is_active]
    own = [price for price in prices if price.currency == config.current().currency] or prices
    if not own:
        return ""
    lowest = min(own, key=lambda price: (price.is_recurring, price.unit_amount))
    return str(Terms.of(lowest))


status = cells.pills(KINDS)
