"""Something off a draft, without a code."""

from typing import Any

from flask import request
from flask_admin import expose
from wtforms import Form, StringField
from wtforms.validators import DataRequired, Length

from shop.admin.catalog.discounts import ShareField
from shop.admin.catalog.products.form import trimmed
from shop.admin.drafts.desk import DraftPages
from shop.admin.orders.refund_form import AmountField
from shop.admin.undoing.reversals import drafts as reversals
from shop.cart.discounts import granting
from shop.cart.discounts.terms import LONGEST_NAME
from shop.checkout.drafts.drafts import Contents
from shop.checkout.drafts.models import Draft

TEMPLATE = "admin/draft_discount.html"


class GrantForm(Form):
    basis_points = ShareField("Percent off", description="Such as 10; or an amount, below.")
    amount = AmountField("Amount off", description="At most what the lines cost.")
    name = StringField(
        "What for",
        [DataRequired("Say what for."), Length(max=LONGEST_NAME, message="Say it shorter.")],
        filters=[trimmed],
        description="The buyer reads it, also on the invoice.",
    )


class Granting(DraftPages):
    @expose("/<id>/discount", methods=("GET", "POST"))
    def grant(self, id: str) -> Any:
        draft = self.one_or_404(id)
        form = _form(draft)

        def do(_draft: Draft, _now: Contents) -> str:
            what_for = form.name.data or ""
            granting.grant(what_for, basis_points=form.basis_points.data, amount=form.amount.data)
            return f"Taken off: {what_for}."

        if request.method == "GET" or not form.validate():
            return self.form_page(TEMPLATE, draft, form)
        return self.save(draft, "grant", TEMPLATE, form, do)

    @expose("/<id>/discount/removal", methods=("POST",))
    def revoke(self, id: str) -> Any:
        def do(_draft: Draft, _now: Contents) -> str:
            granting.revoke()
            return "The discount is taken back."

        return self.change(id, "revoke", do, ("admin_drafts.revoke", reversals.grant_key))


def _form(draft: Draft) -> GrantForm:
    """Filled with what is taken off already."""
    code = granting.of_cart(draft.cart)
    posted = request.form if request.method == "POST" else None
    return GrantForm(posted, code and code.discount, meta={"currency": draft.currency})
