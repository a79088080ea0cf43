from decimal import Decimal, InvalidOperation

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from shop.admin.fields import MoneyField, PercentField, WordsField
from shop.admin.numbers import plain_number


class PriceForm(Form):
    currency = StringField("Currency")
    amount = MoneyField("Price")
    rate = PercentField("Rate")
    words = WordsField("Words")


def typed(**fields: str) -> PriceForm:
    form = PriceForm(MultiDict({"currency": "EUR", "rate": "0"} | fields))
    form.validate()
    return form


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234.5", "1234.5"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50"), ("19,90", "19.90"),
        ("1 234 567", "1234567"), ("1'234.00", "1234.00"), ("0", "0"), ("1,234", "1234"),
        ("1.250", "1.25"), ("1.234.567", "1234567"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, number: str) -> None:
    assert plain_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "-1", "1e3", "NaN", "٣", "1.2.3", "12,34,56", ".5", "1.", "x"]
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidOperation):
        plain_number(text)


@pytest.mark.parametrize(
    ("currency", "text", "minor"),
    [("EUR", "19.90", 1990), ("JPY", "500", 500), ("KWD", "1.250", 1250), ("EUR", "", None)],
)
def test_money_is_kept_in_minor_units(currency: str, text: str, minor: int | None) -> None:
    form = typed(currency=currency, amount=text)
    assert (form.amount.data, list(form.amount.errors)) == (minor, [])


@pytest.mark.parametrize(
    ("currency", "text"), [("EUR", "1.999"), ("JPY", "5.5"), ("EUR", "ten"), ("EUR", "9" * 12)]
)
def test_bad_money_keeps_what_was_typed(currency: str, text: str) -> None:
    form = typed(currency=currency, amount=text)
    assert form.amount.errors
    assert f'value="{text}"' in form.amount()


def test_money_is_shown_as_it_is_typed() -> None:
    form = PriceForm(data={"currency": "KWD", "amount": 1250, "rate": 1900})
    assert 'value="1.250"' in form.amount()
    assert 'value="19"' in form.rate()


@pytest.mark.parametrize(
    ("text", "points"), [("19", 1900), ("5.5 %", 550), ("0", 0), ("100", 10_000)]
)
def test_percent_is_kept_in_basis_points(text: str, points: int) -> None:
    assert typed(rate=text).rate.data == points


@pytest.mark.parametrize("text", ["101", "-1", "1.234", "half"])
def test_bad_percent_is_refused(text: str) -> None:
    assert typed(rate=text).rate.errors


def test_words_are_split() -> None:
    assert typed(words="DE, FR;NL  AT").words.data == ["DE", "FR", "NL", "AT"]
