"""Which versions a license covers, told to the grant of the same cause: it offers those alone."""

from datetime import datetime

from shop.db import session
from shop.downloads import grants
from shop.downloads.models import Grant
from shop.events import GrantGiven
from shop.licenses.models import License


def follow(event: GrantGiven) -> None:
    """The files came after the license."""
    grant = session.get_one(Grant, event.grant_id)
    if grant.order_line_id:
        license = session.query(License).filter_by(order_line_id=grant.order_line_id).one_or_none()
        if license:
            grant.versions_until = license.expires_at


def cover(order_line_id: int, until: datetime | None) -> None:
    """:param until: when updates end; None for never."""
    if until:
        grants.cover(Grant.order_line_id == order_line_id, until)
