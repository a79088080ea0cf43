"""An order is made when the buyer goes to pay: everything is copied into it as it is then."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm.attributes import set_committed_value

from shop import rows
from shop.catalog.models import Kind
from shop.orders import timeline
from shop.orders.models import Order, OrderLine

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread on the phone


@dataclass(frozen=True)
class LineDraft:
    """Amounts in minor units, the tax rate in basis points."""

    product_id: int
    variant_id: int
    price_id: int
    kind: Kind
    title: str
    sku: str
    options: Mapping[str, str]
    quantity: int
    unit_amount: int
    amount: int
    tax_rate: int
    tax: int
    discount: int = 0


@dataclass(frozen=True)
class OrderDraft:
    user_id: int | None
    email: str
    name: str
    billing_address: Mapping[str, str]
    shipping_address: Mapping[str, str] | None
    delivery_name: str
    currency: str
    subtotal: int
    discount: int
    delivery: int
    tax: int
    tax_included: bool
    total: int
    lines: tuple[LineDraft, ...]
    discount_code: str = ""
    discount_name: str = ""
    token: str = field(default_factory=secrets.token_urlsafe)
    """By which others hold for it what it needs."""


def place(draft: OrderDraft) -> Order:
    """The order of this draft, not yet paid."""
    values = {key: value for key, value in vars(draft).items() if key != "lines"}
    values["billing_address"] = dict(draft.billing_address)
    if draft.shipping_address is not None:
        values["shipping_address"] = dict(draft.shipping_address)
    order = Order(number=new_number(), **values)
    rows.put(order)
    lines = [_line(order, line) for line in draft.lines]
    rows.put(*lines)
    set_committed_value(order, "lines", lines)
    rows.put(timeline.entry(order, "placed", "Order placed, waiting for payment."))
    return order


def _line(order: Order, draft: LineDraft) -> OrderLine:
    return OrderLine(**(vars(draft) | {"options": dict(draft.options), "order_id": order.id}))


def new_number() -> str:
    """Such as `K-7Q4M-2XB9`: short enough to read out, too many to guess or count."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"K-{code[:4]}-{code[4:]}"
