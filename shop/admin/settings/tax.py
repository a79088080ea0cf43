"""Tax rates by country and category."""

from typing import Any, ClassVar

from flask_admin.contrib.sqla.filters import FilterEqual
from sqlalchemy import select
from wtforms import Form, SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from shop.admin import cells, fields
from shop.admin.editing import EditableView
from shop.checkout import countries
from shop.checkout.models import TaxRate
from shop.db import session

ANYWHERE = "*"
SLUG = "Small letters, digits and hyphens."


def country_choices() -> list[tuple[str, str]]:
    return [(ANYWHERE, "Any other country"), *countries.names().items()]


class TaxForm(Form):
    country = SelectField("Country", choices=country_choices)
    category = StringField(
        "Category",
        [InputRequired("Name the category."), Length(max=40), Regexp(r"[a-z0-9-]+$", 0, SLUG)],
        default="standard",
        description="Products name the same word: standard, reduced, books …",
    )
    basis_points = fields.PercentField("Rate in percent", [InputRequired("Name the rate.")])
    name = StringField(
        "Name on invoices", [InputRequired("Name the tax."), Length(max=40)], default="VAT"
    )

    def validate_on_twin(self, record: TaxRate | None) -> bool:
        """Whether no other row speaks for the same country and category."""
        twin = select(TaxRate.id).where(
            TaxRate.country == self.country.data, TaxRate.category == self.category.data
        )
        found = session.scalar(twin)
        if found is None or (record is not None and record.id == found):
            return True
        self.category.errors = ["This country has a rate for this category already."]
        return False


def country_of(rate: TaxRate) -> str:
    return "Any other country" if rate.country == ANYWHERE else countries.name_of(rate.country)


class TaxView(EditableView):
    title: ClassVar[str] = "tax rate"
    many: ClassVar[str] = "tax rates"
    deletes = True
    form = TaxForm
    column_list = ("country", "category", "basis_points", "name")
    column_labels: ClassVar[dict[str, str]] = {"basis_points": "Rate"}
    column_default_sort = "country"
    column_searchable_list = ("country", "category")
    column_filters = (FilterEqual(TaxRate.category, "Category"),)
    column_formatters = {
        "country": cells.page_link_of(lambda _v, _c, rate, _n: country_of(rate)),
        "basis_points": cells.percent,
    }
    column_formatters_export = {"basis_points": cells.percent}

    def name_of(self, record: TaxRate) -> str:
        return f"{country_of(record)}, {record.category}"

    def create(self, form: Any) -> Any:
        return super().create(form) if form.validate_on_twin(None) else None

    def change(self, form: Any, record: TaxRate) -> bool:
        return form.validate_on_twin(record) and super().change(form, record)
