"""The support console: one box to find a person by, and the page about them."""

from typing import Any

from flask import redirect, request, url_for
from flask_admin import BaseView, expose
from flask_login import current_user

from shop.accounts import access as entrance
from shop.accounts import audit, visits
from shop.accounts.models import normalize_email
from shop.accounts.permissions import Permission, may
from shop.admin import gate
from shop.admin.support import (
    acting,
    facts,
    forgetting,
    masking,
    person,
    searching,
    shapes,
    story,
    telling,
    troubles,
    urls,
    whole,
)
from shop.admin.support.matches import Found
from shop.admin.support.person import Person
from shop.admin.support.story import Part
from shop.licenses import why
from shop.licenses.sentences import Reader, of_grant, of_license


class SupportView(BaseView):  # type: ignore[misc]  # without types
    @expose("/")
    def index(self) -> Any:
        """Who fits what was typed; one alone is shown at once."""
        typed = shapes.tidy(request.args.get("q", ""))
        found = searching.find(typed)
        if len(found) == 1:
            return redirect(urls.of(found[0]), 303)
        return self.render(
            "admin/support/search.html",
            typed=typed,
            found=[(one, urls.of(one)) for one in found],
            masked=_masked,
            is_stripe_id=shapes.is_stripe_id(typed),
            may_help=may(current_user, Permission.HELP_CUSTOMERS),
        )

    @expose("/people/<int:id>")
    def person(self, id: int) -> Any:
        return self._show(person.of_account(id))

    @expose("/guests/<number>")
    def guest(self, number: str) -> Any:
        found = person.of_order(number)
        if found.user:
            about = request.args.get("about", f"order:{number}")
            return redirect(url_for(".person", id=found.user.id, about=about), 303)
        return self._show(found)

    @expose("/people/<int:id>/details", methods=("POST",))
    def reveal(self, id: int) -> Any:
        """What is masked, this once; it is in the audit log that somebody looked."""
        return self._reveal(person.of_account(id))

    @expose("/guests/<number>/details", methods=("POST",))
    def reveal_guest(self, number: str) -> Any:
        return self._reveal(person.of_order(number))

    @expose("/people/<int:id>/access")
    def access(self, id: int) -> Any:
        return self._tell_why(person.of_account(id))

    @expose("/guests/<number>/access")
    def guest_access(self, number: str) -> Any:
        return self._tell_why(person.of_order(number))

    @expose("/acts/<verb>/<int:id>", methods=("GET", "POST"))
    def act(self, verb: str, id: int) -> Any:
        """The question before an act, and the act."""
        return acting.answer(self, verb, id)

    @expose("/resync", methods=("POST",))
    def resync(self) -> Any:
        return acting.resync(request.form.get("stripe_id", ""))

    @expose("/people/<int:id>/export", methods=("POST",))
    def export_data(self, id: int) -> Any:
        """All that is known about them, as a file."""
        entrance.demand_fresh()
        return forgetting.export(person.of_account(id))

    @expose("/people/<int:id>/erasure", methods=("GET", "POST"))
    def erasure(self, id: int) -> Any:
        entrance.demand_fresh()
        return forgetting.answer(self, person.of_account(id))

    @expose("/people/<int:id>/visit", methods=("POST",))
    def visit(self, id: int) -> Any:
        """See the shop as this customer does, from the next page on."""
        entrance.demand_fresh()
        visits.start(person.of_account(id).user)  # type: ignore[arg-type]  # found as an account
        return redirect("/account", 303)

    @expose("/visit/end", methods=("POST",))
    def end_visit(self) -> Any:
        seen = visits.end()
        return redirect(url_for(".person", id=seen) if seen else url_for(".index"), 303)

    def _reveal(self, found: Person) -> Any:
        audit.note("customer.reveal", found.subject)
        return self._show(found, is_shown=True)

    def _show(self, found: Person, *, is_shown: bool = False) -> Any:
        all_of_it = whole.gather(found)
        part = _part()
        told = story.page(all_of_it.traces, part, request.args.get("page", 1, int))
        licenses = {one.id: of_license(one, Reader.STAFF) for one in all_of_it.licenses}
        grants = {one.id: of_grant(one, Reader.STAFF) for one in all_of_it.grants}
        return self.render(
            "admin/support/person.html",
            whole=all_of_it,
            person=found,
            name=_name(found),
            email=_email(found.email),
            url=urls.of(found),
            facts=facts.of(all_of_it, is_shown=is_shown),
            is_shown=is_shown,
            about=all_of_it.find(request.args.get("about", "")),
            story=told,
            moments=[telling.tell(moment, all_of_it) for moment in told.moments],
            part=part,
            parts=list(Part),
            troubles=list(troubles.of(all_of_it, licenses, grants)),
            license_words=licenses,
            grant_words=grants,
            may=lambda name: may(current_user, Permission[name]),
        )

    def _tell_why(self, found: Person) -> Any:
        rights = why.Person(found.user_id, normalize_email(found.email))
        return self.render(
            "admin/support/access.html",
            name=_name(found),
            url=urls.of(found),
            entries=why.entries(rights, Reader.STAFF),
        )

    def is_accessible(self) -> bool:
        return gate.is_permitted("admin_support.index")


def _part() -> Part | None:
    wanted = request.args.get("show", "")
    return Part(wanted) if wanted in list(Part) else None


def _sees_all() -> bool:
    return may(current_user, Permission.REVEAL)


def _email(email: str) -> str:
    return email if _sees_all() else masking.email(email)


def _name(found: Person) -> str:
    name = found.name if _sees_all() else masking.short(found.name)
    return name or _email(found.email)


def _masked(found: Found) -> tuple[str, str]:
    """Name and address as who is signed in may see them."""
    name = found.name if _sees_all() else masking.short(found.name)
    return name, _email(found.email)
