"""What the pages of a draft have in common: each act changes only what its form showed."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop import db
from shop.accounts import audit
from shop.admin.records import RecordView
from shop.checkout.drafts import drafts
from shop.checkout.drafts.drafts import Contents
from shop.checkout.drafts.models import Draft
from shop.errors import ShopError

Change = Callable[[Draft, Contents], str]
"""Does it, and says what was done."""


class DraftPages(RecordView):
    def change(self, id: str, act: str, do: Change) -> Response:
        """Do it and come back; what speaks against it is said there, and nothing else happens."""
        draft = self.one_or_404(id)
        try:
            said = self.change_or_refuse(draft, act, do)
        except ShopError as error:
            db.rollback()
            return self.back(id, error.detail, "warn")
        return self.back(id, said)

    def change_or_refuse(self, draft: Draft, act: str, do: Change) -> str:
        """
        :raises ShopError: of the draft, or of what is done to it.
        """
        id = draft.id
        now = drafts.open_for_change(draft, request.form.get("seen", ""))
        said = do(draft, now)
        audit.note(f"draft.{act}", f"draft:{id}", reason=request.form.get("reason", ""), done=said)
        return said

    def back(self, id: Any, said: str, kind: str = "good") -> Response:
        flash(said, kind)
        return redirect(str(self.get_url(".details_view", id=id)), 303)
