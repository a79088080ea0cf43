"""Who works here, with what role: given, changed and taken away, each with a reason."""

from collections.abc import Callable
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_admin import expose
from flask_admin.contrib.sqla.filters import FilterEqual
from flask_login import current_user
from sqlalchemy import func, select
from wtforms import Form, SelectField, StringField
from wtforms.validators import DataRequired, Length

from shop.accounts import access, audit, people
from shop.accounts.forms import email_field
from shop.accounts.models import AuditEntry, Role, SignInSession, User
from shop.accounts.second_factor import factors
from shop.admin import cells
from shop.admin.records import RecordView, Tab
from shop.db import session

ROLES = [(role.value, cells.words(role)) for role in Role]
IS_STAFF = User.role != Role.CUSTOMER
LATEST = 20
NOBODY = "Nobody has an account with this address. They register first."


def reason_field() -> StringField:
    return StringField(
        "Reason",
        [DataRequired("Say why; it is kept in the audit log."), Length(max=300)],
    )


class ReasonForm(Form):
    reason = reason_field()


class RoleForm(Form):
    role = SelectField("Role", choices=ROLES)
    reason = reason_field()


class InviteForm(Form):
    email = email_field("E-mail of an account")
    role = SelectField("Role", choices=ROLES[1:])
    reason = reason_field()


class StaffView(RecordView):
    title: ClassVar[str] = "member of staff"
    many: ClassVar[str] = "members of staff"
    tabs = (
        Tab("active", "Active", User.is_active & IS_STAFF),
        Tab("closed", "Closed", ~User.is_active & IS_STAFF),
    )
    column_list = ("email", "name", "role", "is_active", "created_at")
    column_labels: ClassVar[dict[str, str]] = {
        "email": "E-mail",
        "is_active": "May sign in",
        "created_at": "Since",
    }
    column_searchable_list = ("email_norm", "name")
    column_filters = (FilterEqual(User.role, "Role", options=ROLES[1:]),)
    column_formatters = {"email": cells.page_link}
    list_template = "admin/staff_list.html"
    details_template = "admin/staff.html"

    def get_query(self) -> Any:
        return super().get_query().filter(IS_STAFF)

    def get_one(self, id: str) -> User | None:
        found: User | None = super().get_one(id)
        return found if found and found.role != Role.CUSTOMER else None

    def name_of(self, record: User) -> str:
        return record.name or record.email

    def about(self, record: User) -> dict[str, Any]:
        open_sessions = select(func.count()).where(SignInSession.user_id == record.id)
        acts = select(AuditEntry).where(AuditEntry.actor == record.email)
        return super().about(record) | {
            "role_form": RoleForm(role=record.role.value),
            "reason_form": ReasonForm(),
            "has_second_factor": factors.is_set(record),
            "sessions": session.scalar(open_sessions),
            "acts": session.scalars(acts.order_by(AuditEntry.id.desc()).limit(LATEST)).all(),
            "may_change": self.may("change_role") and record.id != current_user.id,
        }

    @expose("/<id>/role", methods=("POST",))
    def change_role(self, id: str) -> Any:
        access.demand_fresh()
        user, form = self.one_or_404(id), RoleForm(request.form)
        if not form.validate():
            return self._again(user, role_form=form)
        people.change_role(user, Role(form.role.data), current_user, str(form.reason.data))
        flash(f"{user} has the role {cells.words(user.role)} now and must sign in again.", "good")
        return redirect(self.url_of(user) if user.role != Role.CUSTOMER else self._list(), 303)

    @expose("/<id>/<any(closing, opening, sessions, factor):act>", methods=("POST",))
    def do(self, id: str, act: str) -> Any:
        """Close or open the account, end its sessions, take a lost second factor away."""
        access.demand_fresh()
        user, form = self.one_or_404(id), ReasonForm(request.form)
        if not form.validate():
            return self._again(user, reason_form=form)
        ACTS[act](user, str(form.reason.data))
        flash(f"Done, for {user}.", "good")
        return redirect(self.url_of(user), 303)

    @expose("/inviting", methods=("GET", "POST"))
    def invite(self) -> Any:
        """A role for somebody who has an account; nobody gets one without having signed up."""
        access.demand_fresh()
        form = InviteForm(request.form)
        if request.method == "POST" and form.validate():
            user = session.scalar(User.with_email(str(form.email.data)))
            if user is None:
                form.email.errors = [NOBODY]
            else:
                people.change_role(user, Role(form.role.data), current_user, str(form.reason.data))
                flash(f"{user} works here now as {cells.words(user.role).lower()}.", "good")
                return redirect(self.url_of(user), 303)
        page = self.render("admin/staff_invite.html", form=form)
        return page, 422 if request.method == "POST" else 200

    def _again(self, user: User, **forms: Form) -> tuple[Any, int]:
        page = self.render(self.details_template, model=user, **(self.about(user) | forms))
        return page, 422

    def _list(self) -> str:
        return str(self.get_url(".index_view"))


def _end_sessions(user: User, reason: str) -> None:
    user.end_sessions()
    audit.note("user.end_sessions", f"user:{user.id}", reason=reason)


def _close(user: User, reason: str) -> None:
    people.disable(user, current_user, reason)


def _open(user: User, reason: str) -> None:
    people.enable(user, current_user, reason)


def _remove_factor(user: User, reason: str) -> None:
    people.reset_second_factor(user, current_user, reason)


ACTS: dict[str, Callable[[User, str], None]] = {
    "closing": _close,
    "opening": _open,
    "sessions": _end_sessions,
    "factor": _remove_factor,
}
