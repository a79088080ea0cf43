"""Form fields of the back office: what people type, and what the database holds."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from shop import money
from shop.admin.numbers import plain_number


class MoneyField(Field):
    """An amount as people write it, kept in minor units of the currency in another field.

    That field must stand before this one in the form. Empty is None.
    """

    widget = TextInput()
    data: int | None

    def __init__(self, label: str, *args: Any, currency: str = "currency", **kwargs: Any) -> None:
        self._form = kwargs["_form"]
        self._currency_field = currency
        super().__init__(label, *args, **kwargs)

    @property
    def currency(self) -> str:
        return str(self._form[self._currency_field].data or "EUR").upper()

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        text = values[0].strip() if values else ""
        if not text:
            return
        try:
            amount = money.to_minor(plain_number(text), self.currency)
        except (InvalidOperation, ValueError):
            raise ValueError(
                f"Write an amount of {self.currency}, such as {self._example()}."
            ) from None
        if not 0 <= amount < 10**10:
            raise ValueError("This amount is out of range.")
        self.data = amount

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(money.to_decimal(self.data, self.currency))

    def _example(self) -> str:
        return str(money.to_decimal(1990 if money.decimals(self.currency) else 2000, self.currency))


class PercentField(Field):
    """Percent as people write it, kept in basis points: 19 is 1900."""

    widget = TextInput()
    data: int | None

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        text = values[0].strip().removesuffix("%").strip() if values else ""
        try:
            points = plain_number(text) * 100
        except InvalidOperation:
            raise ValueError("Write a percentage, such as 19 or 5.5.") from None
        if points != int(points) or not 0 <= points <= 10_000:
            raise ValueError("Between 0 and 100, with two decimals at most.")
        self.data = int(points)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{Decimal(self.data) / 100:f}"


class WordsField(Field):
    """A list of codes or words, typed with commas or spaces between them."""

    widget = TextInput()
    data: list[str]

    def process_formdata(self, values: list[str]) -> None:
        self.data = [word for word in re.split(r"[\s,;]+", values[0] if values else "") if word]

    def _value(self) -> str:
        return ", ".join(self.data or ())


class OneOf:
    """A validator: each word of a list is one of those known."""

    def __init__(self, known: Any, message: str) -> None:
        self._known, self._message = known, message

    def __call__(self, _form: Any, field: Field) -> None:
        unknown = [word for word in field.data or () if word not in self._known()]
        if unknown:
            raise StopValidation(self._message.format(", ".join(unknown)))
