"""What the pages of a draft have in common: each act changes only what its form showed."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop import db
from shop.accounts import access, audit
from shop.admin.orders.desk import show_errors
from shop.admin.records import RecordView
from shop.admin.undoing import offers
from shop.checkout.drafts import drafts, limits
from shop.checkout.drafts.drafts import Contents
from shop.checkout.drafts.models import Draft
from shop.errors import BadInput, ShopError

CHANGES_COST = frozenset({"line", "prices", "grant"})
Change = Callable[[Draft, Contents], str]
"""Does it, and says what was done."""
Watched = tuple[str, Callable[[Draft], str]]
"""An act that can be undone, and the key of what it changes."""


class DraftPages(RecordView):
    def change(self, id: str, act: str, do: Change, watched: Watched | None = None) -> Response:
        """Do it and come back; what speaks against it is said there, and nothing else happens."""
        draft = self.one_or_404(id)
        watch = offers.watch(watched[0], watched[1](draft)) if watched else None
        try:
            said = self.change_or_refuse(draft, act, do)
        except ShopError as error:
            db.rollback()
            return self.back(id, error.detail, "warn")
        url = str(self.get_url(".details_view", id=id))
        return watch.answer(said, url) if watch else self.back(id, said)

    def change_or_refuse(self, draft: Draft, act: str, do: Change) -> str:
        """
        :raises ShopError: of the draft, or of what is done to it.
        """
        id = draft.id
        now = drafts.open_for_change(draft, request.form.get("seen", ""))
        said = do(draft, now)
        if act in CHANGES_COST:
            limits.demand(access.signed_in_user(), draft, now)
        audit.note(f"draft.{act}", f"draft:{id}", reason=request.form.get("reason", ""), done=said)
        return said

    def back(self, id: Any, said: str, kind: str = "good") -> Response:
        flash(said, kind)
        return redirect(str(self.get_url(".details_view", id=id)), 303)

    def save(self, draft: Draft, act: str, template: str, form: Any, do: Change) -> Any:
        """What was typed stays on the page when it is wrong, or when somebody else was faster."""
        id = draft.id
        try:
            said = self.change_or_refuse(draft, act, do)
        except BadInput as error:
            db.rollback()
            show_errors(form, _at_home(error))
            return self.form_page(template, self.one_or_404(id), form)
        except drafts.ChangedMeanwhile as error:
            db.rollback()
            form.form_errors.append(error.detail)
            return self.form_page(template, self.one_or_404(id), form, status=409)
        except ShopError as error:
            db.rollback()
            return self.back(id, error.detail, "warn")
        return self.back(id, said)

    def form_page(self, template: str, draft: Draft, form: Any, status: int = 422) -> Any:
        now = drafts.contents(draft)
        seen = drafts.seen(now)
        page = self.render(template, draft=draft, now=now, form=form, seen=seen)
        return (page, status) if form.errors else page


def _at_home(error: BadInput) -> BadInput:
    """Its fields by the names that they have in a form of one address."""
    errors = {name.rpartition(".")[2]: messages for name, messages in error.errors.items()}
    return BadInput(error.detail, **errors)
