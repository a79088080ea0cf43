"""Amounts as people write them and as Stripe wants them."""

from decimal import Decimal

import pytest

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
