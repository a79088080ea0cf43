from flask import Blueprint
from flask_wtf.csrf import generate_csrf

from shop import api

bp = Blueprint("accounts_api", __name__, url_prefix="/api")


class CsrfOut(api.Output):
    token: str


@bp.get("/csrf")
@api.endpoint(tag="Account", returns=CsrfOut)
def show_csrf() -> CsrfOut:
    """The token that a cookie client sends back as the header `X-CSRFToken`.

    It belongs to the session cookie that comes with it. Calls with a bearer token need none.
    """
    return CsrfOut(token=generate_csrf())
