"""What is done to products beside their form."""

from typing import Any

from shop.admin import seen
from shop.admin.undoing.reversal import CannotComeBack, Reversal
from shop.cart.discounts.models import DiscountCode
from shop.catalog import publishing
from shop.catalog.models import Product, Status
from shop.db import session
from shop.licenses import policies


def _status(key: str) -> str | None:
    product = session.get(Product, int(key), with_for_update=True, populate_existing=True)
    return str(product.status) if product else None


def _set_status(key: str, before: str) -> None:
    publishing.set_status(session.get_one(Product, int(key)), Status(before))


STATUS = Reversal(_status, _set_status, lambda key: f"product:{key}")


def rules_key(product_id: int, variant_id: int | None) -> str:
    return f"{product_id}:{variant_id or ''}"


def _whose(key: str) -> tuple[int, int | None]:
    product_id, _, variant_id = key.partition(":")
    return int(product_id), int(variant_id) if variant_id else None


def _rules(key: str) -> dict[str, Any] | None:
    """None for a variant without its own; a product without any has the usual ones."""
    product = session.get(Product, _whose(key)[0])
    if product is None:
        return None
    seen.lock(product)
    product_id, variant_id = _whose(key)
    found = policies.own(product_id, variant_id)
    return policies.rules(found) if found or not variant_id else None


def _set_rules(key: str, before: dict[str, Any] | None) -> None:
    product_id, variant_id = _whose(key)
    if before is not None:
        policies.set_rules(product_id, variant_id, **before)
    elif variant_id:
        policies.remove_own(product_id, variant_id)


RULES = Reversal(_rules, _set_rules, lambda key: f"product:{_whose(key)[0]}")


def _code(key: str) -> list[Any] | None:
    """With its uses: one that somebody has used stays."""
    code = session.get(DiscountCode, int(key), with_for_update=True, populate_existing=True)
    return [code.code, code.uses] if code else None


def _forget_code(key: str, before: None) -> None:
    if before is not None:
        raise CannotComeBack
    session.delete(session.get_one(DiscountCode, int(key)))


CODE = Reversal(_code, _forget_code, lambda key: f"discount code:{key}")
