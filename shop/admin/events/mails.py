"""The outbox: what was written to whom, whether it left, and once more."""

from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.contrib.sqla.filters import FilterEqual
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import defer
from wtforms import Form

from shop import leases
from shop.accounts import audit
from shop.accounts.forms import email_field
from shop.admin import cells
from shop.admin.events.stripe_events import KINDS
from shop.admin.finding import PARTS, FindingView
from shop.admin.records import Tab
from shop.db import session
from shop.jobs import enqueue
from shop.leases import State
from shop.mail import outbox
from shop.mail.models import Mail


class AgainForm(Form):
    email = email_field("To")


class MailView(FindingView):
    title: ClassVar[str] = "mail"
    many: ClassVar[str] = "mails"
    tabs = (
        Tab("dead", "Failed for good", Mail.state == State.DEAD),
        Tab("waiting", "Waiting", Mail.state.in_((State.PENDING, State.FAILED))),
        Tab("sent", "Sent", Mail.state == State.DONE),
    )
    column_list = ("created_at", "subject", "recipient", "reference", "state", "error")
    column_details_list = (*column_list, "attempts", "template", "sent_at")
    column_labels: ClassVar[dict[str, str]] = {
        "created_at": "Written",
        "recipient": "To",
        "reference": "About",
        "attempts": "Tries",
        "sent_at": "Sent",
    }
    parts_of = (Mail.recipient, Mail.subject, Mail.reference)
    search_hint = f"A whole address, or what a mail is about; {PARTS}"
    column_filters = (FilterEqual(Mail.template, "Template"),)
    column_formatters = {"subject": cells.page_link, "state": cells.pills(KINDS)}
    column_formatters_detail = {"state": cells.pills(KINDS)}
    details_template = "admin/mail.html"

    def get_query(self) -> Any:
        return super().get_query().options(defer(Mail.text), defer(Mail.html))

    def named(self, text: str) -> list[ColumnElement[bool]]:
        return [Mail.recipient == text, Mail.reference == text]

    def name_of(self, record: Mail) -> str:
        return record.subject

    def about(self, record: Mail, **more: Any) -> dict[str, Any]:
        return super().about(record) | {
            "form": AgainForm(email=record.recipient),
            "may_read": self.may("read"),
            "may_send": self.may("send_again"),
            "text": None,
            **more,
        }

    @expose("/<id>/text", methods=("POST",))
    def read(self, id: str) -> Any:
        """The words of a mail may hold a key or the way to an order: reading them is noted."""
        mail = self.one_or_404(id)
        audit.note("mail.read", f"mail:{mail.id}", to=mail.recipient)
        return self.render(
            self.details_template,
            model=mail,
            **self.about(mail, text=mail.text or "It can no longer be read: its key was changed."),
        )

    @expose("/<id>/again", methods=("POST",))
    def send_again(self, id: str) -> Any:
        mail = self.one_or_404(id)
        form = AgainForm(request.form)
        if not form.validate():
            page = self.render(self.details_template, model=mail, **self.about(mail, form=form))
            return page, 422
        to = str(form.email.data)
        if outbox.repeat(mail, to):
            audit.note("mail.repeat", f"mail:{mail.id}", to=to, about=mail.reference)
        flash(f"It is on its way to {to}.", "good")
        return redirect(self.url_of(mail), 303)

    @action("revive", "Try again")
    def revive(self, ids: list[str]) -> int:
        chosen = session.scalars(select(Mail).where(Mail.id.in_(map(int, ids)))).all()
        revived = [mail for mail in chosen if leases.revive(Mail, mail.id)]
        for mail in revived:
            audit.note("mail.revive", f"mail:{mail.id}", to=mail.recipient)
            enqueue("shop.mail.tasks.send_mail", mail.id)
        return len(revived)
