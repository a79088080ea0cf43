"""The page that asks once more who is there."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from shop.accounts import confirmation, sessions
from shop.accounts.access import required_role, safe_next

bp = Blueprint("confirmation", __name__)


@bp.get("/confirm")
@required_role()
def show() -> Response | str:
    after = request.args.get("next")
    if sessions.is_fresh():
        return redirect(safe_next(after), 303)
    return _render(confirmation.new_proof(), after)


@bp.post("/confirm")
@required_role()
def confirm() -> Response | tuple[str, int]:
    proof, status = confirmation.answer()
    after = request.form.get("next")
    if status == 200:
        return redirect(safe_next(after), 303)
    return _render(proof, after), status


def _render(proof: confirmation.Proof, after: str | None) -> str:
    return render_template(
        "accounts/confirm.html", form=proof, typed=(), problem="", action="/confirm", next=after
    )
