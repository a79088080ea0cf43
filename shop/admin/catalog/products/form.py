"""The one form of a product: its texts, its variants with their prices, its pictures."""

from typing import Any

from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    IntegerField,
    MultipleFileField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from shop import config
from shop.admin.catalog.products.fields import (
    CategoriesField,
    KnownCurrency,
    OptionsField,
    RemoveField,
    RowIdField,
)
from shop.admin.cells import words
from shop.admin.fields import MoneyField
from shop.catalog import pricing
from shop.catalog.models import Interval, Kind, Status
from shop.catalog.pricing import Terms
from shop.catalog.writing import SLUG, has_slug, sku_owners

REASONS = {"delivery": "Goods came in", "correction": "Counted anew", "loss": "Lost or broken"}
RHYTHMS = [("", "Once"), *((str(each), f"Every so many {each}s") for each in Interval)]
WEB_ADDRESS = r"https?://[^\s]+$"
MOST_AMOUNT = 99_999_999


def upper(text: str | None) -> str:
    return (text or "").strip().upper()


def trimmed(text: str | None) -> str:
    return " ".join((text or "").split())


class PriceForm(Form):
    currency = StringField(
        "Currency", [KnownCurrency()], filters=[upper], default=lambda: config.current().currency
    )
    amount = MoneyField("Price")
    compare_at_amount = MoneyField("Old price")
    interval = SelectField("Charged", choices=RHYTHMS, default="")
    interval_count = IntegerField("Every", [Optional(), NumberRange(1, 36, "1 to 36.")], default=1)
    trial_days = IntegerField(
        "Free days first", [Optional(), NumberRange(0, 730, "0 to 730.")], default=0
    )
    is_active = BooleanField("Offered", default=True)

    def validate_amount(self, field: MoneyField) -> None:
        if field.data is None and self.compare_at_amount.data is not None:
            raise ValidationError("Name the price; 0 is free.")
        if field.data is not None and field.data > MOST_AMOUNT:
            raise ValidationError("Stripe charges no more than 8 digits at once.")

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        terms = self.terms()
        if terms is None:
            return True
        found = pricing.problems(terms)
        for name, problem in found.items():
            self[name].errors = [problem]
        return not found

    def terms(self) -> Terms | None:
        """None for a row that was left empty, or is not to be offered."""
        if self.amount.data is None or not self.is_active.data:
            return None
        interval = Interval(self.interval.data) if self.interval.data else None
        return Terms(
            currency=self.currency.data or "",
            unit_amount=self.amount.data,
            compare_at_amount=self.compare_at_amount.data,
            interval=interval,
            interval_count=(self.interval_count.data or 1) if interval else 1,
            trial_days=self.trial_days.data or 0,
        )


class VariantForm(Form):
    id = RowIdField()
    sku = StringField(
        "SKU", [Length(max=100)], filters=[trimmed], description="Empty: made from the address."
    )
    options = OptionsField("Options", description="One a line, such as Size: M.", default=dict)
    weight = IntegerField(
        "Weight in grams", [Optional(), NumberRange(0, 10**7, "0 grams to 10 tons.")], default=0
    )
    tracks_stock = BooleanField("Count stock")
    stock_change = IntegerField(
        "Change stock by",
        [Optional(), NumberRange(-(10**6), 10**6, "At most a million.")],
        description="Such as 20 or -3; what is sold meanwhile stays sold.",
    )
    stock_reason = SelectField("Because", choices=list(REASONS.items()), default="delivery")
    remove = RemoveField("Remove this variant")
    prices = FieldList(FormField(PriceForm), "Prices")

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = super().validate(extra_validators)
        if self.stock_change.data and not self.tracks_stock.data:
            self.stock_change.errors = ["Count stock before you change it."]
            is_good = False
        return is_good and self._has_distinct_prices()

    def _has_distinct_prices(self) -> bool:
        seen = set()
        for row in self.prices:
            terms = row.form.terms()
            if terms is not None and terms.rhythm in seen:
                row.form.amount.errors = ["Another price has this currency and rhythm."]
                retell(self.prices)
                return False
            if terms is not None:
                seen.add(terms.rhythm)
        return True

    def wanted_prices(self) -> list[Terms]:
        return [terms for row in self.prices if (terms := row.form.terms()) is not None]


