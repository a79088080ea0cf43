"""Which sites may have our buy buttons, and what their browsers are told."""

from urllib.parse import urlsplit

from flask import Response, request

from shop import config
from shop.errors import ShopError


class ForeignSite(ShopError):
    status = 403
    title = "Not from this site"
    message = "The shop does not know the site that this button is on."


def is_ours(origin: str) -> bool:
    """Whether pages of this origin may have buttons; the shop's own always."""
    own = {origin_of(config.current().base_url), origin_of(request.host_url)}
    return origin in own | config.current().sites_with_buttons


def check() -> None:
    """Browsers name the site of the page they send from; a server names none.

    :raises ForeignSite: before anything is done.
    """
    origin = request.headers.get("Origin")
    if origin is not None and not is_ours(origin):
        raise ForeignSite


def tell(response: Response) -> Response:
    """Let the page read the answer, but never send a cookie along."""
    origin = request.headers.get("Origin", "")
    response.vary.add("Origin")
    if is_ours(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def page_or_cart(address: str | None) -> str:
    """Where who leaves Stripe's page comes back to: the page of the button, if its site is ours."""
    if address and address.isascii() and address.isprintable() and is_ours(origin_of(address)):
        return address
    return f"{config.current().base_url}/cart"


def origin_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
