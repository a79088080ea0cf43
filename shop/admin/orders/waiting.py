"""What of an order comes later."""

from typing import Any

from flask import request
from flask_admin import expose
from wtforms import DateField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from shop.admin.orders.desk import DONE_BEFORE, OrderPages, ReasonForm, show_errors
from shop.admin.undoing import offers
from shop.admin.undoing.reversals import orders
from shop.errors import BadInput
from shop.orders.fulfilment import waiting
from shop.orders.models import Order


class WaitForm(ReasonForm):
    lines = SelectMultipleField(
        "What comes later",
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    until = DateField(
        "Expected by",
        [InputRequired("Choose a day.")],
        description="The buyer is told this day.",
    )


class Waiting(OrderPages):
    @expose("/<id>/wait", methods=("GET",))
    def ask_wait(self, id: str) -> Any:
        order = self.one_or_404(id)
        if not waiting.lines_of(order):
            return self.back(order, "Nothing of it waits to be sent.", "warn")
        return self.act_page("admin/order_wait.html", order, _form(order, None))

    @expose("/<id>/wait", methods=("POST",))
    def wait(self, id: str) -> Any:
        order = self.one_or_404(id)
        form = _form(order, request.form)
        if not form.validate() or form.until.data is None:
            return self.act_page("admin/order_wait.html", order, form)
        if not self.is_new_act(order, "wait"):
            return self.back(order, DONE_BEFORE, "info")
        chosen, until, token = form.lines.data or [], form.until.data, request.form["token"]
        try:
            waiting.wait(order, chosen, until, token)
        except BadInput as error:
            show_errors(form, error)
            return self.act_page("admin/order_wait.html", order, form)
        self.audited("wait", order, form.reason.data or "", lines=chosen, until=str(until))
        return self.back(order, "It waits, and the buyer gets a mail.")

    @expose("/<id>/wait/<int:line_id>/end", methods=("POST",))
    def end_wait(self, id: str, line_id: int) -> Any:
        order = self.one_or_404(id)
        if not self.is_new_act(order, "end_wait"):
            return self.back(order, DONE_BEFORE, "info")
        watch = offers.watch("admin_orders.end_wait", orders.key_of(order, line_id))
        line = waiting.end(order, line_id)
        self.audited("end_wait", order, "", line=line.sku)
        return watch.answer(f"{line.article.full_title} is here.", self.url_of(order))


def _form(order: Order, posted: Any) -> WaitForm:
    form = WaitForm(posted)
    lines = waiting.lines_of(order)
    form.lines.choices = [
        (line.id, f"{line.article.full_title}, {line.to_send} to send") for line in lines
    ]
    if posted is None and len(lines) == 1:
        form.lines.data = [lines[0].id]
    return form
