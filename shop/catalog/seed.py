"""The demo shop: adds what is missing, never touches what is there."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

from shop import money
from shop.catalog import gallery, markdown, seed_data, stock
from shop.catalog.models import Category, Price, Product, Status, Variant
from shop.catalog.sample_files import pack
from shop.catalog.seed_data import CategoryEntry, ProductEntry, RecurringEntry, VariantEntry
from shop.config import Settings
from shop.db import session

LAUNCH = datetime(2025, 1, 15, 9, tzinfo=UTC)
LAUNCH_DAYS = 240
REFERENCE = "seed"


def seed(settings: Settings) -> list[Product]:
    """Add the demo products that the shop does not have; running it again adds none."""
    known = set(session.scalars(select(Product.slug)))
    missing = [entry for entry in seed_data.products() if entry.slug not in known]
    shelves = add_categories(seed_data.categories())
    media = settings.data_dir / "media"
    return [add_product(entry, shelves[entry.category], media) for entry in missing]


def add_categories(entries: Iterable[CategoryEntry]) -> dict[str, Category]:
    """All categories by slug, with the demo shop's among them."""
    found = {category.slug: category for category in session.scalars(select(Category))}
    for position, entry in enumerate(entries):
        if entry.slug not in found:
            category = Category(**entry.model_dump(exclude={"parent"}), position=position)
            category.parent = found[entry.parent] if entry.parent else None
            session.add(category)
            found[entry.slug] = category
    return found


def add_product(entry: ProductEntry, category: Category, media: Path) -> Product:
    product = Product(
        **entry.model_dump(include={"slug", "title", "kind", "brand", "tax_category", "summary"}),
        status=Status.PUBLISHED,
        description=entry.description.strip(),
        description_html=markdown.render(entry.description),
        published_at=_published_at(entry.slug),
        categories=[category],
        variants=[_variant(position, given) for position, given in enumerate(entry.variants)],
    )
    gallery.hang(product)
    gallery.draw(product, media)
    _link_download(product, entry, media)
    session.add(product)
    session.flush()  # stock is counted by id
    for variant, given in zip(product.variants, entry.variants, strict=True):
        if given.stock:
            stock.adjust(variant.id, given.stock, "opening", REFERENCE)
    return product


def _published_at(slug: str) -> datetime:
    """Spread over some months, so that the newest products come from all shelves."""
    day = int.from_bytes(sha256(slug.encode()).digest()[:4]) % LAUNCH_DAYS
    return LAUNCH + timedelta(days=day)


def _variant(position: int, entry: VariantEntry) -> Variant:
    prices = [
        _price("EUR", entry.eur, entry.eur_before),
        _price("USD", entry.usd, entry.usd_before),
    ]
    for recurring in entry.recurring:
        prices += _recurring_prices(recurring)
    return Variant(
        sku=entry.sku,
        options=entry.options,
        position=position,
        tracks_stock=entry.stock is not None,
        weight=entry.weight,
        prices=prices,
    )


def _price(currency: str, amount: Decimal, before: Decimal | None = None) -> Price:
    return Price(
        currency=currency,
        unit_amount=money.to_minor(amount, currency),
        compare_at_amount=before and money.to_minor(before, currency),
    )


def _recurring_prices(entry: RecurringEntry) -> list[Price]:
    prices = [_price("EUR", entry.eur), _price("USD", entry.usd)]
    for price in prices:
        price.interval = entry.every
        price.trial_days = entry.trial_days
    return prices


def _link_download(product: Product, entry: ProductEntry, media: Path) -> None:
    if entry.download and entry.download.linked:
        path = f"samples/{entry.download.file}"
        gallery.write(media / path, pack(entry, entry.download))
        product.download_url = f"/media/{path}"
