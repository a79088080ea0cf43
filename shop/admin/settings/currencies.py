"""Which currencies prices and amounts may be in."""

from typing import Any

from babel import Locale
from wtforms import SelectField

COMMON = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "JPY", "KWD")


class CurrencyField(SelectField):
    def __init__(self, label: str, **kwargs: Any) -> None:
        names = Locale("en").currencies
        choices = [(code, f"{code}, {names[code]}") for code in COMMON]
        super().__init__(label, choices=choices, **kwargs)
