"""Delivery methods and tax rates to begin with. A shop checks them with its accountant."""

from decimal import Decimal

from sqlalchemy import select

from shop import config, money
from shop.checkout.models import DeliveryMethod, TaxRate
from shop.checkout.tax import ANYWHERE, STANDARD
from shop.db import session

# Standard and usual reduced VAT in percent, as of 2026.
RATES = {
    "AT": ("20", "10"),
    "BE": ("21", "6"),
    "BG": ("20", "9"),
    "CH": ("8.1", "2.6"),
    "CY": ("19", "5"),
    "CZ": ("21", "12"),
    "DE": ("19", "7"),
    "DK": ("25", "25"),
    "EE": ("24", "9"),
    "ES": ("21", "10"),
    "FI": ("25.5", "13.5"),
    "FR": ("20", "5.5"),
    "GB": ("20", "5"),
    "GR": ("24", "6"),
    "HR": ("25", "5"),
    "HU": ("27", "5"),
    "IE": ("23", "9"),
    "IT": ("22", "10"),
    "LT": ("21", "12"),
    "LU": ("17", "8"),
    "LV": ("21", "12"),
    "MT": ("18", "5"),
    "NL": ("21", "9"),
    "PL": ("23", "8"),
    "PT": ("23", "6"),
    "RO": ("21", "11"),
    "SE": ("25", "12"),
    "SI": ("22", "9.5"),
    "SK": ("23", "5"),
    "US": ("0", "0"),
    ANYWHERE: ("0", "0"),
}


def seed_checkout() -> None:
    """Fill empty tables; what is there already stays as staff made it."""
    if not session.scalar(select(TaxRate.id).limit(1)):
        session.add_all(_tax_rates())
    if not session.scalar(select(DeliveryMethod.id).limit(1)):
        session.add_all(_delivery_methods())
    session.flush()  # the seeds of orders choose among them


def _tax_rates() -> list[TaxRate]:
    """Downloads and licenses are taxed at the standard rate of the buyer's country."""
    return [
        TaxRate(
            country=country,
            category=category,
            basis_points=int(Decimal(percent) * 100),
            name="Sales tax" if country == "US" else "VAT",
        )
        for country, (standard, reduced) in RATES.items()
        for category, percent in ((STANDARD, standard), ("reduced", reduced), ("digital", standard))
    ]


def _delivery_methods() -> list[DeliveryMethod]:
    settings = config.current()

    def worth(amount: str) -> int:
        """In a currency without fractions, a hundred of its units for one euro."""
        has_fractions = money.step(settings.currency) < 10 ** money.decimals(settings.currency)
        euros = Decimal(amount)
        return money.to_minor(euros if has_fractions else 100 * euros, settings.currency)

    common = {"currency": settings.currency}
    return [
        DeliveryMethod(
            name="Standard",
            note="3 to 5 working days",
            countries=[],
            amount=worth("4.90"),
            free_from=worth("50"),
            most_weight=30_000,
            position=0,
            **common,
        ),
        DeliveryMethod(
            name="Express",
            note="1 to 2 working days",
            countries=sorted(set(RATES) - {ANYWHERE}),
            amount=worth("12.90"),
            most_weight=20_000,
            position=1,
            **common,
        ),
        DeliveryMethod(
            name="Pickup",
            note="At our store, from the next working day",
            countries=[settings.country],
            amount=0,
            position=2,
            **common,
        ),
    ]
