"""What staff gives and takes of downloads, each with its reason."""

from datetime import timedelta

from sqlalchemy import select, update

from shop.accounts.models import User, normalize_email
from shop.catalog.models import Product
from shop.db import session, utcnow
from shop.downloads.models import Grant
from shop.errors import BadInput, NotFound, ShopError
from shop.orders import rights
from shop.orders.rights import DISPUTE, REFUND


class AlreadyEnded(ShopError):
    message = "This right has ended already."


def customer(email: str) -> User:
    """:raises NotFound: when nobody has an account with this address."""
    user = session.scalar(select(User).where(User.email_norm == normalize_email(email)))
    if user is None:
        raise NotFound(f"Nobody has an account with {email}.")
    return user


def give(user: User, slug: str, who: str, reason: str) -> Grant:
    """The files of a product, without money.

    :param who: of the staff.
    """
    rights.demand_reason(reason)
    product = session.scalar(select(Product).where(Product.slug == slug))
    if product is None:
        raise BadInput(f"There is no product {slug}.")
    grant = Grant(product_id=product.id, user_id=user.id, given_by=f"{who}: {reason}")
    session.add(grant)
    session.flush()  # staff is told its id
    return grant


def extend(grant: Grant, downloads: int, days: int, reason: str) -> None:
    """More downloads, more time, or both; from today where the time is over already."""
    rights.demand_reason(reason)
    if grant.ended_at:
        raise AlreadyEnded
    gives_more = downloads > 0 and grant.most is not None
    gives_time = days > 0 and grant.expires_at is not None
    if not gives_more and not gives_time:
        raise BadInput("That would change nothing: see what it is limited by.")
    if gives_more:
        counted = update(Grant).where(Grant.id == grant.id)
        session.execute(counted.values(most=Grant.most + downloads))
    if gives_time and grant.expires_at:
        grant.expires_at = max(utcnow(), grant.expires_at) + timedelta(days=days)


def end(grant: Grant, reason: str) -> None:
    """For good: after a refund or a lost dispute too, which might come back."""
    rights.demand_reason(reason)
    if grant.ended_at and grant.end_reason not in {REFUND, DISPUTE}:
        raise AlreadyEnded
    grant.ended_at, grant.end_reason = utcnow(), reason
