"""Security headers of every answer; a route may have set its own."""

from functools import lru_cache

from flask import Flask, Response, g, request

from shop.config import Settings

STRIPE_HOSTS = ("https://js.stripe.com", "https://hooks.stripe.com", "https://api.stripe.com")
STRIPE_PAGES = ("https://checkout.stripe.com", "https://billing.stripe.com")

SHARED = frozenset({"web.static_file", "buy_button.script", "catalog.media", "catalog.hero"})
"""Nothing in them is personal: caches may keep them."""

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def init_app(app: Flask, settings: Settings) -> None:
    fixed = dict(FIXED)
    if not settings.is_development:
        fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    hosts = STRIPE_HOSTS if settings.is_real_stripe else (settings.stripe_api_base,)
    pages = STRIPE_PAGES if settings.is_real_stripe else (settings.stripe_api_base,)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        if "Content-Security-Policy" not in headers:
            headers["Content-Security-Policy"] = policy(pages, hosts if _uses_stripe() else ())
        if request.endpoint not in SHARED:
            if "Cache-Control" not in headers:
                headers["Cache-Control"] = "private, no-store"
            response.vary.add("Cookie")
        given = {name.lower() for name, _ in headers}
        for name, value in fixed.items():
            if name.lower() not in given:  # `setdefault` would look through all of them each time
                headers.add(name, value)
        return response


def allow_stripe() -> None:
    """Let this one page load Stripe's script and frames."""
    g.uses_stripe = True


def _uses_stripe() -> bool:
    return bool(g.get("uses_stripe"))


@lru_cache(maxsize=8)
def policy(pages: tuple[str, ...], hosts: tuple[str, ...]) -> str:
    """:param pages: where our forms may lead, besides ourselves.
    :param hosts: whose scripts and frames the page may load.
    """
    rules = {
        "default-src": ("'self'",),
        "img-src": ("'self'", "data:"),
        "object-src": ("'none'",),
        "base-uri": ("'none'",),
        "frame-ancestors": ("'none'",),
        "form-action": ("'self'", *pages),
    }
    if hosts:
        rules |= dict.fromkeys(("script-src", "frame-src", "connect-src"), ("'self'", *hosts))
    return "; ".join(f"{rule} {' '.join(values)}" for rule, values in rules.items())
