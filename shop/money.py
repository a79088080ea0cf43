"""Money is whole minor units and a currency code; floats never touch it."""

from decimal import Decimal
from functools import lru_cache

from babel.core import UnknownLocaleError
from babel.numbers import format_currency

# Stripe's list, which is not CLDR's: https://docs.stripe.com/currencies#zero-decimal
# UGX and ISK have no fractions either, but Stripe wants 500 for 5 of them (#special-cases there).
ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])


def decimals(currency: str) -> int:
    if currency.upper() in ZERO_DECIMAL:
        return 0
    return 3 if currency.upper() in THREE_DECIMAL else 2


def to_decimal(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-decimals(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of a decimal amount.

    :raises ValueError: when the amount has more decimals than the currency.
    """
    minor = amount.scaleb(decimals(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} has too many decimals for {currency}")
    return int(minor)


@lru_cache(maxsize=20_000)
def show(amount: int, currency: str, locale: str = "en") -> str:
    """An amount for people: €1,234.50, ¥500, KWD 1.250."""
    digits = decimals(currency)
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    try:
        return format_currency(
            to_decimal(amount, currency), currency, pattern, locale, currency_digits=False
        )
    except UnknownLocaleError:
        return show(amount, currency)


def share(amount: int, basis_points: int, *, included: bool) -> int:
    """Tax at a rate: the part inside an amount, or what comes on top; half a unit rounds up."""
    base = 10_000 + basis_points if included else 10_000
    return (2 * amount * basis_points + base) // (2 * base)
