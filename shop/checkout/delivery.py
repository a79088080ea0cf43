"""Ways to deliver, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from shop.checkout.tariffs import Method
from shop.errors import BadInput


class NoSuchDelivery(BadInput):
    message = "This delivery is not available for your address. Choose another one."


@dataclass(frozen=True)
class Parcel:
    """What is to be delivered, as far as the price depends on it."""

    country: str
    weight: int
    """Grams."""
    subtotal: int
    currency: str


@dataclass(frozen=True)
class DeliveryOption:
    method_id: int
    name: str
    note: str
    amount: int


def options(among: Sequence[Method], parcel: Parcel) -> list[DeliveryOption]:
    """What can carry the parcel."""
    return [
        DeliveryOption(method.id, method.name, method.note, price(method, parcel.subtotal))
        for method in among
        if method.currency == parcel.currency and carries(method, parcel)
    ]


def carries(method: Method, parcel: Parcel) -> bool:
    goes_there = not method.countries or parcel.country in method.countries
    return goes_there and (method.most_weight is None or parcel.weight <= method.most_weight)


def price(method: Method, subtotal: int) -> int:
    is_free = method.free_from is not None and subtotal >= method.free_from
    return 0 if is_free else int(method.amount)


def chosen(among: Sequence[DeliveryOption], method_id: int | None) -> DeliveryOption | None:
    return next((option for option in among if option.method_id == method_id), None)


def usual(among: Sequence[DeliveryOption]) -> DeliveryOption | None:
    """What we assume before the customer chose: the first, not the cheapest (that is a pick-up)."""
    return among[0] if among else None
