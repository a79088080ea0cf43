import re

from wtforms import Form, IntegerField
from wtforms.validators import InputRequired, NumberRange

from shop.cart.carts import BadQuantity
from shop.cart.models import MOST_PER_LINE

DIGITS = re.compile("[0-9]{1,9}")


class DigitsField(IntegerField):
    """Plain digits. `int()` alone would also take "٣", "1_000" and " 1 "."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            if not DIGITS.fullmatch(valuelist[0]):
                self.data = None
                raise ValueError("Use digits only.")
            self.data = int(valuelist[0])


class QuantityForm(Form):
    quantity = DigitsField(
        "Quantity",
        [InputRequired(BadQuantity.message), NumberRange(1, MOST_PER_LINE, BadQuantity.message)],
    )


class AddForm(Form):
    price_id = DigitsField("Price", [InputRequired("Choose what to add.")])
    quantity = DigitsField(
        "Quantity", [NumberRange(1, MOST_PER_LINE, BadQuantity.message)], default=1
    )
