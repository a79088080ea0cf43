"""Amounts as people write them and as Stripe wants them."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency

from shop import money


@pytest.mark.parametrize(
    ("currency", "minor"),
    [("EUR", 500), ("JPY", 5), ("KWD", 5000), ("ISK", 500), ("UGX", 500), ("jpy", 5)],
)
def test_p07_five_as_stripe_wants_it(currency: str, minor: int) -> None:
    assert money.to_minor(Decimal(5), currency) == minor
    assert money.to_decimal(minor, currency) == 5


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("5.5", "JPY"), ("5.001", "EUR"), ("5.5", "ISK"), ("5.5", "UGX"), ("5.125", "KWD")],
)
def test_p07_a_fraction_that_cannot_be_paid_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="too many decimals"):
        money.to_minor(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("currency", "least"),
    [("EUR", 50), ("gbp", 30), ("JPY", 50), ("KRW", 50), ("ZAR", 50), ("HUF", 17_500), ("KWD", 1)],
)
def test_p07_the_least_that_can_be_paid(currency: str, least: int) -> None:
    assert money.least(currency) == least


@pytest.mark.parametrize("locale", ["en", "de", "de_CH", "fr", "sv", "hi", "ar"])
@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD", "CHF"])
@pytest.mark.parametrize("amount", [0, 5, 123_456_789, -123_450])
def test_amounts_are_written_as_babel_writes_them(amount: int, currency: str, locale: str) -> None:
    pattern = {"JPY": "¤#,##0", "KWD": "¤#,##0.000"}.get(currency, "¤#,##0.00")
    decimal = money.to_decimal(amount, currency)
    written = format_currency(decimal, currency, pattern, locale, currency_digits=False)

    assert money.show(amount, currency, locale) == written


def test_a_language_that_babel_does_not_know_is_written_as_english() -> None:
    assert money.show(123_450, "EUR", "xx") == "€1,234.50"
