"""Reading files: no database here."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import money
from shop.catalog import shopify
from shop.catalog.csv_cells import MOST_AMOUNT, Cells
from shop.catalog.csv_table import UnreadableFile
from shop.catalog.shopify import ProductDraft
from shop.catalog.sku import distinct_sku, sku_for

DATA = Path(__file__).parent / "data"
HEADER = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
ROW = "café,Café crème,Größe,Groß,CAFE-1,4.50\n"


def only(content: bytes) -> ProductDraft:
    (draft,) = shopify.parse(content, "EUR")
    assert not draft.problems
    return draft


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + ROW).encode(),
        (HEADER + ROW).encode("utf-8-sig"),
        (HEADER + ROW).encode("utf-16"),
        (HEADER + ROW).encode("cp1252"),
        (HEADER + ROW).replace(",", ";").encode(),
        (HEADER + ROW).replace(",", "\t").encode(),
        (HEADER + ROW).replace("\n", "\r\n").encode(),
        (HEADER + ROW).replace("\n", "\r").encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "cp1252", "semicolons", "tabs", "crlf", "cr"],
)
def test_a_file_means_the_same_in_every_encoding(content: bytes) -> None:
    draft = only(content)
    assert (draft.handle, draft.title) == ("café", "Café crème")
    assert draft.variants[0].options == {"Größe": "Groß"}
    assert draft.variants[0].price == 450


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no header"),
        (b"\n\n", "no header"),
        (b"Title,Price,Price\n", "twice"),
        (b"Handle,Variant Price\nx,1\n", "no column"),
        (b"Handle,Title\nx,X\n", "no column"),
        (b"\xff\xfe\x00", "neither"),
        (b"Title,Price\x81\n", "neither"),
    ],
)
def test_what_is_no_product_file_is_refused_whole(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        shopify.parse(content, "EUR")


def test_new_column_names_are_read_like_the_old_ones() -> None:
    shirt, hidden, old = shopify.parse((DATA / "new-headers.csv").read_bytes(), "EUR")
    assert (shirt.handle, shirt.vendor, shirt.categories) == ("harbor-shirt", "Lowtide", ["Shirts"])
    assert shirt.summary == "A shirt for bad weather."
    assert [variant.options for variant in shirt.variants] == [
        {"Size": "S", "Color": "Blue"},
        {"Size": "M", "Color": "Blue"},
        {"Size": "L", "Color": "Blue"},
    ]
    assert [variant.price for variant in shirt.variants] == [4500, 4500, 4750]
    assert [variant.compare_at for variant in shirt.variants] == [6000, 6000, 0]
    assert [variant.quantity for variant in shirt.variants] == [4, 0, None]
    assert [variant.weight for variant in shirt.variants] == [310, 320, 330]
    assert [draft.status for draft in (shirt, hidden, old)] == ["published", "draft", "archived"]


def test_rows_of_one_handle_need_not_be_neighbors() -> None:
    rows = "a,A,Size,S,A-S,1\nb,B,,,B-1,1\na,,,M,A-M,1\n"
    a, b = shopify.parse((HEADER + rows).encode(), "EUR")
    assert (a.lines, b.lines) == ([2, 4], [3])
    assert len(a.variants) == 2


def test_a_product_without_handle_is_named_by_its_title() -> None:
    assert only(b"Title,Price\n  My   New Mug! ,3\n").handle == "my-new-mug"


def test_a_malformed_row_in_the_middle_refuses_the_product() -> None:
    rows = "a,A,Size,S,A-S,1\na,,,M,A-M,1,,,\n"
    (draft,) = shopify.parse((HEADER + rows).encode(), "EUR")
    assert draft.problems == {3: ["the row has 9 cells, the header has 6"]}


@pytest.mark.parametrize(
    ("currency", "cell", "minor"),
    [("EUR", "42.990", 4299), ("JPY", "500.00", 500), ("KWD", "1.25", 1250), ("USD", "0", 0)],
)
def test_an_amount_is_minor_units_of_its_currency(currency: str, cell: str, minor: int) -> None:
    assert Cells({"price": cell}).amount("price", currency) == minor


@pytest.mark.parametrize(
    "cell", ["1e3", "NaN", "Infinity", "1_000", "$5", "5,00", "٣", "0.001", "--1", "1000000.00"]
)
def test_what_is_no_amount_is_refused(cell: str) -> None:
    cells = Cells({"price": cell})
    assert cells.amount("price", "EUR") is None
    assert len(cells.problems) == 1


@given(st.text(max_size=30), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_cell_is_an_exact_amount_or_refused(cell: str, currency: str) -> None:
    cells = Cells({"price": cell})
    minor = cells.amount("price", currency)
    if minor is None:
        assert bool(cell) == bool(cells.problems)
    else:
        assert 0 <= minor <= MOST_AMOUNT
        assert money.to_decimal(minor, currency) == Decimal(cell)


@given(st.integers(0, MOST_AMOUNT // 10), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_every_amount_survives_being_written(steps: int, currency: str) -> None:
    minor = steps * money.step(currency)
    cell = str(money.to_decimal(minor, currency))
    assert Cells({"price": cell}).amount("price", currency) == minor


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        drafts = shopify.parse(HEADER.encode() + content, "EUR")
    except UnreadableFile:
        return
    lines = [line for draft in drafts for line in draft.lines]
    assert len(lines) == len(set(lines))


@given(st.lists(st.text(max_size=12), min_size=6, max_size=6))
def test_any_cells_make_a_variant_or_a_reason(row: list[str]) -> None:
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
    for draft in shopify.parse((HEADER + quoted).encode("utf-8", "replace"), "EUR"):
        assert draft.problems or draft.variants


def test_a_made_up_sku_is_stable_and_plain() -> None:
    assert sku_for("tee", {"Size": "M", "Color": "Light Blue"}) == "TEE-M-LIGHT-BLUE"
    assert sku_for("crème-9", {}) == "CREME-9"
    assert sku_for("茶", {}) == sku_for("茶", {}) != sku_for("酒", {})
    assert len(sku_for("x" * 200, {})) == 60
    assert distinct_sku("a-b", {"Size": "C"}) != distinct_sku("a", {"Size": "B C"})
