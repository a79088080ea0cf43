"""The demo shop as it is written down in `seeds/*.toml`, checked while it is read."""

import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from shop.catalog.models import Interval, Kind

SHELVES = (
    *("notebooks", "pens", "desk-objects", "bags", "clothing", "table", "prints"),
    *("printed-books", "e-books", "tools", "plug-ins", "fonts", "samples", "templates", "courses"),
)


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CategoryEntry(Entry):
    slug: str
    name: str
    description: str
    parent: str | None = None


class Amounts(Entry):
    eur: Decimal
    usd: Decimal


class RecurringEntry(Amounts):
    every: Interval
    trial_days: int = 0


class VariantEntry(Amounts):
    sku: str
    options: dict[str, str] = {}
    eur_before: Decimal | None = None
    usd_before: Decimal | None = None
    weight: int = 0
    stock: int | None = None
    """None for what cannot run out."""
    recurring: list[RecurringEntry] = []


class DownloadEntry(Entry):
    file: str
    version: str
    note: str
    linked: bool = False
    """Whether the product names the file by its address instead of having a release."""


class LicenseEntry(Entry):
    """The rules of an edition's licenses."""

    machine_limit: int | None = None
    overage_percent: int = 0
    duration_months: int | None = None
    on_expiry: Literal["stop", "keep_versions"] = "keep_versions"
    heartbeat_seconds: int | None = None
    offline_days: int = 30
    entitlements: list[str] = []


class ProductEntry(Entry):
    slug: str
    title: str
    kind: Kind
    category: str
    brand: str
    tax_category: Literal["standard", "reduced", "digital"] = "standard"
    summary: str
    description: str
    variants: list[VariantEntry] = Field(min_length=1)
    download: DownloadEntry | None = None
    licenses: dict[str, LicenseEntry] = {}
    """By edition."""

    @classmethod
    def from_shelf(cls, defaults: dict[str, Any], given: dict[str, Any]) -> Self:
        return cls.model_validate(defaults | given)


def categories() -> list[CategoryEntry]:
    """Parents before their children."""
    return [CategoryEntry.model_validate(given) for given in _read("categories")["categories"]]


def products() -> list[ProductEntry]:
    return [
        ProductEntry.from_shelf(shelf["defaults"], given)
        for shelf in map(_read, SHELVES)
        for given in shelf["products"]
    ]


def _read(name: str) -> dict[str, Any]:
    text = (files("shop.catalog") / "seeds" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
