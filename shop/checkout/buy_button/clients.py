"""Who clicks, as far as anybody can tell without a cookie, and how much one of them may hold.

What is held is counted in the database: a client never has more than half of what there is set
aside, the last unit excepted, so no script at one address empties the shelf. People behind one
address share that half until they have paid, or for half an hour.
"""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address, ip_network

from flask import request
from sqlalchemy import func, select

from shop import config
from shop.catalog.models import Hold, StockReservation, Variant
from shop.db import session
from shop.errors import ShopError
from shop.orders.models import Order, TimelineEntry
from shop.throttling import Window

BUTTON = "buy_button"
"""The kind of the timeline entry that knows the client."""

WINDOW = 60  # seconds
MOST_CLICKS = 20


class TooManyClicks(ShopError):
    status = 429
    title = "Too many clicks"
    message = "That was clicked too often. Please wait a minute, then try again."


class TooManyHeld(ShopError):
    title = "Not so many at once"


def current() -> str:
    """The client's name here: a keyed hash of the address, which itself is not kept."""
    key = config.current().secret_key.get_secret_value().encode()
    return hmac.digest(key, f"buy button {_network()}".encode(), "sha256").hex()[:24]


def _network() -> str:
    """Whoever has one IPv6 address has the 2⁶⁴ beside it too."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))


clicks = Window(WINDOW, {"client": MOST_CLICKS})


def count_click(client: str) -> None:
    """:raises TooManyClicks: before anything is looked up."""
    if clicks.wait(("client", client)):
        raise TooManyClicks
    clicks.add(("client", client))


def check_holds(client: str, places: Mapping[int, str]) -> None:
    """After reserving: the rows of these variants are ours until the commit.

    :param places: the field of the request by variant id.
    :raises TooManyHeld: when the client has more than its half of one of them.
    """
    variants = select(Variant).where(Variant.id.in_(places), Variant.tracks_stock)
    held = _held_by(client, [*places])
    for variant in session.scalars(variants.order_by(Variant.id)):
        mine = held.get(variant.id, 0)
        share = max(1, (variant.on_hand - variant.reserved + mine + 1) // 2)
        if mine > share:
            text = f"At most {share} of {variant.product.title} can be set aside for one buyer now."
            raise TooManyHeld(text, **{places[variant.id]: [text]})


def _held_by(client: str, variant_ids: list[int]) -> dict[int, int]:
    session.flush()  # this order counts too
    query = (
        select(StockReservation.variant_id, func.sum(StockReservation.quantity))
        .join(Order, Order.token == StockReservation.holder)
        .join(TimelineEntry, TimelineEntry.order_id == Order.id)
        .where(
            StockReservation.variant_id.in_(variant_ids),
            StockReservation.state == Hold.HELD,
            TimelineEntry.kind == BUTTON,
            TimelineEntry.data["client"].as_string() == client,
        )
        .group_by(StockReservation.variant_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
