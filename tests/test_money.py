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


def test_p07_a_fraction_that_the_currency_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="too many decimals"):
        money.to_minor(Decimal("5.5"), "JPY")
