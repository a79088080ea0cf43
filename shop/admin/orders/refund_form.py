"""What somebody types to give money back."""

from types import new_class
from typing import Any

from wtforms import BooleanField, Field, Form, IntegerField, RadioField
from wtforms.validators import InputRequired

from shop.admin.fields import MoneyField
from shop.admin.orders.desk import ReasonForm
from shop.orders.models import Order
from shop.orders.refunding.planning import Choice

WHOLE, PARTS = "whole", "parts"


class AmountField(MoneyField):
    """In the currency of the order, which is the form's."""

    @property
    def currency(self) -> str:
        return str(self._form.meta.currency)


class RefundForm(ReasonForm):
    """Made for an order by `refund_form`, with a field for each line."""

    how = RadioField(
        "How much",
        [InputRequired("Choose how much.")],
        choices=[(WHOLE, "All that is left"), (PARTS, "Chosen lines, or an amount")],
        default=WHOLE,
    )
    amount = AmountField(
        "Amount beside the lines", description="Such as the delivery, or a gesture."
    )
    restock = BooleanField("Put pieces that were not shipped back on the shelf", default=True)

    def choice(self) -> Choice:
        if self.how.data == WHOLE:
            return Choice(is_whole=True, restock=self.restock.data)
        quantities = {
            int(field.name.removeprefix("line-")): field.data
            for field in self
            if field.name.startswith("line-") and field.data
        }
        return Choice(
            quantities=quantities, amount=self.amount.data or 0, restock=self.restock.data
        )


class PiecesField(IntegerField):
    """Empty is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = 0
            return
        try:
            self.data = int(valuelist[0])
        except ValueError:
            self.data = None
            raise ValueError("Write a whole number.") from None


def refund_form(order: Order, posted: Any) -> RefundForm:
    fields: dict[str, Field] = {
        f"line-{line.id}": PiecesField(
            f"{line.title}, {line.quantity - line.refunded} left", default=0
        )
        for line in order.lines
        if line.refunded < line.quantity
    }
    made = new_class(
        "OrderRefundForm", (RefundForm, Form), exec_body=lambda space: space.update(fields)
    )
    form: RefundForm = made(posted, meta={"currency": order.currency})
    return form