class PictureForm(Form):
    id = RowIdField()
    alt = StringField("What it shows", [Length(max=500)], filters=[trimmed])
    position = IntegerField("Place", [Optional(), NumberRange(0, 1000, "0 to 1000.")], default=0)
    remove = RemoveField("Remove")


class ProductForm(Form):
    title = StringField(
        "Title", [InputRequired("Name the product."), Length(max=200)], filters=[trimmed]
    )
    slug = StringField(
        "Address",
        [Optional(), Regexp(SLUG.pattern + "$", 0, "Letters, digits and hyphens.")],
        filters=[trimmed],
        description="Behind /products/. Empty: made from the title. Links to an old one end.",
    )
    kind = SelectField("Kind", choices=[(str(kind), words(kind)) for kind in Kind])
    status = SelectField("Status", choices=[(str(status), words(status)) for status in Status])
    summary = TextAreaField(
        "Summary", [Length(max=1_000)], description="One or two sentences, on cards and in search."
    )
    description = TextAreaField("Description", [Length(max=200_000)], description="Markdown.")
    brand = StringField("Brand", [Length(max=200)], filters=[trimmed])
    tax_category = StringField(
        "Tax category",
        [InputRequired("Name one."), Regexp(r"[a-z0-9-]{1,40}$", 0, "Small letters and digits.")],
        default="standard",
        description="As tax rates name it: standard, reduced, books …",
    )
    download_url = StringField(
        "Link to the file",
        [Optional(), Length(max=2_000), Regexp(WEB_ADDRESS, 0, "An address with https://.")],
        filters=[trimmed],
        description="Where it is when no release holds it.",
    )
    categories = CategoriesField("Categories", default=list)
    variants = FieldList(FormField(VariantForm), "Variants")
    pictures = FieldList(FormField(PictureForm), "Pictures")
    uploads = MultipleFileField(
        "New pictures",
        description="JPEG, PNG, WebP or GIF, up to 5 MB each. Choose them last, then save.",
    )

    product_id: int | None = None
    """Whose form it is; None for a new product's."""

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = super().validate(extra_validators)
        return self._has_variants() and self._has_distinct_variants() and is_good

    def validate_slug(self, field: Field) -> None:
        if field.data and has_slug(field.data, but=self.product_id):
            raise ValidationError("Another product has this address.")

    def _has_variants(self) -> bool:
        if self.rows():
            return True
        self.form_errors.append("A product has at least one variant.")
        return False

    def _has_distinct_variants(self) -> bool:
        owners = sku_owners([row.sku.data for row in self.rows() if row.sku.data])
        seen: list[Any] = []
        is_good = True
        for row in self.rows():
            if owners.get(row.sku.data or "", self.product_id) != self.product_id:
                row.sku.errors, is_good = ["Another product has this SKU."], False
            if row.sku.data and row.sku.data in seen:
                row.sku.errors, is_good = ["Another variant has this SKU."], False
            if row.options.data in seen and not row.options.errors:
                row.options.errors, is_good = ["Another variant has these options."], False
            seen += [row.sku.data, row.options.data]
        if not is_good:
            retell(self.variants)
        return is_good

    def rows(self) -> list[VariantForm]:
        """The variants that are to stay, or to come."""
        return [row.form for row in self.variants if not row.form.remove.data]

    def files(self) -> list[Any]:
        return [file for file in self.uploads.data or () if getattr(file, "filename", "")]

    def grow(self, where: str) -> bool:
        """One row more where a button of the form said so: `variants` or `variants-2-prices`."""
        field = self.variants if where == "variants" else self._prices_at(where)
        if field is None:
            return False
        row = field.append_entry()
        if where == "variants":
            row.form.prices.append_entry()
        return True

    def _prices_at(self, where: str) -> Any:
        fields = (row.form.prices for row in self.variants)
        return next((field for field in fields if field.name == where), None)


def retell(rows: Any) -> None:
    """The rows' errors as the list tells them, after some were added."""
    rows.errors = [row.errors for row in rows]
