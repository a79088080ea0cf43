"""A product into its form, and its form into the product."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shop import config
from shop.admin.catalog.products.form import ProductForm, VariantForm
from shop.catalog import pictures, pricing, publishing, removal, stock, writing
from shop.catalog.models import Category, Kind, Product, Status, Variant
from shop.catalog.pricing import Terms
from shop.catalog.sku import distinct_sku, sku_for
from shop.db import session
from shop.errors import ShopError

PLAIN = ("title", "summary", "brand", "tax_category", "download_url")


class Refused(Exception):
    """The field that is to blame says why."""


@contextmanager
def blaming(field: Any) -> Iterator[None]:
    """:raises Refused: where a rule of the shop says no; its sentence stands beside the field."""
    try:
        yield
    except ShopError as error:
        field.errors = [error.detail]
        raise Refused from error


def new() -> dict[str, Any]:
    """An empty form: with one variant and one price to fill in."""
    return {"variants": [{"prices": [{}]}]}


def filled(product: Product) -> dict[str, Any]:
    names = (*PLAIN, "slug", "description")
    return {
        **{name: getattr(product, name) for name in names},
        "kind": str(product.kind),
        "status": str(product.status),
        "categories": sorted(category.id for category in product.categories),
        "variants": [_variant(variant) for variant in product.variants],
        "pictures": [
            {"id": image.id, "alt": image.alt, "position": number}
            for number, image in enumerate(product.images, 1)
        ],
    }


def _variant(variant: Variant) -> dict[str, Any]:
    names = ("id", "sku", "options", "weight", "tracks_stock")
    prices = [_price(Terms.of(price)) for price in variant.prices if price.is_active]
    return {name: getattr(variant, name) for name in names} | {"prices": prices}


def _price(terms: Terms) -> dict[str, Any]:
    return {
        "currency": terms.currency,
        "amount": terms.unit_amount,
        "compare_at_amount": terms.compare_at_amount,
        "interval": str(terms.interval or ""),
        "interval_count": terms.interval_count,
        "trial_days": terms.trial_days,
        "is_active": True,
    }


def apply(form: ProductForm, product: Product) -> list[str]:
    """What changed besides the product's own columns, in words.

    :raises Refused: and the caller's savepoint undoes the rest.
    """
    _describe(form, product)
    session.add(product)
    session.flush()  # variants are named and counted by id
    said = [word for row in form.variants for word in _apply_variant(row.form, product)]
    _apply_pictures(form, product)
    session.flush()  # whether it may be published is asked of the database
    with blaming(form.status):
        publishing.set_status(product, Status(form.status.data))
    return said


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Of the product's own fields, for the audit log; long texts are not repeated there."""
    found: dict[str, Any] = {}
    names = [name for name in before if name not in {"variants", "pictures", "description"}]
    found |= {name: [before[name], after[name]] for name in names if before[name] != after[name]}
    if before["description"] != after["description"]:
        found["description"] = "changed"
    return found


def _describe(form: ProductForm, product: Product) -> None:
    for name in PLAIN:
        setattr(product, name, form[name].data or "")
    with session.no_autoflush:
        product.slug = form.slug.data or product.slug or writing.free_slug(product.title)
        product.categories = [
            session.get_one(Category, id) for id in sorted(form.categories.data or ())
        ]
    product.kind = Kind(form.kind.data)
    writing.describe(product, form.description.data or "")


def _apply_variant(row: VariantForm, product: Product) -> list[str]:
    variant = next((one for one in product.variants if one.id == row.id.data), None)
    if row.remove.data:
        return [_remove(row, variant, product)] if variant else []
    if variant is None:
        sku = row.sku.data or _new_sku(product, row.options.data)
        variant = Variant(sku=sku, position=len(product.variants), on_hand=0, reserved=0)
        product.variants.append(variant)
    variant.options = row.options.data
    variant.sku = row.sku.data or variant.sku
    variant.weight = row.weight.data or 0
    variant.tracks_stock = row.tracks_stock.data
    session.flush()  # stock is counted by id
    said = [f"{variant.sku}: {word}" for word in pricing.set_prices(variant, row.wanted_prices())]
    if row.stock_change.data:
        reference = f"staff-{secrets.token_hex(8)}"
        with blaming(row.stock_change):
            stock.adjust(variant.id, row.stock_change.data, row.stock_reason.data, reference)
        said.append(f"{variant.sku}: stock {row.stock_change.data:+} ({row.stock_reason.data})")
    return said


def _remove(row: VariantForm, variant: Variant, product: Product) -> str:
    with blaming(row.remove):
        removal.remove(variant)
    session.expire(product, ["variants"])
    return f"{variant.sku} removed"


def _new_sku(product: Product, options: dict[str, str]) -> str:
    sku = sku_for(product.slug, options)
    is_taken = bool(writing.sku_owners([sku]))
    return distinct_sku(product.slug, options) if is_taken else sku


def _apply_pictures(form: ProductForm, product: Product) -> None:
    """Those that are there in their new order, then the new ones."""
    rows = {row.form.id.data: row.form for row in form.pictures}
    for image in list(product.images):
        row = rows.get(image.id)
        if row is not None and row.remove.data:
            product.images.remove(image)
        elif row is not None:
            image.alt = row.alt.data or ""
            image.position = row.position.data or 0
    media = config.current().data_dir / "media"
    last = max((image.position for image in product.images), default=0)
    for number, file in enumerate(form.files(), last + 1):
        with blaming(form.uploads):
            image = pictures.take(file.stream, file.filename, media)
        image.alt, image.position = product.title, number
        product.images.append(image)
