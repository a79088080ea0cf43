"""Shopify's product CSV, read into drafts. Nothing here knows the database.

A product is all rows of one handle: the first names it, each row with an option, a SKU or a price
is a variant, the others only add a picture. Column names are those of old and of new files. What a
file does not say is None in the draft, and stays as it is in the shop.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shop.catalog import csv_table
from shop.catalog.csv_cells import Cells
from shop.catalog.csv_table import Row, UnreadableFile
from shop.catalog.models import Status

COLUMNS = {  # ours: theirs, old and new
    "handle": ("handle", "url handle"),
    "title": ("title",),
    "body": ("body (html)", "body html", "description"),
    "vendor": ("vendor",),
    "type": ("type", "product type"),
    "category": ("product category",),
    "tags": ("tags",),
    "published": ("published", "published on online store"),
    "status": ("status",),
    "sku": ("variant sku", "sku"),
    "weight": ("variant grams", "weight value (grams)"),
    "tracker": ("variant inventory tracker", "inventory tracker"),
    "quantity": ("variant inventory qty", "inventory quantity"),
    "policy": ("variant inventory policy", "continue selling when out of stock"),
    "price": ("variant price", "price"),
    "compare-at price": ("variant compare at price", "compare-at price"),
    "requires shipping": ("variant requires shipping", "requires shipping"),
    "image": ("image src", "product image url"),
    "image alt text": ("image alt text",),
    "gift card": ("gift card",),
    "summary": ("seo description",),
    **{
        f"option{n} {part}": (f"option{n} {part}",) for n in (1, 2, 3) for part in ("name", "value")
    },
}
REQUIRED = ("title", "price")
VARIANT_MARKS = ("option1 value", "option2 value", "option3 value", "sku", "price")
STATUSES = {"active": Status.PUBLISHED, "draft": Status.DRAFT, "archived": Status.ARCHIVED}


@dataclass
class VariantDraft:
    line: int
    options: dict[str, str]
    sku: str
    price: int
    """Minor units, as all amounts."""
    compare_at: int | None
    """0 takes it away."""
    weight: int | None
    quantity: int | None
    """None also where stock is not counted."""
    ships: bool | None
    notes: list[str] = field(default_factory=list)


@dataclass
class ImageDraft:
    line: int
    source: str
    alt: str


@dataclass
class ProductDraft:
    handle: str
    lines: list[int] = field(default_factory=list)
    title: str = ""
    body: str | None = None
    vendor: str | None = None
    summary: str | None = None
    categories: list[str] = field(default_factory=list)
    status: Status | None = None
    variants: list[VariantDraft] = field(default_factory=list)
    images: list[ImageDraft] = field(default_factory=list)
    problems: dict[int, list[str]] = field(default_factory=dict)
    """By line. With any, the product is not to be taken."""


def parse(content: bytes, currency: str, *, track_stock: bool = False) -> list[ProductDraft]:
    """The products of a file, in its order.

    :param track_stock: count stock also where the file names no inventory tracker.
    :raises UnreadableFile: when it is no product file at all.
    """
    present, rows = csv_table.read(content)
    names = {ours: name for ours, theirs in COLUMNS.items() for name in theirs if name in present}
    if missing := [ours for ours in REQUIRED if ours not in names]:
        raise UnreadableFile(f"The file has no column “{COLUMNS[missing[0]][0]}”.")
    reader = _Reader(names, currency, track_stock=track_stock)
    return [reader.product(handle, group) for handle, group in _grouped(rows, names)]


def slugify(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")


def _grouped(rows: Iterable[Row], names: Mapping[str, str]) -> Iterable[tuple[str, list[Row]]]:
    """By handle, or by title where a new file leaves the handle to the shop."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        handle = row.cells.get(names.get("handle", ""), "").lower()
        handle = handle or slugify(row.cells.get(names["title"], ""))
        groups.setdefault(handle or f"?{row.line}", []).append(row)
    return [("" if key.startswith("?") else key, group) for key, group in groups.items()]


