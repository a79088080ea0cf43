"""What a buyer typed wrong, put right by staff before the parcel leaves."""

from collections.abc import Mapping

from shop.catalog.models import Kind
from shop.checkout import addresses, contacts
from shop.checkout.buy_button.buyers import NO_ADDRESS, NO_EMAIL
from shop.errors import BadInput, ShopError
from shop.orders import timeline
from shop.orders.models import FulfilmentState, Order, PaymentState

OVER = (PaymentState.REFUNDED, PaymentState.CANCELED)


class TooLate(ShopError):
    title = "The address stays"
    message = "Nothing of this order waits to be delivered."


def may_move(order: Order) -> bool:
    """Whether another address to deliver to would change anything."""
    waits = order.fulfilment_state in {FulfilmentState.UNFULFILLED, FulfilmentState.PARTIAL}
    is_sent = any(line.kind is Kind.PHYSICAL for line in order.lines)
    return waits and is_sent and order.payment_state not in OVER


def move(order: Order, given: Mapping[str, str]) -> dict[str, str]:
    """Deliver to another address, by the rules of its country; the order is locked.

    :raises TooLate: when nothing is left to deliver.
    :raises BadInput: by field; also for another country, whose taxes are not these.
    """
    if not may_move(order):
        raise TooLate
    address = addresses.normalize(given)
    before = (order.shipping_address or {}).get("country")
    if before and address["country"] != before:
        told = "Taxes and delivery were those of the country: refund, and let them order anew."
        raise BadInput(told, country=[told])
    order.shipping_address = address
    if order.attention == NO_ADDRESS:
        order.attention = ""
    timeline.note_act(order, "address", "The address to deliver to was corrected.")
    return address


def write_to(order: Order, email: str) -> str:
    """Send what concerns the order to another address from now on; the order is locked.

    :raises BadInput: with the problem of `email`.
    """
    order.email = readable(email)
    if order.attention == NO_EMAIL:
        order.attention = ""
    timeline.note_act(order, "email", "The e-mail address was corrected.")
    return order.email


def readable(email: str) -> str:
    """
    :raises BadInput: with the problem of `email`.
    """
    return contacts.normalize(email, "Somebody")[0]
