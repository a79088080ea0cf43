"""Small acts on an order: a note, its end before it was paid, a mail again, another address."""

from typing import Any

from flask import abort, redirect, request
from flask_admin import expose
from wtforms import BooleanField, EmailField
from wtforms.validators import InputRequired

from shop.admin.orders.desk import DONE_BEFORE, NoteForm, OrderPages, ReasonForm, show_errors
from shop.admin.undoing import offers
from shop.admin.undoing.reversals import orders
from shop.billing.mirror import Mismatch
from shop.checkout import addresses, closing, contacts, correcting, countries
from shop.checkout.forms import AddressForm, address_form
from shop.db import session
from shop.errors import BadInput
from shop.mail import outbox
from shop.mail.models import Mail
from shop.orders import attention, lifecycle, timeline
from shop.orders.models import Order


class MailForm(ReasonForm):
    email = EmailField("To", [InputRequired(contacts.NO_EMAIL)])
    keep = BooleanField("Write to this address from now on")


class Handling(OrderPages):
    @expose("/<id>/notes", methods=("POST",))
    def add_note(self, id: str) -> Any:
        order = self.one_or_404(id)
        form = NoteForm(request.form)
        if not form.validate():
            return self.act_page("admin/order_note.html", order, form)
        if not self.is_new_act(order, "note"):
            return self.back(order, DONE_BEFORE, "info")
        text = str(form.text.data).strip()
        entry = timeline.note_act(order, timeline.NOTE, text)
        self.audited("note", order, text)
        session.flush()  # the offer to undo it needs its id
        change = {orders.key_of(order, entry.id): (None, text)}
        offers.offer("admin_orders.add_note", change, "Noted.", self.url_of(order))
        return redirect(self.url_of(order), 303)

    @expose("/<id>/cancellation", methods=("GET", "POST"))
    def cancel(self, id: str) -> Any:
        order = self.one_or_404(id)
        if order.payment_state not in lifecycle.OPEN:
            return self.back(order, "Only an order that nobody has paid can be canceled.", "warn")
        form = ReasonForm(request.form)
        if request.method == "GET" or not form.validate():
            return self.act_page("admin/order_cancel.html", order, form)
        if not closing.close_order(order):
            said = "Somebody has paid it meanwhile, or a bank is deciding: it was not canceled."
            return self.back(order, said, "warn")
        self.audited("cancel", order, form.reason.data or "")
        timeline.note_act(order, timeline.NOTE, f"Canceled: {form.reason.data}")
        return self.back(order, "The order is canceled; its stock is free again.")

    @expose("/<id>/resolution", methods=("POST",))
    def resolve(self, id: str) -> Any:
        order = self.one_or_404(id)
        form = ReasonForm(request.form)
        if not form.validate():
            return self.act_page("admin/order_resolve.html", order, form)
        if not order.attention or not self.is_new_act(order, "resolve"):
            return self.back(order, DONE_BEFORE, "info")
        how = form.reason.data or ""
        watch = offers.watch("admin_orders.resolve", orders.key_of(order))
        self.audited("resolve", order, how, was=attention.resolve(order, how))
        return watch.answer("Noted as resolved.", self.url_of(order))

    @expose("/<id>/sync", methods=("POST",))
    def ask_stripe(self, id: str) -> Any:
        order = self.one_or_404(id)
        self.audited("sync", order, "")
        try:
            attention.ask_stripe_again(order)
        except Mismatch:
            return self.back(order, "Stripe still has another amount than was ordered.", "warn")
        return self.back(order, "This is what Stripe says now.")

    @expose("/<id>/mails/<mail_id>", methods=("GET", "POST"))
    def resend(self, id: str, mail_id: str) -> Any:
        order = self.one_or_404(id)
        mail = session.get(Mail, int(mail_id)) if mail_id.isdecimal() else None
        if mail is None or mail.reference != order.number:
            abort(404)
        form = MailForm(request.form, email=order.email)
        if request.method == "GET" or not form.validate():
            return self.act_page("admin/order_mail.html", order, form, mail=mail)
        if not self.is_new_act(order, "mail"):
            return self.back(order, DONE_BEFORE, "info")
        try:
            to = self._send_again(order, mail, form)
        except BadInput as error:
            show_errors(form, error)
            return self.act_page("admin/order_mail.html", order, form, mail=mail)
        return self.back(order, f"“{mail.subject}” is sent again to {to}.")

    def _send_again(self, order: Order, mail: Mail, form: MailForm) -> str:
        to, before = correcting.readable(form.email.data or ""), order.email
        if form.keep.data and to != before:
            correcting.write_to(order, to)
            self.audited("email", order, form.reason.data or "", before=before, after=to)
        outbox.repeat(mail, to, request.form["token"])
        self.audited("mail", order, form.reason.data or "", mail=mail.key, to=to)
        timeline.note_act(order, timeline.NOTE, f"“{mail.subject}” was sent again to {to}.")
        return to

    @expose("/<id>/address", methods=("GET",))
    def ask_address(self, id: str) -> Any:
        order = self.one_or_404(id)
        if not correcting.may_move(order):
            return self.back(order, correcting.TooLate.message, "warn")
        return self._ask_address(order, _address(order, None), ReasonForm())

    @expose("/<id>/address", methods=("POST",))
    def move(self, id: str) -> Any:
        order = self.one_or_404(id)
        address, form = _address(order, request.form), ReasonForm(request.form)
        if "look" in request.form or not all([address.validate(), form.validate()]):
            return self._ask_address(order, address, form)
        if not self.is_new_act(order, "address"):
            return self.back(order, DONE_BEFORE, "info")
        before = order.shipping_address
        try:
            after = correcting.move(order, address.given())
        except BadInput as error:
            show_errors(address, error)
            return self._ask_address(order, address, form)
        self.audited("address", order, form.reason.data or "", before=before, after=after)
        return self.back(order, "The address is corrected.")

    def _ask_address(self, order: Order, address: AddressForm, form: ReasonForm) -> Any:
        page = self.act_page("admin/order_address.html", order, form, address=address)
        has_errors = bool(address.errors) and not isinstance(page, tuple)
        return (page, 422) if has_errors else page


def _address(order: Order, posted: Any) -> AddressForm:
    known = order.shipping_address or {"name": order.name}
    country = (posted or {}).get("shipping-country") or known.get("country", "")
    if country not in countries.names():
        country = order.billing_address.get("country") or "DE"
    return address_form("shipping", addresses.rules_of(country), posted, known)
