"""Parcels of an order: packed, sent, delivered, returned."""

from types import new_class
from typing import Any

from flask import abort, request
from flask_admin import expose
from wtforms import BooleanField, Field, Form, SelectField, StringField
from wtforms.validators import Length, ValidationError

from shop.admin.orders import looking
from shop.admin.orders.desk import DONE_BEFORE, OrderPages, ReasonForm, show_errors
from shop.admin.orders.refund_form import PiecesField
from shop.admin.undoing import offers
from shop.admin.undoing.offers import Watch
from shop.admin.undoing.reversals import orders
from shop.db import session
from shop.errors import BadInput
from shop.orders import acts
from shop.orders.fulfilment import carriers, shipping
from shop.orders.fulfilment.shipping import Tracking
from shop.orders.models import Order, Shipment

LONG = Length(max=100, message="At most 100 letters.")
SMALL_ACTS = {
    "unpack": (shipping.unpack, "The parcel is unpacked."),
    "deliver": (shipping.deliver, "The parcel has arrived."),
}


class TrackingForm(Form):
    carrier = SelectField(
        "Carrier",
        default="",
        choices=[("", "None"), *((name, name) for name in carriers.LINKS), ("Other", "Other")],
    )
    number = StringField("Tracking number", [LONG])
    url = StringField(
        "Where to follow it",
        [Length(max=300, message="At most 300 letters.")],
        description="Only for a carrier that is not in the list, or another link: https://…",
    )

    def validate_url(self, field: Field) -> None:
        if field.data and not carriers.is_web_address(field.data.strip()):
            raise ValidationError("Write an address that begins with https://.")

    @property
    def tracking(self) -> Tracking:
        texts = (self.carrier.data or "", self.number.data or "", self.url.data or "")
        return Tracking(*(text.strip() for text in texts))


class ReturnForm(ReasonForm):
    restock = BooleanField("Put them back on the shelf", default=True)


