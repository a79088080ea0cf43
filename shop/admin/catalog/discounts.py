"""Discounts: what they take off, from what, when and how often."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from flask_admin.helpers import get_form_data
from sqlalchemy import select
from wtforms import BooleanField, DateTimeLocalField, Form, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from shop import money
from shop.admin import cells, fields
from shop.admin.catalog.products.fields import CategoriesField, KnownCurrency
from shop.admin.catalog.products.form import trimmed, upper
from shop.admin.editing import EditableView
from shop.admin.records import Tab
from shop.cart.discounts.models import Discount
from shop.cart.discounts.terms import (
    LONGEST_NAME,
    PLAIN,
    BadTerms,
    Terms,
    change_discount,
    create_discount,
)
from shop.catalog.models import Category, Product
from shop.db import session

MOST = 10**9
LIMIT = [Optional(), NumberRange(1, MOST, "1 or more; empty for no limit.")]


IS_SHARED = Discount.is_granted.is_(False)
"""What staff takes off a single draft is changed there."""


class ShareField(fields.PercentField):
    """Empty is None: then it is an amount that is taken off."""

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        if values and values[0].strip():
            super().process_formdata(values)


class Slugs:
    """Of all products, asked one by one."""

    def __contains__(self, slug: str) -> bool:
        return session.scalar(select(Product.id).where(Product.slug == slug)) is not None


class DiscountForm(Form):
    name = StringField(
        "Name",
        [InputRequired("Name it."), Length(max=LONGEST_NAME)],
        filters=[trimmed],
        description="Buyers read it beside what is taken off.",
    )
    basis_points = ShareField("Percent off", description="Such as 10; or an amount, below.")
    currency = StringField(
        "Currency", [Optional(), KnownCurrency()], filters=[upper], description="Of the amounts."
    )
    amount = fields.MoneyField("Amount off")
    least_subtotal = fields.MoneyField("From a subtotal of")
    starts_at = DateTimeLocalField("Begins, UTC", [Optional()])
    ends_at = DateTimeLocalField("Is over, UTC", [Optional()])
    most_uses = IntegerField("Uses in all", LIMIT)
    most_per_customer = IntegerField("Uses of each customer", LIMIT)
    categories = CategoriesField(
        "For these categories alone", default=list, description="None: for everything."
    )
    products = fields.WordsField(
        "For these products alone",
        [fields.OneOf(Slugs, "There is no product {}.")],
        default=list,
        description="The ends of their addresses, such as tea-pot, cup.",
    )
    is_active = BooleanField("Its codes work", default=True)

    def terms(self) -> Terms:
        given: dict[str, Any] = {name: self[name].data for name in PLAIN}
        given |= {"currency": given["currency"] or None}
        given |= {name: _in_utc(given[name]) for name in ("starts_at", "ends_at")}
        slugs, ids = self.products.data or (), self.categories.data or ()
        return Terms(
            **given,
            products=session.scalars(select(Product).where(Product.slug.in_(slugs))).all(),
            categories=session.scalars(select(Category).where(Category.id.in_(ids))).all(),
        )


def taken_off(_view: Any, _context: Any, discount: Discount, _name: str) -> str:
    if discount.basis_points is not None:
        return f"{discount.basis_points / 100:g} %"
    return money.show(discount.amount or 0, discount.currency or "")


def used(_view: Any, _context: Any, discount: Discount, _name: str) -> str:
    limit = "" if discount.most_uses is None else f" of {discount.most_uses:,}"
    return f"{discount.uses:,}{limit}"


class DiscountView(EditableView):
    title: ClassVar[str] = "discount"
    many: ClassVar[str] = "discounts"
    form = DiscountForm
    create_template = edit_template = "admin/discount.html"
    tabs = (
        Tab("active", "Active", Discount.is_active.is_(True) & IS_SHARED),
        Tab("stopped", "Stopped", Discount.is_active.is_(False) & IS_SHARED),
        Tab("all", "All", IS_SHARED),
    )
    column_list = ("name", "basis_points", "uses", "starts_at", "ends_at", "is_active")
    column_labels: ClassVar[dict[str, str]] = {
        "basis_points": "Takes off",
        "uses": "Used",
        "starts_at": "Begins",
        "ends_at": "Is over",
        "is_active": "Codes work",
    }
    column_searchable_list = ("name",)
    column_sortable_list = ("name", "uses")
    column_formatters = {"name": cells.page_link, "basis_points": taken_off, "uses": used}
    column_formatters_export = {"basis_points": taken_off, "uses": used}

    def get_one(self, id: Any) -> Any:
        found = super().get_one(id)
        return found if found and not found.is_granted else None

    def edit_form(self, obj: Any = None) -> DiscountForm:
        return DiscountForm(get_form_data(), data=_filled(obj))

    def form_of(self, record: Discount) -> DiscountForm:
        return DiscountForm(None, data=_filled(record))

    def create(self, form: Any) -> Discount | None:
        try:
            with session.begin_nested():
                discount = create_discount(form.terms())
        except BadTerms as error:
            _blame(form, error)
            return None
        self.note("create", discount, **_plain(form))
        return discount

    def change(self, form: Any, record: Discount) -> bool:
        before = _plain(self.form_of(record))
        try:
            with session.begin_nested():
                change_discount(record, form.terms())
        except BadTerms as error:
            _blame(form, error)
            return False
        after = _plain(form)
        changed = {name: [before[name], after[name]] for name in after}
        self.note(
            "update", record, **{n: pair for n, pair in changed.items() if pair[0] != pair[1]}
        )
        return True


def _filled(discount: Discount) -> dict[str, Any]:
    given = {name: getattr(discount, name) for name in PLAIN}
    for name in ("starts_at", "ends_at"):
        given[name] = given[name] and given[name].replace(tzinfo=None)
    return given | {
        "categories": sorted(category.id for category in discount.categories),
        "products": sorted(product.slug for product in discount.products),
    }


def _plain(form: DiscountForm) -> dict[str, Any]:
    """As the audit log holds it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in form.data.items()
    }


def _blame(form: DiscountForm, error: BadTerms) -> None:
    for name, messages in error.errors.items():
        form[name].errors = messages


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
