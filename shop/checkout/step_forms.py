"""A step's form, filled with what is known or was sent, and how it reaches the session."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import Form

from shop.cart.summary import CartView
from shop.checkout import addresses, countries, filling
from shop.checkout.forms import AddressForm, ContactForm, DeliveryForm, address_form
from shop.checkout.models import CheckoutSession
from shop.checkout.quotes import Quote
from shop.errors import BadInput


@dataclass(frozen=True)
class StepForm:
    """One form, or the two addresses; by the prefix of their fields."""

    parts: Mapping[str, Form]
    fill_in: Callable[[CheckoutSession, CartView, Quote], None]

    def __getitem__(self, prefix: str) -> Form:
        return self.parts[prefix]

    def __contains__(self, prefix: str) -> bool:
        return prefix in self.parts

    @property
    def country(self) -> str:
        """Where it goes, as it is typed now; only of an address form."""
        place = "shipping" if "shipping" in self.parts else "billing"
        return str(self.parts[place]["country"].data)

    def validate(self) -> bool:
        return all([part.validate() for part in self.parts.values()])  # noqa: C419  each is shown

    def fill(self, checkout: CheckoutSession, cart: CartView, quote: Quote) -> None:
        self.fill_in(checkout, cart, quote)

    def show_errors(self, error: BadInput) -> None:
        """Put a rule's errors beside the fields they are about."""
        for name, messages in error.errors.items():
            prefix, _, field = name.rpartition(".")
            part = self.parts.get(prefix)
            if part is not None and field in part:
                part[field].errors = [*messages]


def form_of(
    step: str, checkout: CheckoutSession, cart: CartView, quote: Quote, posted: Any = None
) -> StepForm:
    """:param posted: what was sent, instead of what is known."""
    match step:
        case "contact":
            return _contact_form(checkout, posted)
        case "delivery":
            return _delivery_form(quote, posted)
        case _:
            return _address_forms(checkout, cart, quote, posted)


def _contact_form(checkout: CheckoutSession, posted: Any) -> StepForm:
    form = ContactForm(posted, email=checkout.email, name=checkout.name)

    def fill(checkout: CheckoutSession, _cart: CartView, _quote: Quote) -> None:
        filling.fill_contact(checkout, email=form["email"].data or "", name=form["name"].data or "")

    return StepForm({"": form}, fill)


def _delivery_form(quote: Quote, posted: Any) -> StepForm:
    usual = quote.delivery.method_id if quote.delivery else None
    form = DeliveryForm(posted, method_id=usual)
    form.method_id.choices = [(option.method_id, option.name) for option in quote.options]

    def fill(checkout: CheckoutSession, _cart: CartView, quote: Quote) -> None:
        filling.fill_delivery(checkout, quote, form.method_id.data)

    return StepForm({"": form}, fill)


def _address_forms(
    checkout: CheckoutSession, cart: CartView, quote: Quote, posted: Any
) -> StepForm:
    if not cart.has_physical:
        billing = _address("billing", checkout.billing_address, checkout, quote, posted)

        def fill_one(checkout: CheckoutSession, cart: CartView, quote: Quote) -> None:
            given = billing.given()
            filling.fill_address(checkout, cart, quote.tariff, billing=given, shipping=None)

        return StepForm({"billing": billing}, fill_one)

    shipping = _address("shipping", checkout.shipping_address, checkout, quote, posted)
    differs = checkout.billing_address != checkout.shipping_address
    known = checkout.billing_address if differs else None
    billing = _address("billing", known, checkout, quote, posted, is_required=False)

    def fill_both(checkout: CheckoutSession, cart: CartView, quote: Quote) -> None:
        other = billing.given() if billing.is_touched else None
        given = shipping.given()
        filling.fill_address(checkout, cart, quote.tariff, billing=other, shipping=given)

    return StepForm({"shipping": shipping, "billing": billing}, fill_both)


def _address(
    place: str,
    known: Mapping[str, str] | None,
    checkout: CheckoutSession,
    quote: Quote,
    posted: Any,
    **options: bool,
) -> AddressForm:
    known = known or {"name": checkout.name, "country": quote.country}
    country = (posted or {}).get(f"{place}-country") or known["country"]
    if country not in countries.names():
        country = quote.country
    rules = addresses.rules_of(country, full=quote.needs_delivery)
    return address_form(place, rules, posted, known, **options)
