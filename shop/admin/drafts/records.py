"""Orders that staff prepares: the list, and the page of one."""

from typing import Any, ClassVar

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_login import current_user
from wtforms import SelectField

from shop import config
from shop.accounts import audit
from shop.accounts.permissions import Permission, may
from shop.admin import cells
from shop.admin.drafts.filling import Filling
from shop.admin.drafts.granting import Granting
from shop.admin.drafts.handing import Handing
from shop.admin.orders.desk import show_errors
from shop.admin.records import Tab
from shop.cart.discounts.forms import CodeForm
from shop.checkout import addresses
from shop.checkout.drafts import drafts, goods, links
from shop.checkout.drafts.models import Draft, DraftState
from shop.checkout.forms import ContactForm, DeliveryForm
from shop.errors import BadInput
from shop.orders import acts

KINDS = {
    DraftState.OPEN: "info",
    DraftState.SENT: "warn",
    DraftState.PAID: "good",
    DraftState.EXPIRED: "bad",
    DraftState.WITHDRAWN: "",
}
IS_PAID = Draft.order_id.is_not(None)
IS_WITHDRAWN = Draft.withdrawn_at.is_not(None)


class NewForm(ContactForm):
    currency = SelectField("Currency", description="Of all its prices.")


class DraftView(Filling, Granting, Handing):
    title: ClassVar[str] = "draft"
    many: ClassVar[str] = "drafts"
    tabs = (
        Tab("open", "Not paid", ~IS_PAID & ~IS_WITHDRAWN),
        Tab("paid", "Paid", IS_PAID),
        Tab("withdrawn", "Withdrawn", ~IS_PAID & IS_WITHDRAWN),
        Tab("all", "All", Draft.id.is_not(None)),
    )
    left_out = frozenset({"ajax_lookup", "ajax_update", "edit_view", "delete_view"})
    column_list = ("id", "created_at", "email", "state", "expires_at", "goods", "made_by")
    column_labels: ClassVar[dict[str, str]] = {
        "id": "Draft",
        "created_at": "Made",
        "email": "For",
        "expires_at": "Good until",
        "made_by": "By",
    }
    column_sortable_list = ("id", "created_at", "expires_at")
    column_searchable_list = ("email", "made_by")
    column_formatters: ClassVar[dict[str, Any]] = {
        "id": cells.page_link,
        "state": cells.pills(KINDS),
        "goods": cells.amount,
    }
    column_formatters_export: ClassVar[dict[str, Any]] = {"goods": cells.amount}
    details_template = "admin/draft.html"

    below = "admin_orders"

    def is_visible(self) -> bool:
        """The list of orders leads here."""
        return False

    def beside(self) -> list[tuple[str, str]]:
        return [("Orders", url_for("admin_orders.index_view"))]

    @property
    def can_create(self) -> bool:  # type: ignore[override]
        return self.may("create_view")

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        sold = goods.currencies() or [config.current().currency]
        form = NewForm(request.form, email=request.args.get("email", ""))
        form.currency.choices = [(code, code) for code in sold]
        if request.method == "GET":
            form.currency.data = config.current().currency
            return self.render("admin/draft_new.html", form=form)
        if not form.validate():
            return self.render("admin/draft_new.html", form=form), 422
        try:
            draft = drafts.start(
                email=form.email.data or "",
                name=form.name.data or "",
                currency=form.currency.data,
            )
        except BadInput as error:
            show_errors(form, error)
            return self.render("admin/draft_new.html", form=form), 422
        audit.note("draft.create", f"draft:{draft.id}", currency=form.currency.data)
        flash("Now choose what is in it.", "good")
        return redirect(self.url_of(draft), 303)

    def name_of(self, record: Draft) -> str:
        return str(record.id)

    def about(self, record: Draft) -> dict[str, Any]:
        now = drafts.contents(record)
        delivery = DeliveryForm(method_id=now.quote.delivery.method_id if now.quote.delivery else 0)
        order = drafts.order_of(record)
        wanted = request.args.get("q", "")
        return {
            "draft": record,
            "now": now,
            "pill": cells.pill(KINDS[record.state], cells.words(record.state)),
            "order_url": order and url_for("admin_orders.details_view", id=order.number),
            "order": order,
            "may_change": may(current_user, Permission.HANDLE_ORDERS)
            and record.state not in {DraftState.PAID, DraftState.WITHDRAWN},
            "wanted": wanted,
            "found": goods.find(wanted, record.currency),
            "address": addresses.lines_of(now.checkout.billing_address or {})
            if now.checkout.billing_address
            else [],
            "delivery_form": delivery,
            "code_form": CodeForm(),
            "seen": drafts.seen(now),
            "token": acts.new_token(),
            "link": links.url_of(record),
        }
