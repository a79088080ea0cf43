"""What the cart costs, by what the checkout knows so far: a full estimate from the first step."""

from collections.abc import Sequence
from dataclasses import dataclass

from shop import config, money
from shop.cart.discounts.standing import Standing
from shop.cart.summary import CartView, LineView
from shop.checkout import countries, delivery, tariffs, tax, totals
from shop.checkout.delivery import DeliveryOption, Parcel
from shop.checkout.models import CheckoutSession
from shop.checkout.tariffs import Tariff
from shop.checkout.tax import STANDARD
from shop.checkout.totals import Item, Totals


@dataclass(frozen=True)
class Quote:
    lines: Sequence[LineView]
    currency: str
    country: str
    needs_delivery: bool
    options: Sequence[DeliveryOption]
    delivery: DeliveryOption | None
    """The chosen one, or the usual one before there is a choice."""
    rates: dict[str, int]
    """Basis points by tax category."""
    totals: Totals
    is_estimate: bool
    tariff: Tariff
    discount: Standing | None = None

    @property
    def country_name(self) -> str:
        return countries.name_of(self.country)

    @property
    def option_cards(self) -> list[dict[str, object]]:
        """For the radio cards."""
        return [
            {
                "value": option.method_id,
                "title": option.name,
                "note": option.note,
                "price_label": self._price_label(option),
            }
            for option in self.options
        ]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """For the slip: labels and amounts."""
        rows = [("Subtotal", money.show(self.totals.subtotal, self.currency))]
        if self.discount and self.discount.amount:
            rows.append(self.discount.row)
        if self.needs_delivery:
            rows.append(self._delivery_row())
        tax_label = "Of which VAT" if self.totals.tax_included else "Tax"
        rows.append((tax_label + self._estimated(), money.show(self.totals.tax, self.currency)))
        return rows

    @property
    def total_row(self) -> tuple[str, str]:
        return ("Total", money.show(self.totals.total, self.currency))

    def _delivery_row(self) -> tuple[str, str]:
        if self.delivery is None:
            return ("Delivery", "not available")
        label = f"Delivery, {self.delivery.name}" + self._estimated()
        return (label, self._price_label(self.delivery))

    def _price_label(self, option: DeliveryOption) -> str:
        return money.show(option.amount, self.currency) if option.amount else "Free"

    def _estimated(self) -> str:
        return ", estimated" if self.is_estimate else ""


def quote(
    checkout: CheckoutSession,
    cart: CartView,
    country: str | None = None,
    *,
    tariff: Tariff | None = None,
) -> Quote:
    """:param country: to look at another one than the session's.
    :param tariff: as good as now, if none is given.
    """
    country = country or checkout.country or config.current().country
    tariff = tariff or tariffs.recent()
    options = (
        delivery.options(tariff.methods, parcel_of(cart, country)) if cart.has_physical else []
    )
    chosen = delivery.chosen(options, checkout.delivery_method_id)
    carried_by = chosen or delivery.usual(options)
    categories = (line.tax_category for line in cart.lines)
    rates = tax.rates(tariff.rates, country, categories)
    return Quote(
        lines=cart.lines,
        currency=cart.currency,
        country=country,
        needs_delivery=cart.has_physical,
        options=options,
        delivery=carried_by,
        rates=rates,
        totals=totals.compute(
            [Item(line.amount, rates[line.tax_category], line.discount) for line in cart.lines],
            delivery=carried_by.amount if carried_by else 0,
            delivery_rate=rates[STANDARD],
            tax_included=config.current().prices_include_tax,
            step=money.step(cart.currency),
        ),
        is_estimate=checkout.country is None or (cart.has_physical and chosen is None),
        tariff=tariff,
        discount=cart.discount,
    )


def parcel_of(cart: CartView, country: str) -> Parcel:
    weight = sum(line.weight for line in cart.lines)
    return Parcel(country, weight, cart.subtotal, cart.currency)
