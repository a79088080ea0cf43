"""What is in a draft: its lines, its delivery and its code."""

from typing import Any

from flask import request
from flask_admin import expose

from shop.admin.drafts.desk import DraftPages
from shop.admin.undoing.reversals import drafts as reversals
from shop.cart import carts
from shop.cart.discounts import applying
from shop.cart.forms import AddForm, QuantityForm
from shop.catalog.prices import sellable
from shop.checkout.drafts import drafts
from shop.checkout.drafts.drafts import Contents
from shop.checkout.drafts.models import Draft
from shop.checkout.forms import DeliveryForm
from shop.errors import BadInput

LINE = "/<id>/lines/<int(max=2147483647):line_id>"


class Filling(DraftPages):
    @expose("/<id>/lines", methods=("POST",))
    def add_line(self, id: str) -> Any:
        def do(_draft: Draft, _now: Contents) -> str:
            form = _valid(AddForm(request.form))
            price_id, quantity = form["price_id"].data or 0, form["quantity"].data or 0
            carts.add(price_id, quantity)
            return f"{quantity} of {sellable(price_id).variant.product.title} added."

        def key(draft: Draft) -> str:
            return reversals.price_key(draft, request.form.get("price_id", ""))

        return self.change(id, "line", do, ("admin_drafts.add_line", key))

    @expose(LINE, methods=("POST",))
    def change_line(self, id: str, line_id: int) -> Any:
        def do(_draft: Draft, _now: Contents) -> str:
            quantity = _valid(QuantityForm(request.form))["quantity"].data or 0
            carts.set_quantity(line_id, quantity)
            return f"Now there are {quantity} of it."

        def key(draft: Draft) -> str:
            return reversals.line_key(draft, line_id)

        return self.change(id, "line", do, ("admin_drafts.change_line", key))

    @expose(f"{LINE}/removal", methods=("POST",))
    def remove_line(self, id: str, line_id: int) -> Any:
        def do(_draft: Draft, _now: Contents) -> str:
            return f"{carts.remove(line_id).price.variant.product.title} taken out."

        def key(draft: Draft) -> str:
            return reversals.line_key(draft, line_id)

        return self.change(id, "line", do, ("admin_drafts.remove_line", key))

    @expose("/<id>/prices", methods=("POST",))
    def take_prices(self, id: str) -> Any:
        def do(_draft: Draft, _now: Contents) -> str:
            drafts.take_new_prices()
            return "The new prices are taken."

        return self.change(id, "prices", do)

    @expose("/<id>/delivery", methods=("POST",))
    def deliver(self, id: str) -> Any:
        def do(_draft: Draft, now: Contents) -> str:
            drafts.deliver_by(now, DeliveryForm(request.form)["method_id"].data)
            return "The delivery is chosen."

        return self.change(id, "delivery", do)

    @expose("/<id>/code", methods=("POST",))
    def apply_code(self, id: str) -> Any:
        def do(_draft: Draft, now: Contents) -> str:
            applying.apply_code(request.form.get("code", ""), now.checkout.email)
            return "The code is applied."

        return self.change(id, "code", do, ("admin_drafts.apply_code", reversals.code_key))

    @expose("/<id>/code/removal", methods=("POST",))
    def remove_code(self, id: str) -> Any:
        def do(_draft: Draft, _now: Contents) -> str:
            applying.remove_code()
            return "The code is removed."

        return self.change(id, "code", do, ("admin_drafts.remove_code", reversals.code_key))


def _valid(form: Any) -> Any:
    """
    :raises BadInput: with what is wrong.
    """
    if not form.validate():
        raise BadInput(" ".join(str(text) for field in form for text in field.errors))
    return form
