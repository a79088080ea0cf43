"""What is bought, by what stands on the shelf."""

from dataclasses import dataclass

from shop.demo.visitor import Visitor


@dataclass(frozen=True)
class Ware:
    slug: str
    sku: str
    quantity: int = 1


def price_of(visitor: Visitor, ware: Ware, currency: str, interval: str | None = None) -> int:
    """Its id; of a plan when an interval is named."""
    asked = (ware.sku, currency, interval)
    for variant in visitor.call("GET", f"/api/products/{ware.slug}")["variants"]:
        for price in variant["prices"]:
            found = (price["recurring"] or {}).get("interval")
            if (variant["sku"], price["currency"], found) == asked:
                return int(price["id"])
    raise LookupError(ware.sku)
