"""The signed cookie by which a visitor who is not signed in keeps a cart."""

from datetime import timedelta

from flask import Response, after_this_request, current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from shop import config
from shop.signatures import seal

LIFETIME = timedelta(days=60)


def read() -> str | None:
    """The token of the visitor's cart; None without a cookie of ours that is young enough."""
    if "cart_token" in g:
        return g.cart_token  # type: ignore[no-any-return]  # g holds anything
    signed = request.cookies.get(_name())
    if signed is None:
        return None
    try:
        token = _signer().loads(signed, max_age=int(LIFETIME.total_seconds()))
    except BadSignature:
        return None
    return str(token)


def keep(token: str) -> None:
    """Send the cookie, or renew it, unless the request fails."""
    g.cart_token = token
    signed = _signer().dumps(token)

    @after_this_request
    def set_cookie(response: Response) -> Response:
        if response.status_code < 400:
            response.set_cookie(
                _name(),
                signed,
                max_age=LIFETIME,
                secure=not config.current().is_development,
                httponly=True,
                samesite="Lax",
            )
        return response


def forget() -> None:
    g.cart_token = None

    @after_this_request
    def delete_cookie(response: Response) -> Response:
        if response.status_code < 400:
            response.delete_cookie(
                _name(),
                secure=not config.current().is_development,
                httponly=True,
                samesite="Lax",
            )
        return response


def _name() -> str:
    return "cart" if config.current().is_development else "__Host-cart"


def _signer() -> URLSafeTimedSerializer:
    return seal(current_app.config["SECRET_KEY"], salt="cart")
