"""Filling in the steps: the same rules for pages and the API. Errors name their fields."""

from collections.abc import Mapping

from shop.cart.summary import CartView
from shop.checkout import addresses, contacts, countries, delivery, saving
from shop.checkout.addresses import BadAddress
from shop.checkout.delivery import NoSuchDelivery
from shop.checkout.models import CheckoutSession
from shop.checkout.quotes import Quote, parcel_of
from shop.checkout.tariffs import Tariff

Address = Mapping[str, str]


def fill_contact(checkout: CheckoutSession, *, email: str, name: str) -> None:
    email, name = contacts.normalize(email, name)
    saving.save(checkout, email=email, name=name)


def fill_address(
    checkout: CheckoutSession,
    cart: CartView,
    tariff: Tariff,
    *,
    billing: Address | None,
    shipping: Address | None,
) -> None:
    """Of goods that are delivered, either address stands for both when the other is None.

    :raises BadAddress: with errors such as `shipping.postal_code`.
    """
    if not cart.has_physical:
        bills_to = _normalize("billing", billing, checkout, full=False)
        saving.save(checkout, billing_address=bills_to, shipping_address=None)
        return
    place = "shipping" if shipping is not None else "billing"
    goes_to = _normalize(place, shipping if shipping is not None else billing, checkout)
    if not delivery.options(tariff.methods, parcel_of(cart, goes_to["country"])):
        name = countries.name_of(goes_to["country"])
        errors = {f"{place}.country": [f"We cannot deliver this order there yet ({name})."]}
        raise BadAddress(None, **errors)
    both = billing is None or shipping is None
    bills_to = goes_to if both else _normalize("billing", billing, checkout)
    saving.save(checkout, billing_address=bills_to, shipping_address=goes_to)


def _normalize(
    place: str, given: Address | None, checkout: CheckoutSession, *, full: bool = True
) -> dict[str, str]:
    try:
        return addresses.normalize({"name": checkout.name, **_filled(given)}, full=full)
    except BadAddress as error:
        errors = {f"{place}.{name}": found for name, found in error.errors.items()}
        raise BadAddress(None, **errors) from None


def _filled(given: Address | None) -> Address:
    return {name: value for name, value in (given or {}).items() if value}


def fill_delivery(checkout: CheckoutSession, quote: Quote, method_id: int | None) -> None:
    """:raises NoSuchDelivery: when it cannot carry this order there."""
    chosen = delivery.chosen(quote.options, method_id)
    if chosen is None:
        raise NoSuchDelivery(None, method_id=[NoSuchDelivery.message])
    saving.save(checkout, delivery_method_id=chosen.method_id)
