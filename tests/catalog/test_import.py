import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from PIL import Image as Picture
from sqlalchemy import event, func, select

from shop.catalog import stock
from shop.catalog.commands import catalog_group
from shop.catalog.import_report import Report, Verb
from shop.catalog.importer import import_file
from shop.catalog.models import (
    Category,
    Image,
    Kind,
    Price,
    Product,
    Status,
    StockMovement,
    Variant,
)
from shop.config import Settings
from shop.db import commit, db, session
from tests.factories import make_variant

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[3] / "shared" / "data"
NASTY = (DATA / "nasty.csv").read_bytes()
HEADER = (
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,"
    "Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src\n"
)

Import = Callable[[bytes | str], Report]


@pytest.fixture
def take(app: Flask, settings: Settings) -> Import:
    """Import a file, committed as the command does it."""

    def take_file(content: bytes | str) -> Report:
        report = import_file(content if isinstance(content, bytes) else content.encode(), settings)
        commit()
        session.expire_all()
        return report

    return take_file


def mug(quantity: int | str = 5, price: str = "19.90", before: str = "", sku: str = "MUG") -> str:
    return f"{HEADER}mug,Mug,,,{sku},shopify,{quantity},{price},{before},\n"


def the_mug() -> Variant:
    return session.scalars(select(Variant).join(Product).where(Product.slug == "mug")).one()


def verbs(report: Report) -> dict[int, Verb]:
    return {result.line: result.verb for result in report.results}


def reason(report: Report, line: int) -> str:
    return "; ".join(next(r.notes for r in report.results if r.line == line))


def counts() -> list[int]:
    tables = (Product, Variant, Price, Image, Category, StockMovement)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.is_dir() and os.environ.get("CI") != "true", reason="the real files are not here"
)
@pytest.mark.parametrize(
    ("name", "products", "variants"),
    [("shopify-apparel.csv", 20, 22), ("shopify-jewelry.csv", 20, 23)],
)
def test_a_real_file_comes_in_once(take: Import, name: str, products: int, variants: int) -> None:
    content = (SHARED / name).read_bytes()
    first = take(content)
    assert (first.products, first.count(Verb.CREATED)) == (products, variants)
    assert first.count(Verb.REFUSED) == 0
    assert counts()[:3] == [products, variants, variants]
    before = counts()
    second = take(content)
    assert second.count(Verb.UNCHANGED) == len(second.results) == len(first.results)
    assert counts() == before


def test_good_products_come_in_between_bad_ones(take: Import) -> None:
    report = take(NASTY)
    refused = {line for line, verb in verbs(report).items() if verb is Verb.REFUSED}
    assert set(session.scalars(select(Product.slug))) == {"good-first", "good-last"}
    assert {result.handle for result in report.results if result.line not in refused} == {
        "good-first",
        "good-last",
    }
    assert report.count(Verb.CREATED) == 2


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (5, "title is missing"),
        (6, "price 'about ten' is not an amount"),
        (7, "price '-4.00' is below zero"),
        (8, "price 4.999 has too many decimals for EUR"),
        (9, "price is missing"),
        (10, "quantity 'some' is not a whole number"),
        (11, "quantity '-3' is below zero"),
        (12, "requires shipping 'maybe' is neither true nor false"),
        (13, "gift cards cannot be sold here"),
        (14, "SKU GOOD-1 belongs to good-first"),
        (15, "because of row 16"),
        (16, "option 'Size' has no value"),
        (18, "'Color' is not an option of this product"),
        (20, "the same options as in row 19"),
        (22, "the row has neither a variant nor a picture"),
        (23, "the row has 4 cells, the header has 16"),
        (24, "the row has 17 cells, the header has 16"),
        (25, "the handle is missing or cannot stand in an address"),
        (26, "title is missing"),
        (27, "the row cannot be read"),
        (30, "a quote is never closed"),
    ],
)
def test_a_refused_row_says_why(take: Import, line: int, why: str) -> None:
    report = take(NASTY)
    assert verbs(report)[line] is Verb.REFUSED
    assert why in reason(report, line)


def test_a_second_run_changes_nothing(take: Import) -> None:
    take(NASTY)
    before = counts()
    again = take(NASTY)
    assert again.count(Verb.CREATED) == again.count(Verb.CHANGED) == 0
    assert counts() == before


def test_scripts_stay_outside(take: Import) -> None:
    take(NASTY)
    html = session.scalars(
        select(Product.description_html).where(Product.slug == "good-last")
    ).one()
    assert "script" not in html
    assert "onclick" not in html
    assert "<b>Bold</b>" in html
    assert "<h2>Head</h2>" in html


