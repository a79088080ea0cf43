"""Variants of an imported product: options, SKU, price and stock."""

from shop import money
from shop.catalog import stock
from shop.catalog.import_job import Job
from shop.catalog.import_report import RowResult, Verb
from shop.catalog.models import Price, Product, Variant
from shop.catalog.shopify import VariantDraft
from shop.catalog.sku import distinct_sku, sku_for


class Refused(Exception):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def apply_variant(
    product: Product, draft: VariantDraft, job: Job, result: RowResult
) -> tuple[Variant, int | None]:
    """Create or change one variant; also returns by how much its stock is to change."""
    variant = _find(product, draft, job)
    if variant is None:
        variant = _create(product, draft, job, result)
    else:
        _update(variant, draft, result)
    _set_price(variant, draft, job.currency, result)
    return variant, _count(variant, draft, result)


def move_stock(variant: Variant, delta: int, job: Job, result: RowResult) -> None:
    """Record the difference as a movement; reserved units stay reserved.

    :raises Refused: when fewer would be left than are reserved.
    """
    reason = "opening" if result.verb is Verb.CREATED else "correction"
    try:
        stock.adjust(variant.id, delta, reason, job.reference)
    except stock.BelowReserved as error:
        raise Refused(result.line, error.detail) from error


def _find(product: Product, draft: VariantDraft, job: Job) -> Variant | None:
    owner = job.owners.get(draft.sku, product.slug)
    if owner != product.slug:
        raise Refused(draft.line, f"SKU {draft.sku} belongs to {owner}")
    same_options = [v for v in product.variants if v.options == draft.options]
    same_sku = [v for v in product.variants if v.sku == draft.sku]
    if same_options and same_sku and same_options != same_sku:
        raise Refused(draft.line, f"SKU {draft.sku} belongs to another variant of this product")
    return next(iter(same_options or same_sku), None)


def _create(product: Product, draft: VariantDraft, job: Job, result: RowResult) -> Variant:
    variant = Variant(
        sku=draft.sku or _new_sku(product, draft, job),
        options=draft.options,
        position=len(product.variants),
        weight=draft.weight or 0,
        tracks_stock=draft.quantity is not None,
        on_hand=0,
        reserved=0,
    )
    product.variants.append(variant)
    result.verb = Verb.CREATED
    result.notes += draft.notes if draft.sku else [f"SKU {variant.sku} made up", *draft.notes]
    return variant


def _new_sku(product: Product, draft: VariantDraft, job: Job) -> str:
    sku = sku_for(product.slug, draft.options)
    taken = sku in job.owners or sku in {variant.sku for variant in product.variants}
    return distinct_sku(product.slug, draft.options) if taken else sku


def _update(variant: Variant, draft: VariantDraft, result: RowResult) -> None:
    wanted: dict[str, object] = {"options": draft.options, "sku": draft.sku or variant.sku}
    if draft.weight is not None:
        wanted["weight"] = draft.weight
    if draft.quantity is not None:
        wanted["tracks_stock"] = True
    for name, value in wanted.items():
        if getattr(variant, name) != value:
            setattr(variant, name, value)
            result.change(name.replace("tracks_stock", "stock is counted now"))


def _set_price(variant: Variant, draft: VariantDraft, currency: str, result: RowResult) -> None:
    """A price may have sold something: it is withdrawn, and a new one takes its place."""
    current = [
        price
        for price in variant.prices
        if price.is_active and not price.is_recurring and price.currency == currency
    ]
    before = current[-1].compare_at_amount if current else None
    compare_at = before if draft.compare_at is None else draft.compare_at or None
    if [(p.unit_amount, p.compare_at_amount) for p in current] == [(draft.price, compare_at)]:
        return
    for price in current:
        price.is_active = False
        result.change(f"price was {money.show(price.unit_amount, currency)}")
    result.change(f"price is {money.show(draft.price, currency)}")
    variant.prices.append(
        Price(
            currency=currency,
            unit_amount=draft.price,
            compare_at_amount=compare_at,
            is_active=True,
        )
    )


def _count(variant: Variant, draft: VariantDraft, result: RowResult) -> int | None:
    if draft.quantity is None or draft.quantity == variant.on_hand:
        return None
    result.change(f"stock {variant.on_hand} → {draft.quantity}")
    return draft.quantity - variant.on_hand
