"""Who may open what, and where a sign-in leads."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, redirect, request, url_for
from flask_login import current_user

from shop import api
from shop.accounts.models import Role, User
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
        back = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
        abort(redirect(url_for("accounts.show_sign_in", next=back), 303))
    if roles and current_user.role not in roles:
        raise Forbidden(roles)


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