def test_what_a_file_says_is_on_the_product(take: Import) -> None:
    take((DATA / "new-headers.csv").read_bytes())
    shirt = session.scalars(select(Product).where(Product.slug == "harbor-shirt")).one()
    assert (shirt.title, shirt.brand, shirt.kind) == ("Harbor Shirt", "Lowtide", Kind.PHYSICAL)
    assert shirt.status is Status.PUBLISHED
    assert shirt.published_at
    assert [category.name for category in shirt.categories] == ["Shirts"]
    assert [variant.available for variant in shirt.variants] == [4, 0, None]
    assert shirt.variants[0].prices[0].compare_at_amount == 6000
    hidden = session.scalars(select(Product).where(Product.slug == "hidden-thing")).one()
    assert (hidden.status, hidden.published_at) == (Status.DRAFT, None)


def test_a_changed_price_is_a_new_price(take: Import) -> None:
    take(mug(price="19.90"))
    report = take(mug(price="17.50", before="19.90"))
    assert verbs(report) == {2: Verb.CHANGED}
    old, new = the_mug().prices
    assert (old.unit_amount, old.is_active) == (1990, False)
    assert (new.unit_amount, new.compare_at_amount, new.is_active) == (1750, 1990, True)


def test_prices_the_file_cannot_say_stay(take: Import) -> None:
    take(mug())
    variant = the_mug()
    variant.prices.append(Price(currency="USD", unit_amount=2200))
    commit()
    take(mug(price="17.50"))
    assert {(p.currency, p.is_active) for p in the_mug().prices} == {
        ("EUR", False),
        ("EUR", True),
        ("USD", True),
    }


def test_a_new_quantity_is_a_correction_and_keeps_reservations(take: Import) -> None:
    take(mug(quantity=5))
    stock.reserve("order-1", {the_mug().id: 3})
    commit()
    report = take(mug(quantity=8))
    assert verbs(report) == {2: Verb.CHANGED}
    variant = the_mug()
    assert (variant.on_hand, variant.reserved, variant.available) == (8, 3, 5)
    movements = session.scalars(select(StockMovement).order_by(StockMovement.id)).all()
    assert [(m.reason, m.delta) for m in movements] == [("opening", 5), ("correction", 3)]


def test_stock_never_falls_below_what_is_reserved(take: Import) -> None:
    take(mug(quantity=5))
    stock.reserve("order-1", {the_mug().id: 3})
    commit()
    report = take(mug(quantity=2, price="1.00"))
    assert "3 of them are set aside" in reason(report, 2)
    assert (the_mug().on_hand, len(the_mug().prices)) == (5, 1)


def test_a_variant_is_found_by_its_sku_when_its_option_is_renamed(take: Import) -> None:
    take(f"{HEADER}tee,Tee,Size,Medium,TEE-M,,,20,,\n")
    report = take(f"{HEADER}tee,Tee,Size,M,TEE-M,,,20,,\n")
    assert reason(report, 2) == "options"
    assert [v.options for v in session.scalars(select(Variant))] == [{"Size": "M"}]


def test_a_missing_sku_is_made_up_once(take: Import) -> None:
    rows = "tee-m,Tee M,,,,,,20,,\ntee,Tee,Size,M,,,,20,,\n"
    report = take(HEADER + rows)
    skus = session.scalars(select(Variant.sku).order_by(Variant.id)).all()
    assert skus[0] == "TEE-M"
    assert skus[1].startswith("TEE-M-")
    assert f"SKU {skus[1]} made up" in reason(report, 3)
    assert set(verbs(take(HEADER + rows)).values()) == {Verb.UNCHANGED}
    assert session.scalars(select(Variant.sku).order_by(Variant.id)).all() == skus


def test_a_sku_of_another_product_is_refused(take: Import) -> None:
    make_variant(sku="MUG")
    assert "SKU MUG belongs to product-" in reason(take(mug()), 2)


def test_skus_cannot_change_places_between_variants(take: Import) -> None:
    take(f"{HEADER}tee,Tee,Size,S,A,,,20,,\ntee,,,M,B,,,20,,\n")
    report = take(f"{HEADER}tee,Tee,Size,S,B,,,20,,\ntee,,,M,A,,,20,,\n")
    assert reason(report, 2) == "SKU B belongs to another variant of this product"


def test_variants_that_the_file_leaves_out_stay(take: Import) -> None:
    take(f"{HEADER}tee,Tee,Size,S,A,,,20,,\ntee,,,M,B,,,20,,\n")
    take(f"{HEADER}tee,Tee,Size,S,A,,,20,,\n")
    assert counts()[1] == 2


