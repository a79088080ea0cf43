import re
from collections import Counter
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.catalog import seed_data
from shop.catalog.models import (
    Category,
    Image,
    Interval,
    Kind,
    Price,
    Product,
    StockMovement,
    Variant,
)
from shop.catalog.sample_files import sample_files
from shop.catalog.seed import seed
from shop.config import Settings
from shop.db import Base, commit, session

BRITISH = re.compile(
    r"\b(licence|colour|organis|catalogue|favour|centre|grey|litre|mould|aluminium)", re.IGNORECASE
)
ENTRIES = seed_data.products()


@pytest.fixture
def demo(app: Flask, settings: Settings) -> Settings:
    seed(settings)
    commit()
    return settings


def rows(model: type[Base]) -> list[tuple[Any, ...]]:
    columns = model.__table__.columns
    return [tuple(row) for row in session.execute(select(*columns).order_by(model.id))]


def test_the_shelves_are_full(demo: Settings) -> None:
    kinds = Counter(session.scalars(select(Product.kind)))
    assert sum(kinds.values()) >= 64
    assert set(kinds) == set(Kind)
    used = {
        category.slug
        for product in session.scalars(select(Product))
        for category in product.categories
    }
    assert len(used) >= 8
    assert session.scalars(select(Category).where(Category.parent_id.is_not(None))).all()


def test_running_it_twice_changes_nothing(demo: Settings) -> None:
    tables = (Category, Product, Variant, Price, Image, StockMovement)
    before = [rows(table) for table in tables]
    assert seed(demo) == []
    commit()
    assert [rows(table) for table in tables] == before


def test_what_the_shop_changed_stays_changed(demo: Settings) -> None:
    product = session.scalars(select(Product).limit(1)).one()
    product.title = "Renamed"
    session.delete(session.scalars(select(Product).order_by(Product.id.desc()).limit(1)).one())
    commit()
    assert len(seed(demo)) == 1
    assert session.get_one(Product, product.id).title == "Renamed"


def test_units_on_hand_are_the_sum_of_the_movements(demo: Settings) -> None:
    sums: dict[int, int] = dict(
        session.execute(
            select(StockMovement.variant_id, func.sum(StockMovement.delta)).group_by(
                StockMovement.variant_id
            )
        ).all()
    )
    variants = session.scalars(select(Variant)).all()
    assert {v.id: v.on_hand for v in variants if v.on_hand} == sums
    counted = [variant for variant in variants if variant.tracks_stock]
    assert any(variant.on_hand == 0 for variant in counted)
    assert any(1 <= variant.on_hand <= 3 for variant in counted)
    assert all(v.product.kind is Kind.PHYSICAL for v in counted)


def test_every_variant_has_one_price_per_currency_and_interval(demo: Settings) -> None:
    for variant in session.scalars(select(Variant)):
        seen = Counter((price.currency, price.interval) for price in variant.prices)
        assert seen["EUR", None] == seen["USD", None] == 1
        assert seen["EUR", Interval.YEAR] == seen["USD", Interval.YEAR]
        assert set(seen.values()) == {1}
    reduced = session.scalars(select(Price).where(Price.compare_at_amount.is_not(None))).all()
    assert len(reduced) >= 10
    assert all(price.unit_amount < (price.compare_at_amount or 0) for price in reduced)


def test_every_picture_is_a_file(demo: Settings) -> None:
    images = session.scalars(select(Image)).all()
    assert len(images) == 3 * len(ENTRIES)
    for image in images:
        assert (demo.data_dir / "media" / image.path).read_bytes().startswith(b"<svg")
        assert image.alt


def test_everything_digital_can_be_downloaded(demo: Settings) -> None:
    released = {file.slug for file in sample_files()}
    linked = {p.slug: p.download_url for p in session.scalars(select(Product)) if p.download_url}
    digital = {entry.slug for entry in ENTRIES if entry.kind is not Kind.PHYSICAL}
    assert released | set(linked) == digital
    assert not released & set(linked)
    assert len(linked) == 2
    for url in linked.values():
        with ZipFile(demo.data_dir / url.removeprefix("/")) as archive:
            assert archive.testzip() is None


def test_sample_files_are_the_same_every_time() -> None:
    first, second = list(sample_files()), list(sample_files())
    assert first == second
    assert len({file.file_name for file in first}) == len(first)
    for file in first:
        with ZipFile(BytesIO(file.content)) as archive:
            assert "README.txt" in archive.namelist()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.slug)
def test_texts_are_complete_and_american(entry: seed_data.ProductEntry) -> None:
    paragraphs = entry.description.strip().split("\n\n")
    assert 3 <= len(paragraphs) <= 6
    assert any(paragraph.startswith("- ") for paragraph in paragraphs)
    assert entry.summary.endswith(".")
    assert 20 <= len(entry.summary) <= 120
    text = f"{entry.title} {entry.summary} {entry.description}"
    assert not BRITISH.search(text)
    assert "lorem" not in text.lower()


def test_no_text_is_used_twice() -> None:
    for field in ("slug", "title", "summary", "description"):
        values = Counter(getattr(entry, field) for entry in ENTRIES)
        assert max(values.values()) == 1
    skus = Counter(variant.sku for entry in ENTRIES for variant in entry.variants)
    assert max(skus.values()) == 1
