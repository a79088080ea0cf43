"""Every page of the checkout once more below a draft's link, where the draft's cart is in hand.

The addresses are `/pay/<token>/checkout/…`. While such a page is asked for, `url_for` leads to its
neighbors below the same link, so nothing else of the checkout knows.
"""

from typing import Any

from flask import Blueprint, Flask, g, request, url_for
from sqlalchemy import select

from shop import config
from shop.cart import holding
from shop.checkout.drafts.models import Draft, DraftState
from shop.db import session
from shop.errors import NotFound, ShopError

PREFIX = "/pay/<draft>"
RETURNING = "checkout.returning."
"""What was begun in time may come back late."""


class LinkEnded(ShopError):
    status = 410


class LinkExpired(LinkEnded):
    title = "This link has ended"
    message = "It was good for some days only. Nothing was charged. Write to us for a new one."


class LinkWithdrawn(LinkEnded):
    title = "This order was withdrawn"
    message = "The shop has taken it back, and it cannot be paid. Nothing was charged."


def find(token: str) -> Draft:
    """
    :raises NotFound: when no draft has this token.
    """
    draft = session.scalar(select(Draft).where(Draft.token == token))
    if draft is None:
        raise NotFound
    return draft


def require_open(draft: Draft) -> None:
    """
    :raises LinkEnded: saying why it cannot be paid; one that was paid leads to its order.
    """
    if draft.state is DraftState.WITHDRAWN:
        raise LinkWithdrawn
    if draft.state is DraftState.EXPIRED:
        raise LinkExpired


def url_of(draft: Draft) -> str:
    return config.current().base_url + url_for("draft.show", draft=draft.token)


def way_back() -> str:
    """From the checkout: to the draft that is being paid, or to the cart."""
    if "draft" in g:
        return url_for("draft.show", draft=g.draft.token)
    return url_for("cart.show")


def follow(bp: Blueprint) -> None:
    """Have the checkout's pages find the draft of their address."""
    bp.url_value_preprocessor(_take_token)
    bp.url_defaults(_give_token)
    bp.before_request(_lend)
    bp.context_processor(lambda: {"way_back": way_back(), "is_draft": "draft" in g})


def mount(app: Flask, bp: Blueprint) -> None:
    """After the checkout itself: its pages have these addresses too."""
    for rule in [*app.url_map.iter_rules()]:
        if rule.endpoint.startswith(f"{bp.name}."):
            view = app.view_functions[rule.endpoint]
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            app.add_url_rule(PREFIX + rule.rule, rule.endpoint, view, methods=methods)


def _take_token(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "draft" in values:
        g.draft_token = values.pop("draft")


def _give_token(_endpoint: str, values: dict[str, Any]) -> None:
    if "draft_token" in g:
        values.setdefault("draft", g.draft_token)


def _lend() -> None:
    if "draft_token" not in g:
        return
    draft = g.draft = find(g.draft_token)
    if not str(request.endpoint).startswith(RETURNING):
        require_open(draft)
    holding.lend(draft.cart_id)