def test_a_category_of_a_refused_product_is_not_left_over(take: Import, settings: Settings) -> None:
    make_variant(sku="TAKEN")
    rows = "a,A,Ghosts,TAKEN,5\nb,B,Ghosts,B-1,5\nc,C,Ghosts,TAKEN,5\n"
    report = take(f"Handle,Title,Type,Variant SKU,Variant Price\n{rows}")
    assert list(verbs(report).values()) == [Verb.REFUSED, Verb.CREATED, Verb.REFUSED]
    assert session.scalars(select(Category.slug)).all() == ["ghosts"]


def test_remote_pictures_are_never_fetched(take: Import, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        host = f"127.0.0.1:{server.getsockname()[1]}"
        report = take(f"{HEADER}mug,Mug,,,MUG,,,5,,http://{host}/mug.png\n")
        with pytest.raises(TimeoutError):
            server.accept()
    assert reason(report, 2) == f"picture at {host} not fetched; artwork drawn"
    paths = session.scalars(select(Image.path)).all()
    assert len(paths) == 3
    assert all((settings.data_dir / "media" / path).is_file() for path in paths)


def test_a_picture_in_the_media_folder_is_taken(take: Import, settings: Settings) -> None:
    photo = settings.data_dir / "media" / "photos" / "mug.png"
    photo.parent.mkdir(parents=True, exist_ok=True)
    Picture.new("RGB", (30, 20)).save(photo)
    row = f"{HEADER}mug,Mug,,,MUG,,,5,,/media/photos/mug.png\n"
    take(row)
    image = session.scalars(select(Image)).one()
    assert (image.path, image.width, image.height) == ("photos/mug.png", 30, 20)
    assert set(verbs(take(row)).values()) == {Verb.UNCHANGED}


@pytest.mark.parametrize("source", ["../shop.db", "/etc/passwd", "art/../../shop.db", "x.svg"])
def test_other_files_are_no_pictures(take: Import, source: str) -> None:
    report = take(f"{HEADER}mug,Mug,,,MUG,,,5,,{source}\n")
    assert "picture not found in the media folder" in reason(report, 2)


def test_many_rows_need_few_queries(take: Import) -> None:
    rows = "".join(f"item-{n},Item {n},,,ITEM-{n},shopify,3,5.00,,\n" for n in range(300))
    take(HEADER + rows)
    queries: list[str] = []

    def note(*args: object) -> None:
        if str(args[2]).startswith("SELECT"):
            queries.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        report = take(HEADER + rows)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert report.count(Verb.UNCHANGED) == 300
    assert len(queries) <= 10


def run(app: Flask, *args: str | Path) -> Result:
    return app.test_cli_runner().invoke(catalog_group, ["import", *map(str, args)])


def test_the_command_ends_with_a_summary_and_fails_on_refusals(app: Flask) -> None:
    result = run(app, DATA / "nasty.csv")
    assert result.exit_code == 1
    assert "row 6     refused    bad-price  price 'about ten' is not an amount" in result.output
    assert result.output.splitlines()[-1].endswith("2 created, 0 changed, 0 unchanged, 24 refused.")
    commit()
    assert counts()[0] == 2


def test_the_command_is_content_with_a_good_file(app: Flask) -> None:
    result = run(app, DATA / "new-headers.csv")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == (
        "5 rows of 3 products: 5 created, 0 changed, 0 unchanged, 0 refused."
    )


def test_a_dry_run_leaves_nothing_behind(app: Flask, tmp_path: Path, settings: Settings) -> None:
    file = tmp_path / "dry.csv"
    file.write_text(f"{HEADER}dry-run-mug,Mug,,,MUG,shopify,5,5,,\n")
    result = run(app, "--dry-run", file)
    assert "1 created" in result.output
    assert "nothing was changed" in result.output
    commit()
    assert counts() == [0] * 6
    assert not list((settings.data_dir / "media").glob("art/dry-run-mug*"))


def test_stock_without_a_tracker_is_counted_only_on_request(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "untracked.csv"
    file.write_text(f"{HEADER}mug,Mug,,,MUG,,5,5,,\n")
    assert "the row names no inventory tracker" in run(app, file).output
    assert the_mug().available is None
    run(app, "--track-stock", file)
    assert the_mug().available == 5


def test_a_file_that_is_no_catalog_is_refused(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("name,age\nAda,36\n")
    result = run(app, file)
    assert result.exit_code == 1
    assert "The file has no column “title”." in result.output
