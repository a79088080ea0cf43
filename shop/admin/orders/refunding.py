"""Giving money back: a form, a preview of what else ends, and the act."""

from typing import Any

from flask import request
from flask_admin import expose

from shop.accounts import access
from shop.admin.orders import looking
from shop.admin.orders.desk import DONE_BEFORE, OrderPages, show_errors
from shop.admin.orders.looking import Opened
from shop.admin.orders.refund_form import RefundForm, refund_form
from shop.errors import BadInput
from shop.money import show
from shop.orders.models import Order
from shop.orders.refunding import limits, requesting
from shop.orders.refunding.planning import Plan, left, plan

NOT_PAID = "Nobody has paid this order."


class Refunding(OrderPages):
    @expose("/<id>/refund", methods=("GET",))
    def ask_refund(self, id: str) -> Any:
        order = self.one_or_404(id)
        if not order.is_paid:
            return self.back(order, NOT_PAID, "warn")
        return self._ask(order, refund_form(order, None))

    @expose("/<id>/refund", methods=("POST",))
    def refund(self, id: str) -> Any:
        access.demand_fresh()
        order = self.one_or_404(id)
        is_confirmed = request.form.get("confirmed") == "1"
        if is_confirmed and not self.is_new_act(order, "refund"):
            return self.back(order, DONE_BEFORE, "info")
        form = refund_form(order, request.form)
        planned = self._planned(order, form)
        if planned is None:
            return self._ask(order, form)
        if is_confirmed and request.form.get("total") == str(planned.total):
            return self._give_back(form, planned)
        return self._preview(form, planned, is_changed=is_confirmed)

    def _planned(self, order: Order, form: RefundForm) -> Plan | None:
        """None when something was typed wrong; the form says what.

        :raises OverLimit: when it is more than this person may.
        """
        if not form.validate():
            return None
        payments = requesting.payments_of(order)
        try:
            planned = plan(order, payments, form.choice())
        except BadInput as error:
            show_errors(form, error)
            return None
        limits.demand(access.signed_in_user(), order, payments, planned.total)
        return planned

    def _give_back(self, form: RefundForm, planned: Plan) -> Any:
        order, reason = planned.order, form.reason.data or ""
        try:
            made = requesting.request(planned, reason)
        except BadInput as error:
            show_errors(form, error)
            return self._ask(order, form)
        self.audited(
            "refund", order, reason, amount=planned.total, currency=order.currency,
            refunds=[refund.id for refund in made],
            lines={part.line.sku: part.quantity for part in planned.parts},
        )  # fmt: skip
        return self.back(order, f"{show(planned.total, order.currency)} will be returned.")

    def _ask(self, order: Order, form: RefundForm) -> Any:
        available = left(requesting.payments_of(order))
        return self.act_page("admin/order_refund.html", order, form, available=available)

    def _preview(self, form: RefundForm, planned: Plan, *, is_changed: bool) -> Any:
        typed = [
            (name, text)
            for name, text in request.form.items(multi=True)
            if name not in {"csrf_token", "confirmed", "total", "token"}
        ]
        return self.act_page(
            "admin/order_refund_preview.html", planned.order, form, plan=planned, typed=typed,
            ends=_what_ends(planned), is_changed=is_changed,
        )  # fmt: skip


def _what_ends(planned: Plan) -> list[Opened]:
    """Licenses and downloads that are open now, and would not be."""
    gone = {part.line.id for part in planned.parts if part.ends}
    return [
        one
        for one in looking.opened_by(planned.order)
        if one.is_open and (planned.is_whole or one.line.id in gone)
    ]
