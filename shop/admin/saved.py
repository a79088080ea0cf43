"""Lists that somebody looks at often, kept under a name."""

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from shop.admin import rights
from shop.admin.models import SavedView
from shop.admin.undoing import offers
from shop.admin.undoing.reversals import lists
from shop.db import session
from shop.errors import ShopError

bp = Blueprint("admin_saved", __name__, url_prefix="/admin/views")
MOST = 30
LONGEST_NAME = 60


class TooManyViews(ShopError):
    title = "No more views"
    message = f"{MOST} views are kept for each list. Remove one first."


class NoName(ShopError):
    status = 400
    title = "This view needs a name"
    message = f"Give it a name of at most {LONGEST_NAME} letters."


def of(view: str) -> list[SavedView]:
    """Those of who is signed in."""
    mine = select(SavedView).where(SavedView.user_id == current_user.id, SavedView.view == view)
    return list(session.scalars(mine.order_by(SavedView.name)))


def tidy(query: str) -> str:
    """A query string without pages and empty fields."""
    kept = [(name, value) for name, value in parse_qsl(query) if name not in {"page", "page_size"}]
    return urlencode(kept)


@bp.post("/")
def keep() -> Response:
    view = request.form.get("view", "")
    name = request.form.get("name", "").strip()
    if view not in rights.RECORDS:
        abort(404)
    if not 0 < len(name) <= LONGEST_NAME:
        raise NoName
    mine = {saved.name: saved for saved in of(view)}
    if name not in mine and len(mine) >= MOST:
        raise TooManyViews
    query = tidy(request.form.get("query", ""))
    watch = offers.watch("admin_saved.keep", lists.key_of(view, name))
    saved = mine.get(name) or SavedView(user_id=current_user.id, view=view, name=name)
    saved.query = query
    session.add(saved)
    return watch.answer(f"Kept as “{name}”.", f"{url_for(f'{view}.index_view')}?{query}")


@bp.post("/<int:id>/removal")
def forget(id: int) -> Response:
    saved = session.get(SavedView, id)
    if saved is None or saved.user_id != current_user.id:
        abort(404)
    watch = offers.watch("admin_saved.forget", lists.key_of(saved.view, saved.name))
    session.delete(saved)
    said, url = f"“{saved.name}” is no longer kept.", url_for(f"{saved.view}.index_view")
    return watch.answer(said, url)
