"""Who may open what, and where a sign-in leads."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, flash, redirect, request, url_for
from flask_login import current_user

from shop import api, config
from shop.accounts import confirmation, sessions
from shop.accounts.models import Role, User
from shop.accounts.second_factor import factors
from shop.db import SAFE_METHODS, session
from shop.errors import ShopError

View = TypeVar("View", bound=Callable[..., Any])

# A path of this shop in plain ASCII. `//host` and `/\host` lead elsewhere, and so does what
# browsers tidy into these, such as tabs between the slashes.
OUR_PATH = re.compile(r"/(?:[A-Za-z0-9_~-][A-Za-z0-9_.~/-]*)?(?:\?[A-Za-z0-9_.~%&=+,:-]*)?")
HOME = "/account"


class SignInRequired(ShopError):
    status = 401
    title = "Please sign in first"
    message = "This belongs to an account: sign in, or send a bearer token."


class Forbidden(ShopError):
    status = 403
    title = "This page is not yours to open"

    def __init__(self, roles: tuple[Role, ...]) -> None:
        super().__init__(f"It needs the role {' or '.join(roles)}.")


def demand(*roles: Role) -> None:
    """Go on only for somebody who is signed in and, if roles are named, has one of them.

    :raises SignInRequired: for an API call; a page leads to the sign-in page and back.
    :raises Forbidden: when the role is another.
    """
    if not current_user.is_authenticated:
        if api.is_api_request():
            raise SignInRequired
        abort(redirect(url_for("accounts.show_sign_in", next=_back()), 303))
    if roles and current_user.role not in roles:
        raise Forbidden(roles)


def demand_second_factor() -> None:
    """Go on only for who has a second factor, unless this shop leaves that to its staff.

    Before every page of the back office, behind `demand`; others are led to set one up, and back.
    """
    if config.current().staff_needs_second_factor and not factors.is_set(signed_in_user()):
        flash("The back office needs a second factor. It takes a minute to set up.", "info")
        abort(redirect(url_for("accounts.second_factor.show", next=_back()), 303))


def demand_fresh() -> None:
    """Go on only if this browser proved within the last 15 minutes who is there.

    For acts that could do harm, as the first line of their view: it may commit. Others are asked,
    and what they sent is not lost; its fields come again, with those of `confirmation.NAMES`.

    :raises ConfirmationNeeded: for an API call.
    """
    demand()
    if not sessions.is_fresh():
        confirmation.ask()


def _back() -> str | None:
    """This page, to be led back to; nothing for what was sent."""
    return request.full_path.rstrip("?") if request.method in SAFE_METHODS else None


def signed_in_user() -> User:
    """Who `current_user` stands for, as a row that can be changed; only behind `demand`."""
    return session.get_one(User, current_user.id)


def required_role(*roles: Role) -> Callable[[View], View]:
    """The decorator form of `demand`; without a role, anybody who is signed in may pass."""

    def decorate(view: View) -> View:
        @wraps(view)
        def call(*args: Any, **kwargs: Any) -> Any:
            demand(*roles)
            return view(*args, **kwargs)

        return call  # type: ignore[return-value]

    return decorate


def safe_next(target: str | None) -> str:
    """Where to go after signing in: the page that asked for it, if it is one of ours."""
    if target and OUR_PATH.fullmatch(target) and "//" not in target.partition("?")[0]:
        return target
    return HOME
