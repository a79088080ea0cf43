"""The number beside "Cart" in the header of every page."""

from flask import Flask, g
from sqlalchemy.exc import OperationalError
from werkzeug.local import LocalProxy

from shop.cart import carts


def init_app(app: Flask) -> None:
    """Templates get `cart_count`. Those that do not show it cost no query, the others one."""
    app.context_processor(lambda: {"cart_count": LocalProxy(_count)})


def _count() -> int:
    if "cart_count" not in g:
        try:
            g.cart_count = carts.count_items()
        except OperationalError:
            g.cart_count = 0  # this is the page that says what is wrong
    return int(g.cart_count)
