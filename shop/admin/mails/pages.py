"""The words of every mail that the shop writes: seen, changed, tried out, and taken back."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Response, abort, flash, redirect, request
from flask_admin import BaseView, expose
from flask_login import current_user
from sqlalchemy import select

from shop.accounts import access, audit
from shop.admin import gate, seen
from shop.admin.mails.form import WordsForm
from shop.admin.undoing import offers
from shop.db import session, utcnow
from shop.mail import checking, kinds, outbox, texts
from shop.mail.kinds import Kind
from shop.mail.models import MailText

OF_KIND = "/<kind>"
FRAME = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
"""A mail has its styles in its tags, as pages have not."""


@dataclass(frozen=True)
class Entry:
    kind: Kind
    own: MailText | None
    is_broken: bool


class MailTextsView(BaseView):  # type: ignore[misc]  # without types
    @expose("/")
    def index(self) -> Any:
        own = {row.kind: row for row in session.scalars(select(MailText))}
        entries = [_entry(kind, own.get(kind.key)) for kind in kinds.known()]
        groups = [
            (name, list(found)) for name, found in groupby(entries, lambda one: one.kind.group)
        ]
        return self.render("admin/mail_texts.html", groups=groups)

    @expose(OF_KIND)
    def show(self, kind: str) -> Any:
        found = _kind_or_404(kind)
        return self._page(found, _form_of(found))

    @expose(f"{OF_KIND}/words", methods=("POST",))
    def save(self, kind: str) -> Any:
        access.demand_fresh()
        found, form = _kind_or_404(kind), WordsForm(request.form)
        row = texts.lock(found, current_user.email)
        now = _form_of(found)
        is_stale = request.form.get("seen") != seen.digest(now)
        if not form.validate_for(found) or is_stale:
            theirs = seen.differences(form, now) if is_stale else []
            return self._page(found, form, now=now, theirs=theirs), 409 if is_stale else 422
        watch = offers.watch("admin_mail_texts.save", kind)
        texts.keep(row, form.words, current_user.email)
        self._note("update", found, before=now.data, after=form.data)
        said = f"“{found.name}” is written in these words from now on."
        return watch.answer(said, self.get_url(".show", kind=kind))

    @expose(f"{OF_KIND}/<any(delivered, own):words>", methods=("POST",))
    def switch(self, kind: str, words: str) -> Any:
        """Back to the delivered words, or to those that were written here before."""
        access.demand_fresh()
        found, is_own = _kind_or_404(kind), words == "own"
        row = texts.lock(found, current_user.email)
        before = _form_of(found).data
        if is_own and checking.problems(found, row.words):
            flash("Those words cannot be used any more.", "bad")
            return redirect(self.get_url(".show", kind=kind), 303)
        watch = offers.watch("admin_mail_texts.switch", kind)
        texts.use(row, current_user.email, own=is_own)
        self._note("update", found, before=before, after=_form_of(found).data)
        said = (
            f"“{found.name}” is written in {'your own' if is_own else 'the delivered'} words now."
        )
        return watch.answer(said, self.get_url(".show", kind=kind))

    @expose(f"{OF_KIND}/preview", methods=("GET", "POST"))
    def preview(self, kind: str) -> Response:
        """With example data, for the frame beside the form. POST shows what is typed."""
        found = _kind_or_404(kind)
        form = WordsForm(request.form) if request.method == "POST" else _form_of(found)
        if not form.validate_for(found):
            said = [said for errors in form.errors.values() for said in errors]
            return _framed("\n".join(["This cannot be sent yet:", "", *said]), "text/plain", 422)
        letter = texts.draw(form.words, found.example)
        if request.args.get("part") == "text":
            return _framed(f"Subject: {letter.subject}\n\n{letter.text}", "text/plain")
        return _framed(letter.html, "text/html")

    @expose(f"{OF_KIND}/test", methods=("POST",))
    def test(self, kind: str) -> Any:
        """What is typed, with example data, to whoever asks for it."""
        found, form = _kind_or_404(kind), WordsForm(request.form)
        if not form.validate_for(found):
            return self._page(found, form, typed_over=request.form.get("seen", "")), 422
        to = current_user.email
        key = f"test:{found.key}:{current_user.id}:{utcnow():%Y%m%dT%H%M%S}"
        outbox.put(found, texts.draw(form.words, found.example), key=key, to=to)
        self._note("test", found, to=to)
        flash(f"A test mail is on its way to {to}. Nothing is saved by that.", "good")
        return self._page(found, form, typed_over=request.form.get("seen", ""))

    def _page(self, kind: Kind, form: WordsForm, **given: Any) -> Any:
        """:param typed_over: the digest of what the form showed when it was opened."""
        row, now = texts.row_of(kind), given.pop("now", None) or _form_of(kind)
        digest = given.pop("typed_over", "") or seen.digest(now)
        has_own = row is not None and row.words != kind.words
        return self.render(
            "admin/mail_text.html",
            entry=_entry(kind, row),
            form=form,
            seen=digest,
            can_take_back=has_own and row is not None and not row.is_used,
            **given,
        )

    def _note(self, verb: str, kind: Kind, **data: Any) -> None:
        audit.note(f"mail_text.{verb}", f"mail_text:{kind.key}", **data)

    def is_accessible(self) -> bool:
        return gate.is_permitted("admin_mail_texts.index")


def _kind_or_404(key: str) -> Kind:
    return kinds.find(key) or abort(404)


def _form_of(kind: Kind) -> WordsForm:
    """With the words that are used now."""
    words = texts.words_of(kind)
    return WordsForm(None, data={"subject": words.subject, "text": words.text})


def _entry(kind: Kind, row: MailText | None) -> Entry:
    own = row if row and row.is_used else None
    return Entry(kind, own, own is not None and bool(checking.problems(kind, own.words)))


def _framed(body: str, mimetype: str, status: int = 200) -> Response:
    return Response(body, status, FRAME, mimetype=mimetype)
