"""Money is whole minor units and a currency code; floats never touch it."""

from decimal import Decimal
from functools import lru_cache

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, get_decimal_symbol, get_group_symbol

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
ENDS_IN_00 = frozenset(["ISK", "UGX"])

LEAST = {
    **dict.fromkeys(["ARS", "AUD", "BRL", "CAD", "CHF", "COP", "EUR", "IDR", "ILS", "INR"], 50),
    **dict.fromkeys(["JPY", "KRW", "NZD", "PHP", "RUB", "SGD", "USD", "ZAR"], 50),
    **dict.fromkeys(["AED", "MYR", "PLN", "RON"], 200),
    **dict.fromkeys(["NOK", "SEK"], 300),
    **dict.fromkeys(["MXN", "THB"], 1_000),
    "CZK": 1_500,
    "DKK": 250,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17_500,
}
"""In minor units, line by line as on Stripe's page of 2026:
https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts

Stripe's rule goes further, and it has the last word: what is converted into the currency that it
pays out must be worth that currency's least. Which one that is, and at what rate, only Stripe
knows. Some ways to pay, such as iDEAL, take less than this.
"""


def decimals(currency: str) -> int:
    if currency.upper() in ZERO_DECIMAL:
        return 0
    return 3 if currency.upper() in THREE_DECIMAL else 2


def step(currency: str) -> int:
    """What an amount must be a multiple of before Stripe takes it, in minor units.

    The last digit of three decimals is 0, and so are both of currencies without fractions that
    Stripe counts in hundredths: https://docs.stripe.com/currencies#special-cases
    """
    if currency.upper() in ENDS_IN_00:
        return 100
    return 10 if currency.upper() in THREE_DECIMAL else 1


def least(currency: str) -> int:
    """The smallest payment that Stripe takes, in minor units; 1 where it names none.

    Of what Stripe converts, it may want more: see `LEAST`.
    """
    return LEAST.get(currency.upper(), 1)


def to_decimal(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-decimals(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of a decimal amount.

    :raises ValueError: when the amount has more decimals than can be paid in the currency.
    """
    minor = amount.scaleb(decimals(currency))
    if minor % step(currency):
        raise ValueError(f"{amount} has too many decimals for {currency}")
    return int(minor)


def show(amount: int, currency: str, locale: str = "en") -> str:
    """An amount for people: €1,234.50, ¥500, KWD 1.250."""
    sign, separators = _marks(currency, locale, is_negative=amount < 0)
    return sign + f"{abs(to_decimal(amount, currency)):,}".translate(separators)


@lru_cache
def _marks(currency: str, locale: str, *, is_negative: bool) -> tuple[str, dict[int, str]]:
    """What stands before the digits, and between them instead of comma and point.

    Babel knows, but takes twenty times as long for a whole amount.
    """
    one = -1 if is_negative else 1
    try:
        shown = format_currency(one, currency, "¤0", locale, currency_digits=False)
    except UnknownLocaleError:
        return _marks(currency, "en", is_negative=is_negative)
    group, point = get_group_symbol(locale), get_decimal_symbol(locale)
    return shown.removesuffix("1"), str.maketrans({",": group, ".": point})


def share(amount: int, basis_points: int, *, included: bool, step: int = 1) -> int:
    """Tax at a rate: the part inside an amount, or what comes on top; half a step rounds up."""
    base = (10_000 + basis_points if included else 10_000) * step
    return (2 * amount * basis_points + base) // (2 * base) * step
