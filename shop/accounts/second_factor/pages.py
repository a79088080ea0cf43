"""The pages where people set up their second factor, and take it away."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from shop import config
from shop.accounts import people, sessions
from shop.accounts.access import demand_fresh, required_role, safe_next, signed_in_user
from shop.accounts.models import User
from shop.accounts.permissions import is_staff
from shop.accounts.second_factor import factors, picture, recovery
from shop.accounts.second_factor.forms import BeginForm, CodeForm
from shop.accounts.second_factor.models import SecondFactor
from shop.accounts.security import NOT_YOURS

bp = Blueprint("second_factor", __name__, url_prefix="/account/security/second-factor")

Answer = Response | tuple[str, int]


@bp.get("")
@required_role()
def show() -> str:
    return _render(signed_in_user(), BeginForm(data=request.args))


@bp.post("")
@required_role()
def begin() -> Answer:
    """A secret is made for who knows the password, and shown on the next page."""
    form, user = BeginForm(request.form), signed_in_user()
    if form.validate() and not people.confirm(user, form.password.data or ""):
        form.password.errors = [NOT_YOURS]
    if form.errors:
        return _render(user, form), 422
    factors.begin(user)
    sessions.confirm()
    return redirect(url_for(".show_app", next=form.next.data or None), 303)


@bp.get("/app")
@required_role()
def show_app() -> Response | str:
    factor = _pending()
    if factor is None:
        return redirect(url_for(".show", next=request.args.get("next")), 303)
    return _render_app(factor, CodeForm(data={"next": request.args.get("next")}))


@bp.post("/app")
@required_role()
def finish() -> Answer:
    """Answers with the recovery codes themselves: a redirect would have to carry them somewhere."""
    form, factor, user = CodeForm(request.form), _pending(), signed_in_user()
    if factor is None:
        return redirect(url_for(".show"), 303)
    codes = factors.finish(user, form.code.data or "") if form.validate() else None
    if codes is None:
        if not form.errors:
            form.refuse()
        return _render_app(factor, form), 422
    user.end_sessions()
    sessions.stay(user)
    return _render_codes(codes, safe_next(form.next.data)), 201


@bp.post("/recovery-codes")
@required_role()
def renew_recovery_codes() -> Answer:
    demand_fresh()
    user = signed_in_user()
    if not factors.is_set(user):
        return redirect(url_for(".show"), 303)
    return _render_codes(factors.renew_recovery_codes(user), url_for(".show")), 201


@bp.post("/removal")
@required_role()
def remove() -> Response:
    demand_fresh()
    if factors.remove(signed_in_user()):
        flash("The second factor is removed. Your password alone is enough again.", "good")
    return redirect(url_for(".show"), 303)


def _pending() -> SecondFactor | None:
    """What is being set up, for the browser where the password was typed."""
    return factors.pending(signed_in_user()) if sessions.is_fresh() else None


def _render(user: User, form: BeginForm) -> str:
    return render_template(
        "accounts/second_factor/show.html",
        form=form,
        set_at=factors.set_at(user),
        left=recovery.left(user),
        is_required=is_staff(user) and config.current().staff_needs_second_factor,
    )


def _render_app(factor: SecondFactor, form: CodeForm) -> str:
    secret, settings = factor.secret or "", config.current()
    drawing = picture.draw(secret, signed_in_user().email, settings.shop_name)
    return render_template(
        "accounts/second_factor/app.html",
        form=form,
        drawing=drawing,
        secret=picture.in_fours(secret),
    )


def _render_codes(codes: list[str], after: str) -> str:
    return render_template("accounts/second_factor/codes.html", codes=codes, after=after)
