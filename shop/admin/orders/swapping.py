"""Another article instead of what cannot be sent: found, looked at, confirmed."""

from typing import Any

from flask import request
from flask_admin import expose
from wtforms import BooleanField

from shop import db
from shop.accounts import access
from shop.admin.orders.desk import DONE_BEFORE, OrderPages, ReasonForm, show_errors
from shop.catalog.models import Kind
from shop.catalog.stock import OutOfStock
from shop.checkout.drafts import goods
from shop.errors import BadInput
from shop.orders.fulfilment import swapping
from shop.orders.fulfilment.swapping import CannotSwap, Offer
from shop.orders.models import Order
from shop.orders.refunding import limits, requesting

OFFER = "/<id>/swap/<int(max=2147483647):line_id>/<int(max=2147483647):price_id>"


class SwapForm(ReasonForm):
    restock = BooleanField("What was sold is on the shelf after all: put it on sale again")


class Swapping(OrderPages):
    @expose("/<id>/swap", methods=("GET",))
    def ask_swap(self, id: str) -> Any:
        order = self.one_or_404(id)
        lines = swapping.lines_of(order)
        if not lines:
            return self.back(order, "Nothing of it waits to be packed.", "warn")
        wanted = request.args.get("q", "")
        return self.render(
            "admin/order_swap.html", order=order, lines=lines, wanted=wanted,
            chosen=_chosen(lines, request.args.get("line", "")),
            found=goods.find(wanted, order.currency, Kind.PHYSICAL),
        )  # fmt: skip

    @expose(OFFER, methods=("GET",))
    def preview_swap(self, id: str, line_id: int, price_id: int) -> Any:
        order = self.one_or_404(id)
        try:
            offer = _offer(order, line_id, price_id)
        except (BadInput, CannotSwap) as error:
            return self.back(order, error.detail, "warn")
        return self._look(offer, SwapForm())

    @expose(OFFER, methods=("POST",))
    def swap(self, id: str, line_id: int, price_id: int) -> Any:
        order = self.one_or_404(id)
        if not self.is_new_act(order, "swap"):
            return self.back(order, DONE_BEFORE, "info")
        try:
            offer = _offer(order, line_id, price_id)
        except (BadInput, CannotSwap) as error:
            db.rollback()
            return self.back(order, error.detail, "warn")
        form = SwapForm(request.form)
        if not form.validate() or request.form.get("seen") != offer.seen:
            return self._look(offer, form, is_changed=not form.errors)
        if offer.refund:
            access.demand_fresh()
            payments = requesting.payments_of(order)
            limits.demand(access.signed_in_user(), order, payments, offer.difference)
        return self._swap(offer, form)

    def _swap(self, offer: Offer, form: SwapForm) -> Any:
        order, reason = offer.line.order, form.reason.data or ""
        number, ids, gone = order.number, (offer.line.id, offer.price.id), offer.line.article.sku
        try:
            made = swapping.swap(offer, reason, restock=bool(form.restock.data))
        except (BadInput, OutOfStock) as error:
            db.rollback()
            show_errors(form, BadInput(error.detail))
            return self._look(_offer(self.one_or_404(number), *ids), form)
        self.audited(
            "swap", order, reason, line=gone, by=made.sku, pieces=made.quantity,
            difference=offer.difference, currency=order.currency, restocked=form.restock.data,
        )  # fmt: skip
        return self.back(order, f"{made.full_title} is sent instead, and the buyer gets a mail.")

    def _look(self, offer: Offer, form: SwapForm, *, is_changed: bool = False) -> Any:
        return self.act_page(
            "admin/order_swap_preview.html", offer.line.order, form, offer=offer,
            is_changed=is_changed,
        )  # fmt: skip


def _offer(order: Order, line_id: int, price_id: int) -> Offer:
    return swapping.offer(order, requesting.payments_of(order), line_id, price_id)


def _chosen(lines: list[Any], typed: str) -> Any:
    """The line that was chosen, or the first."""
    return next((line for line in lines if str(line.id) == typed), lines[0])