class Shipping(OrderPages):
    @expose("/<id>/delivery", methods=("GET",))
    def ask_delivery(self, id: str) -> Any:
        order = self.one_or_404(id)
        return self._delivery_page(order, parcel_form(order, None))

    @expose("/<id>/delivery", methods=("POST",))
    def add_parcel(self, id: str) -> Any:
        order = self.one_or_404(id)
        if not self.is_new_act(order, "parcel"):
            return self.back(order, DONE_BEFORE, "info")
        form = parcel_form(order, request.form)
        if not form.validate():
            return self._delivery_page(order, form)
        try:
            shipment = shipping.pack(order, pieces_of(form))
        except BadInput as error:
            show_errors(form, error)
            return self._delivery_page(order, form)
        return self._packed(order, shipment, form)

    def _packed(self, order: Order, shipment: Shipment, form: Any) -> Any:
        if request.form.get("act") == "ship":
            shipping.ship(order, shipment, form.tracking)
            self._note(order, shipment, "ship")
            return self.back(order, "The parcel is on its way.")
        self._note(order, shipment, "pack")
        watch = Watch("admin_orders.add_parcel pack", {orders.key_of(order, shipment.id): None})
        return watch.answer("The parcel is packed.", self.url_of(order))

    @expose("/<id>/delivery/<int:parcel>", methods=("POST",))
    def handle_parcel(self, id: str, parcel: int) -> Any:
        """Send, unpack, or note that it arrived."""
        order = self.one_or_404(id)
        act = request.form.get("act", "")
        if act not in {"ship", *SMALL_ACTS}:
            abort(404)
        shipment = shipping.find(order, parcel)
        if not self.is_new_act(order, act):
            return self.back(order, DONE_BEFORE, "info")
        form = TrackingForm(request.form)
        if act == "ship" and not form.validate():
            return self._delivery_page(order, parcel_form(order, None), wrong=form, parcel=parcel)
        self._note(order, shipment, act)
        if act == "ship":
            shipping.ship(order, shipment, form.tracking)
            return self.back(order, "The parcel is on its way.")
        key = orders.key_of(order, shipment.id)
        watch = offers.watch(f"admin_orders.handle_parcel {act}", key)
        do, said = SMALL_ACTS[act]
        do(order, shipment)
        return watch.answer(said, self.url_of(order))

    @expose("/<id>/delivery/<int:parcel>/return", methods=("GET",))
    def ask_return(self, id: str, parcel: int) -> Any:
        order = self.one_or_404(id)
        shipment = shipping.find(order, parcel)
        return self._return_page(order, shipment, return_form(shipment, None))

    @expose("/<id>/delivery/<int:parcel>/return", methods=("POST",))
    def take_back(self, id: str, parcel: int) -> Any:
        order = self.one_or_404(id)
        shipment = shipping.find(order, parcel)
        if not self.is_new_act(order, "return"):
            return self.back(order, DONE_BEFORE, "info")
        form = return_form(shipment, request.form)
        if not form.validate():
            return self._return_page(order, shipment, form)
        pieces, restock = pieces_of(form), bool(form.restock.data)
        reference = f"return:{order.number}:{request.form['token']}"
        try:
            shipping.take_back(order, shipment, pieces, reference, restock=restock)
        except BadInput as error:
            show_errors(form, error)
            return self._return_page(order, shipment, form)
        self._note(order, shipment, "return", form.reason.data or "", restock=restock)
        return self.back(order, "The return is noted. Its money is another matter: see Refund.")

    def ship_whole(self, order_id: int) -> bool:
        """All that waits, in one parcel without tracking; False when there is nothing to send."""
        order = session.get(Order, order_id)
        if order is None:
            return False
        acts.lock(order)
        waiting = shipping.everything(order)
        if order.payment_state not in shipping.SENDABLE or not waiting:
            return False
        shipment = shipping.pack(order, waiting)
        shipping.ship(order, shipment, Tracking())
        self._note(order, shipment, "ship")
        return True

    def _note(
        self, order: Order, shipment: Shipment, act: str, reason: str = "", **data: Any
    ) -> None:
        lines = {part.article.sku: part.quantity for part in shipment.lines}
        self.audited(act, order, reason, shipment=shipment.id, lines=lines, **data)

    def _delivery_page(self, order: Order, form: Any, **context: Any) -> Any:
        page = self.act_page(
            "admin/order_delivery.html", order, form, shipments=looking.shipments_of(order),
            waiting=shipping.everything(order),
            tracking=context.pop("wrong", None) or TrackingForm(), parcel=context.get("parcel"),
        )  # fmt: skip
        return (page, 422) if context and not isinstance(page, tuple) else page

    def _return_page(self, order: Order, shipment: Shipment, form: Any) -> Any:
        return self.act_page("admin/order_return.html", order, form, shipment=shipment)


def parcel_form(order: Order, posted: Any) -> Any:
    """With a field for each line that waits, filled with all of it."""
    waiting = shipping.everything(order)
    fields: dict[str, Field] = {
        f"line-{line.id}": PiecesField(
            f"{line.article.full_title}, {waiting[line.id]} to send", default=waiting[line.id]
        )
        for line in order.lines
        if line.id in waiting
    }
    return _made(TrackingForm, fields)(posted)


def return_form(shipment: Shipment, posted: Any) -> Any:
    fields: dict[str, Field] = {
        f"line-{part.order_line_id}": PiecesField(
            f"{part.article.full_title}, {part.quantity - part.returned} with the buyer", default=0
        )
        for part in shipment.lines
        if part.returned < part.quantity
    }
    return _made(ReturnForm, fields)(posted)


def _made(base: type[Form], fields: dict[str, Field]) -> type[Form]:
    return new_class("LinesForm", (base,), exec_body=lambda space: space.update(fields))


def pieces_of(form: Any) -> dict[int, int]:
    return {
        int(field.name.removeprefix("line-")): field.data or 0
        for field in form
        if field.name.startswith("line-")
    }
