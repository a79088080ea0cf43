"""What every page shares: errors, the CSRF gate, template names and health checks."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    g,
    render_template,
    request,
    send_from_directory,
)
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix

from shop import api, config, db, headers, money, parts, signatures
from shop.config import Settings
from shop.errors import ShopError
from shop.logs import log

bp = Blueprint("web", __name__)


class Gate(CSRFProtect):  # type: ignore[misc]  # without types
    def _get_csrf_token(self) -> str | None:
        """Of an API call it is in the header: the body need not be read as a form."""
        return request.headers.get("X-CSRFToken") or super()._get_csrf_token()


csrf = Gate()

STATIC = Path(__file__).parent / "static"
YEAR = 365 * 24 * 3600

ReadyCheck = Callable[[], None]
_ready_checks: dict[str, ReadyCheck] = {}


def init_app(app: Flask, settings: Settings) -> None:
    app.config["TRUSTED_HOSTS"] = [settings.host.rsplit(":", 1)[0], "localhost", "127.0.0.1"]
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # `check_csrf` decides
    csrf.init_app(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    app.before_request(refuse_nul)
    app.before_request(check_csrf)
    headers.init_app(app, settings)
    signatures.init_app(app)
    app.register_error_handler(ShopError, show_shop_error)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(CSRFError, show_old_form)
    app.register_error_handler(OperationalError, show_database_error)
    app.register_error_handler(Exception, show_fault)
    parts.init_app(app)
    app.jinja_env.globals["static_url"] = static_url
    app.jinja_env.filters["money"] = money.show
    app.jinja_env.filters["date"] = show_date
    app.jinja_env.filters["datetime"] = show_datetime
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(template_names)
    app.register_blueprint(bp)
    _ready_checks.clear()
    ready_check("database", lambda: db.session.execute(text("SELECT 1")).close())


def template_names() -> dict[str, object]:
    settings = config.current()
    test_mode = not settings.stripe_livemode
    return {
        "shop_name": settings.shop_name,
        "shop_contact": settings.contact_email,
        "base_url": settings.base_url,
        "demo_notice": "Stripe test mode: no real money moves." if test_mode else None,
    }


def refuse_nul() -> None:
    """No address of ours has one, and PostgreSQL cannot compare text with it."""
    if "\0" in request.path:
        abort(404)


def check_csrf() -> None:
    """Every unsafe request proves that our own page made it.

    A bearer token proves it too: no foreign page can send that header.
    """
    view = request.endpoint
    if request.method in db.SAFE_METHODS or not view or is_exempt(view):
        return
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        csrf.protect()


_exempt: set[str] = set()


def exempt(endpoint: str) -> None:
    """Leave the CSRF gate open for an endpoint that proves its caller in another way."""
    _exempt.add(endpoint)


def is_exempt(endpoint: str) -> bool:
    return endpoint in _exempt


@lru_cache(maxsize=512)
def static_url(path: str) -> str:
    """The address of a static file, with its hash: cached for good, replaced at once."""
    digest = sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


@bp.get("/static/<path:path>")
def static_file(path: str) -> Response:
    """Immutable when asked for by hash."""
    response = send_from_directory(STATIC, path, max_age=YEAR if "v" in request.args else 60)
    if "v" in request.args:
        response.cache_control.immutable = True
        response.cache_control.public = True
    return response


def show_shop_error(error: ShopError) -> tuple[str, int] | Response:
    if api.is_api_request():
        return api.problem(error.status, error.title, error.detail, errors=error.errors)
    return _error_page(error.status, error.title, error.detail)


def show_http_error(error: HTTPException) -> Response:
    """With the headers that belong to the status, such as `Allow` to 405."""
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()  # type: ignore[return-value]  # a redirect of the router
    status, detail = error.code or 500, _own_words(error)
    if isinstance(error, CSRFError):
        detail = "This page was open for too long. Please go back, reload it and try again."
    if api.is_api_request():
        response = api.show_http_error(error, status, detail)
    else:
        response = Response(*_error_page(status, "", detail))
    response.headers.update(
        {name: value for name, value in error.get_headers() if name != "Content-Type"}
    )
    return response


def show_old_form(error: CSRFError) -> Response:
    """What was typed on a page that was open for too long, to be sent once more.

    Only if a page of ours sent it; what another site typed must not wait here for a click.
    """
    if api.is_api_request() or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return show_http_error(error)
    db.rollback()
    typed = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
    return Response(render_template("old_form.html", typed=typed), 400)


def _own_words(error: HTTPException) -> str:
    """What a route said with its `abort`; nothing when it only named a status."""
    stock_text = type(error).description
    return "" if error.description in {None, stock_text} else str(error.description)


def show_database_error(error: OperationalError) -> Response:
    """Locked, full or gone: the caller may try again, and a webhook will."""
    log.error("database", error=type(error.orig).__name__)
    response = show_http_error(ServiceUnavailable("The shop is very busy. Please try again."))
    response.headers["Retry-After"] = "5"
    return response


def show_fault(error: Exception) -> Response:
    log.error("fault", exc_info=error)
    return show_http_error(InternalServerError("The fault is on our side and was noted."))


def _error_page(status: int, title: str, detail: str) -> tuple[str, int]:
    db.rollback()  # what the page itself asks must not run in a broken transaction
    page = render_template(
        "error.html", status=status, title=title, detail=detail, request_id=g.get("request_id", "")
    )
    return page, status


def show_date(moment: datetime) -> str:
    return f"{moment:%-d %b %Y}"


def show_datetime(moment: datetime) -> str:
    return f"{moment:%-d %b %Y, %H:%M} UTC"


def ready_check(name: str, check: ReadyCheck) -> None:
    """Have `/readyz` call this; it raises when its part does not answer."""
    _ready_checks[name] = check


@bp.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> tuple[dict[str, str], int]:
    """Each part with `ok` or `down`; 503 when one is down."""
    parts = {name: _state(check) for name, check in _ready_checks.items()}
    return parts, 200 if set(parts.values()) == {"ok"} else 503


def _state(check: ReadyCheck) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001  whatever it is, the part is down
        log.warning("not ready", error=type(error).__name__)
        return "down"
    return "ok"
