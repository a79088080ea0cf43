"""Products: the list, the one form, and what is done to many of them."""

from typing import Any, ClassVar

from flask import abort, flash, request
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.helpers import get_form_data
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer, joinedload, selectinload

from shop.accounts import audit
from shop.admin import bulk, cells
from shop.admin.catalog.products import cells as columns
from shop.admin.catalog.products import filters, finding, values
from shop.admin.catalog.products.form import ProductForm, retell
from shop.admin.editing import EditableView
from shop.admin.records import Tab
from shop.admin.undoing import offers
from shop.catalog import publishing, removal
from shop.catalog.models import Product, Status, Variant
from shop.catalog.removal import StillNeeded
from shop.catalog.shelf import media_url, product_url
from shop.db import session
from shop.orders import sales

LISTED = (
    joinedload(Product.images),
    selectinload(Product.variants).joinedload(Variant.prices),
    defer(Product.description),
    defer(Product.description_html),
)


class ProductView(EditableView):
    title: ClassVar[str] = "product"
    many: ClassVar[str] = "products"
    deletes = True
    form = ProductForm
    create_template = edit_template = "admin/product.html"
    removal_template = "admin/product_removal.html"
    tabs = (
        Tab("all", "All", Product.id.is_not(None)),
        *(Tab(str(one), cells.words(one), Product.status == one) for one in columns.KINDS),
    )
    column_list = ("images", "title", "kind", "status", "variants", "prices")
    column_labels: ClassVar[dict[str, str]] = {
        "images": "Picture",
        "variants": "Stock",
        "prices": "Price from",
        "sku": "SKU",
    }
    column_export_list = ("title", "slug", "kind", "status", "brand", "variants", "prices")
    column_sortable_list = ()
    column_searchable_list = ("title", "slug")
    search_hint = "Any part of a title or an address, or what a SKU begins with."
    column_filters = filters.all_filters()
    column_formatters = {
        "images": columns.picture,
        "title": cells.page_link,
        "status": columns.status,
        "variants": columns.stock,
        "prices": columns.price_from,
    }
    column_formatters_export = {"variants": columns.stock, "prices": columns.price_from}

    def get_query(self) -> Any:
        return super().get_query().options(*LISTED)

    def _apply_search(self, query: Any, *given: Any) -> Any:
        *rest, search = given
        return query.filter(*(finding.has(word) for word in search.split())), *rest

    def name_of(self, record: Product) -> str:
        return record.title

    # The form

    def create_form(self, _obj: Any = None) -> ProductForm:
        return ProductForm(get_form_data(), data=values.new())

    def edit_form(self, obj: Any = None) -> ProductForm:
        form = ProductForm(get_form_data(), data=values.filled(obj))
        form.product_id = obj.id
        return form

    def form_of(self, record: Product) -> ProductForm:
        return ProductForm(None, data=values.filled(record))

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        return self._grown(self.create_form) or super().create_view()

    @expose("/<id>/edit", methods=("GET", "POST"))
    def edit_view(self, id: str) -> Any:
        record = self.one_or_404(id)
        return self._grown(lambda: self.edit_form(record), record) or super().edit_view(id)

    def _grown(self, make: Any, record: Product | None = None) -> Any:
        """The form with a row more and all that was typed; None when no button asked for one."""
        where = request.form.get("add")
        if not where:
            return None
        form = make()
        if not form.grow(where):
            abort(404)
        context = {"record": record, "seen": request.form.get("seen", "")} if record else {}
        return self.form_page(form, added=where, **context)

    def form_page(self, form: Any, **context: Any) -> Any:
        record = context.get("record")
        return super().form_page(form, **self._shown_beside(record), **context)

    def _shown_beside(self, record: Product | None) -> dict[str, Any]:
        """What the form tells and does not change."""
        if record is None:
            return {"kept": {}, "images": {}}
        return {
            "kept": {variant.id: variant for variant in record.variants},
            "images": {image.id: media_url(image.path) for image in record.images},
            "address": product_url(record.slug) if record.status is Status.PUBLISHED else "",
        }

    def create(self, form: Any) -> Product | None:
        product = Product()
        return product if self._keep(form, product, "create", {}) else None

    def change(self, form: Any, record: Product) -> bool:
        return self._keep(form, record, "update", values.filled(record))

    def _keep(self, form: ProductForm, product: Product, verb: str, before: dict[str, Any]) -> bool:
        try:
            with session.begin_nested():
                said = values.apply(form, product)
        except values.Refused:
            retell(form.variants)
            return False
        except IntegrityError:
            form.form_errors.append("The address or a SKU was taken at this moment.")
            return False
        session.expire(product, ["variants", "images"])
        changed = values.differences(before, values.filled(product)) if before else {}
        self.note(verb, product, **changed, **({"said": said} if said else {}))
        return True

    def can_undo(self, form: Any) -> bool:
        """Goods that came in, and rows and pictures that came or went, stay as they are now."""
        variants = [row.form for row in form.variants]
        stays = all(
            row.id.data and not row.remove.data and not row.stock_change.data for row in variants
        )
        return stays and not form.files() and not any(row.form.remove.data for row in form.pictures)

    # Deleting

    def obstacle(self, record: Product) -> str:
        is_told = removal.was_counted(record.variants) or sales.was_ordered(record.id)
        return StillNeeded.message if is_told else ""

    def remove(self, record: Product) -> bool:
        try:
            removal.remove(record)
        except StillNeeded as error:
            flash(error.detail, "bad")
            return False
        self.note("delete", record, title=record.title, slug=record.slug)
        return True

    # Many at once

    @action("publish", "Publish")
    def publish(self, ids: list[str]) -> int:
        return self._set_status(ids, Status.PUBLISHED, "publish", "on the shelf")

    @action("archive", "Archive")
    def archive(self, ids: list[str]) -> int:
        return self._set_status(ids, Status.ARCHIVED, "archive", "off the shelf")

    def _set_status(self, ids: list[str], status: Status, act: str, where: str) -> int:
        before, problems = publishing.set_all(map(int, ids), status)
        for problem in problems:
            flash(problem, "warn")
        if before:
            was = {str(id): str(status) for id, status in before.items()}
            audit.note(f"products.{act}", f"products:{len(was)}", before=was)
            said = f"{'One product is' if len(was) == 1 else f'{len(was)} products are'} {where}."
            changes = {id: (old, str(status)) for id, old in was.items()}
            offers.offer(f"admin_products.action_view {act}", changes, said, bulk.list_url(self))
        return len(before)
