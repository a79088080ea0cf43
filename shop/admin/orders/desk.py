"""What the pages that handle one order have in common."""

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from shop.accounts import audit
from shop.admin.finding import FindingView
from shop.errors import BadInput
from shop.orders import acts
from shop.orders.models import Order

LONGEST_REASON = 500
DONE_BEFORE = "That was done already; nothing happened a second time."


class ReasonForm(Form):
    """Of an act that asks why, and nothing else."""

    reason = StringField(
        "Why",
        [InputRequired("Say why."), Length(max=LONGEST_REASON, message="Say it shorter.")],
        description="For the audit log; no customer reads it.",
    )


class NoteForm(Form):
    text = TextAreaField(
        "Note for colleagues",
        [InputRequired("Write something."), Length(max=2000, message="At most 2000 letters.")],
    )


class OrderPages(FindingView):
    """Acts on one order: its audit entries name it, and its page is where they lead back to."""

    def is_new_act(self, order: Order, act: str) -> bool:
        """Whether the form that was sent was not done before; the order is locked."""
        return acts.is_new(order, act, request.form.get("token", ""))

    def audited(self, act: str, order: Order, reason: str, **data: Any) -> None:
        audit.note(f"order.{act}", f"order:{order.number}", reason=reason, **data)

    def back(self, order: Order, said: str, kind: str = "good") -> Response:
        flash(said, kind)
        return redirect(str(self.get_url(".details_view", id=order.number)), 303)

    def act_page(self, template: str, order: Order, form: Any, **context: Any) -> Any:
        """A page that asks for what an act needs; 422 when something was wrong."""
        page = self.render(template, order=order, form=form, token=acts.new_token(), **context)
        return (page, 422) if form.errors else page


def show_errors(form: Any, error: BadInput) -> None:
    """A rule's errors beside their fields, the rest on top."""
    for name, messages in error.errors.items():
        if name in form:
            form[name].errors = [*messages]
    if not any(name in form for name in error.errors):
        form.form_errors.append(error.detail)
