"""Parts of pages that are drawn once for the same values, and remembered.

The key is the values themselves, so that what changes is drawn anew, and nothing must be told.
"""

from collections.abc import Hashable
from functools import lru_cache

from flask import Flask, current_app
from markupsafe import Markup

MOST = 2_000
"""So many are remembered in each process, most of about a kilobyte."""


def init_app(app: Flask) -> None:
    app.jinja_env.globals["part"] = part


@lru_cache(maxsize=MOST)
def part(template: str, macro: str, *values: Hashable) -> Markup:
    """What the macro draws. It must depend on nothing else: not on the request, nor on the time."""
    drawn = getattr(current_app.jinja_env.get_template(template).module, macro)(*values)
    return Markup(drawn)  # noqa: S704  a macro escapes what it is given
