"""Delivery methods: where to, for how much, for what weight."""

from typing import Any, ClassVar

from wtforms import BooleanField, Form, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from shop.admin import cells, fields
from shop.admin.editing import EditableView
from shop.admin.settings.currencies import CurrencyField
from shop.checkout import countries


class DeliveryForm(Form):
    name = StringField("Name", [InputRequired("Name it, as buyers will read it."), Length(max=80)])
    note = StringField("How long it takes", [Length(max=120)], description="Such as: 2 to 4 days.")
    countries = fields.WordsField(
        "Countries",
        [fields.OneOf(countries.names, "Not a country code: {}.")],
        description="Two-letter codes, such as DE, FR, NL. Empty means everywhere.",
    )
    currency = CurrencyField("Currency")
    amount = fields.MoneyField("Price", [InputRequired("Name the price; 0 is free.")])
    free_from = fields.MoneyField("Free from a subtotal of")
    most_weight = IntegerField(
        "Heaviest order, in grams",
        [Optional(), NumberRange(1, 10**7, "Between 1 gram and 10 tons.")],
    )
    position = IntegerField("Position", [NumberRange(0, 1000, "0 to 1000.")], default=0)
    is_active = BooleanField("Offered to buyers", default=True)


class DeliveryView(EditableView):
    title: ClassVar[str] = "delivery method"
    many: ClassVar[str] = "delivery methods"
    form = DeliveryForm
    column_list = ("name", "countries", "amount", "free_from", "most_weight", "is_active")
    column_labels: ClassVar[dict[str, Any]] = {
        "amount": "Price",
        "free_from": "Free from",
        "most_weight": "Heaviest, g",
        "is_active": "Offered",
    }
    column_default_sort = "position"
    column_searchable_list = ("name", "note")
    column_formatters = {
        "name": cells.page_link,
        "amount": cells.amount,
        "free_from": cells.amount,
        "countries": lambda _v, _c, method, _n: ", ".join(method.countries) or "Everywhere",
    }
    column_formatters_export = column_formatters | {"name": lambda _v, _c, method, _n: method.name}
