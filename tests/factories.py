"""Plain builders: `make_price(unit_amount=500)` saves a price and whatever it needs."""

from itertools import count
from typing import Any

from shop.catalog.models import Kind, Price, Product, Status, StockMovement, Variant
from shop.db import commit, session, utcnow

_numbers = count(1)


def make_product(**given: Any) -> Product:
    n = next(_numbers)
    defaults = {
        "slug": f"product-{n}",
        "title": f"Product {n}",
        "kind": Kind.PHYSICAL,
        "status": Status.PUBLISHED,
        "published_at": utcnow(),
    }
    product = Product(**(defaults | given))
    session.add(product)
    commit()
    return product


def make_variant(**given: Any) -> Variant:
    """With `stock=3`, three are on hand and counted."""
    stock = given.pop("stock", None)
    if "product" not in given:
        given["product"] = make_product(**given.pop("product_values", {}))
    if stock is not None:
        given |= {"tracks_stock": True, "on_hand": stock}
    variant = Variant(**({"sku": f"SKU-{next(_numbers)}"} | given))
    session.add(variant)
    session.flush()  # the movement needs the id
    if stock:
        session.add(
            StockMovement(variant_id=variant.id, delta=stock, reason="opening", reference="opening")
        )
    commit()
    return variant


def make_price(**given: Any) -> Price:
    """Of a new product; `stock=`, `kind=` and `title=` go to its variant and product."""
    product_values = {key: given.pop(key) for key in ("kind", "title", "slug") if key in given}
    stock = given.pop("stock", None)
    if "variant" not in given:
        given["variant"] = make_variant(stock=stock, product_values=product_values)
    price = Price(**({"currency": "EUR", "unit_amount": 1900} | given))
    session.add(price)
    commit()
    return price