class _Reader:
    def __init__(self, names: Mapping[str, str], currency: str, *, track_stock: bool) -> None:
        self._names = names
        self._currency = currency
        self._tracks_all = track_stock

    def product(self, handle: str, rows: list[Row]) -> ProductDraft:
        draft = ProductDraft(handle, [row.line for row in rows])
        option_names: list[str] = []
        for index, row in enumerate(rows):
            cells = Cells(
                {ours: row.cells[name] for ours, name in self._names.items() if name in row.cells}
            )
            if row.problem:
                cells.problems.append(row.problem)
            elif index == 0:
                _describe(draft, cells)
                option_names = _option_names(cells)
                self._variant(draft, row.line, cells, option_names)
            else:
                self._further(draft, row.line, cells, option_names)
            if cells.problems:
                draft.problems[row.line] = cells.problems
        return draft

    def _further(
        self, draft: ProductDraft, line: int, cells: Cells, option_names: list[str]
    ) -> None:
        if any(cells.text(column) for column in VARIANT_MARKS):
            self._variant(draft, line, cells, option_names)
        elif not _image(draft, line, cells):
            cells.problems.append("the row has neither a variant nor a picture")

    def _variant(
        self, draft: ProductDraft, line: int, cells: Cells, option_names: list[str]
    ) -> None:
        options = _options(cells, option_names)
        sku = cells.text("sku", 100) or ""
        for other in draft.variants:
            if other.options == options:
                cells.problems.append(f"the same options as in row {other.line}")
            elif sku and other.sku == sku:
                cells.problems.append(f"the same SKU as in row {other.line}")
        price = cells.amount("price", self._currency)
        if price is None and not cells.problems:
            cells.problems.append("price is missing")
        variant = VariantDraft(
            line=line,
            options=options,
            sku=sku,
            price=price or 0,
            compare_at=self._compare_at(cells, price or 0),
            weight=cells.whole("weight"),
            quantity=None,
            ships=cells.flag("requires shipping"),
        )
        self._count(variant, cells)
        draft.variants.append(variant)
        _image(draft, line, cells)

    def _compare_at(self, cells: Cells, price: int) -> int | None:
        if "compare-at price" not in self._names:
            return None
        before = cells.amount("compare-at price", self._currency) or 0
        return before if before > price else 0

    def _count(self, variant: VariantDraft, cells: Cells) -> None:
        """An empty tracker means in Shopify that stock is not counted, whatever the quantity."""
        quantity = cells.whole("quantity")
        if quantity is None:
            return
        if (cells.text("policy") or "").lower() in {"continue", "true"}:
            variant.notes.append("stock not counted: it sells on when out of stock")
        elif self._tracks_all or cells.text("tracker") != "":
            variant.quantity = quantity
        else:
            variant.notes.append("stock not counted: the row names no inventory tracker")


def _describe(draft: ProductDraft, cells: Cells) -> None:
    if not re.fullmatch(r"[\w-]{1,200}", draft.handle):
        cells.problems.append("the handle is missing or cannot stand in an address")
    draft.title = cells.text("title") or ""
    if not draft.title:
        cells.problems.append("title is missing")
    if cells.flag("gift card"):
        cells.problems.append("gift cards cannot be sold here")
    draft.body = cells.long_text("body")
    draft.vendor = cells.text("vendor")
    draft.summary = cells.text("summary", 1_000)
    draft.categories = _categories(cells)
    draft.status = _status(cells)


def _categories(cells: Cells) -> list[str]:
    """The type; without one the last part of Shopify's own category; without that the tags."""
    standard = (cells.text("category", 500) or "").rsplit(">", 1)[-1].strip()
    tags = [tag.strip() for tag in (cells.text("tags", 5_000) or "").split(",")]
    name = cells.text("type") or standard
    return [name] if name else [tag for tag in dict.fromkeys(tags) if slugify(tag)]


def _status(cells: Cells) -> Status | None:
    given = (cells.text("status") or "").lower()
    if given and given not in STATUSES:
        cells.problems.append(f"status {given!r} is none of active, draft, archived")
    published = cells.flag("published")
    status = STATUSES.get(given)
    if published is False and status is not Status.ARCHIVED:
        return Status.DRAFT
    return status or (Status.PUBLISHED if published else None)


def _option_names(cells: Cells) -> list[str]:
    names = [cells.text(f"option{n} name", 60) or "" for n in (1, 2, 3)]
    is_single = names[0] == "Title" and cells.text("option1 value") == "Default Title"
    if is_single or not any(names):
        return []
    return names


def _options(cells: Cells, names: list[str]) -> dict[str, str]:
    options = {}
    for n, name in enumerate(names or ["", "", ""], 1):
        value = cells.text(f"option{n} value", 100) or ""
        given = cells.text(f"option{n} name", 60) or name
        if given != name and value != "Default Title":
            cells.problems.append(f"{given!r} is not an option of this product")
        elif name and not value:
            cells.problems.append(f"option {name!r} has no value")
        elif value and not name and value != "Default Title":
            cells.problems.append(f"{value!r} belongs to no option of this product")
        elif name:
            options[name] = value
    return options


def _image(draft: ProductDraft, line: int, cells: Cells) -> bool:
    source = cells.text("image", 2_000)
    if source:
        draft.images.append(ImageDraft(line, source, cells.text("image alt text", 500) or ""))
    return bool(source)
