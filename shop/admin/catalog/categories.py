"""The tree of categories."""

from typing import Any, ClassVar

from flask_admin.helpers import get_form_data
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import Field, Form, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from shop.admin import cells
from shop.admin.catalog.products.fields import branches
from shop.admin.catalog.products.form import trimmed
from shop.admin.editing import EditableView
from shop.catalog import tree
from shop.catalog.models import Category
from shop.catalog.shopify import slugify
from shop.catalog.writing import SLUG
from shop.db import session
from shop.errors import ShopError


def parents() -> list[tuple[str, str]]:
    return [("", "None: it stands on top"), *((str(id), path) for id, path in branches())]


class CategoryForm(Form):
    name = StringField("Name", [InputRequired("Name it."), Length(max=80)], filters=[trimmed])
    slug = StringField(
        "Address",
        [Optional(), Regexp(SLUG.pattern + "$", 0, "Letters, digits and hyphens.")],
        filters=[trimmed],
        description="Behind /categories/. Empty: made from the name. Links to an old one end.",
    )
    parent_id = SelectField("Below", choices=parents, default="")
    position = IntegerField("Place", [NumberRange(0, 10_000, "0 to 10000.")], default=0)
    description = TextAreaField("Description", [Length(max=2_000)])

    category_id: int | None = None
    """Whose form it is; None for a new one's."""

    def validate_slug(self, field: Field) -> None:
        found = session.scalar(select(Category.id).where(Category.slug == field.data))
        if field.data and found is not None and found != self.category_id:
            raise ValidationError("Another category has this address.")


class CategoryView(EditableView):
    title: ClassVar[str] = "category"
    many: ClassVar[str] = "categories"
    deletes = True
    form = CategoryForm
    column_list = ("name", "parent", "slug", "position")
    column_labels: ClassVar[dict[str, str]] = {
        "parent": "Below",
        "slug": "Address",
        "position": "Place",
    }
    column_sortable_list = ("name", "slug", "position")
    column_default_sort = "position"
    column_searchable_list = ("name", "slug")
    column_formatters = {"name": cells.page_link}
    column_formatters_export = {"name": lambda _v, _c, category, _n: category.name}

    def get_query(self) -> Any:
        return super().get_query().options(joinedload(Category.parent))

    def edit_form(self, obj: Any = None) -> CategoryForm:
        form = CategoryForm(get_form_data(), data=_filled(obj))
        form.category_id = obj.id
        return form

    def form_of(self, record: Category) -> CategoryForm:
        return CategoryForm(None, data=_filled(record))

    def create(self, form: Any) -> Category | None:
        category = Category()
        return category if self._keep(form, category, "create") else None

    def change(self, form: Any, record: Category) -> bool:
        return self._keep(form, record, "update")

    def _keep(self, form: CategoryForm, category: Category, verb: str) -> bool:
        parent_id = int(form.parent_id.data) if form.parent_id.data else None
        with session.no_autoflush:
            try:
                tree.move(category, parent_id)
            except ShopError as error:
                form.parent_id.errors = [error.detail]
                return False
        category.name = form.name.data or ""
        category.slug = form.slug.data or slugify(category.name) or "category"
        category.position = form.position.data or 0
        category.description = form.description.data or ""
        return self._write(form, category, verb)

    def obstacle(self, record: Category) -> str:
        return "" if tree.is_empty(record) else tree.NotEmpty.message

    def remove(self, record: Category) -> bool:
        self.note("delete", record, name=record.name, slug=record.slug)
        tree.remove(record)
        return True


def _filled(category: Category) -> dict[str, Any]:
    names = ("name", "slug", "position", "description")
    parent = str(category.parent_id or "")
    return {name: getattr(category, name) for name in names} | {"parent_id": parent}
