"""What staff decides about a license, each with its reason."""

from sqlalchemy import select

from shop.accounts.models import User
from shop.catalog.models import Kind, Variant
from shop.db import session, utcnow
from shop.errors import BadInput, ShopError
from shop.licenses import minting
from shop.licenses.models import License
from shop.licenses.policies import policy_for
from shop.licenses.pool.taking import NoKeys
from shop.orders import rights
from shop.orders.rights import DISPUTE, REFUND


class AlreadyEnded(ShopError):
    message = "This license has ended already."


class NotSuspended(ShopError):
    message = "This license is not suspended."


class Disputed(ShopError):
    message = "It rests while the bank decides about its payment, and works again when that is won."


def suspend(license: License, reason: str) -> None:
    """For now: programs are told at their next question."""
    rights.demand_reason(reason)
    if license.ended_at:
        raise AlreadyEnded
    license.suspended_at = license.suspended_at or utcnow()
    license.suspend_reason = reason


def resume(license: License) -> None:
    if license.suspended_at is None:
        raise NotSuspended
    if license.suspend_reason == DISPUTE:
        raise Disputed
    license.suspended_at, license.suspend_reason = None, ""
    session.flush()  # a dispute that was opened meanwhile holds it from now on
    rights.settle(license)


def revoke(license: License, reason: str) -> None:
    """For good: after a refund or a lost dispute too, which might come back."""
    rights.demand_reason(reason)
    if license.ended_at and license.end_reason not in {REFUND, DISPUTE}:
        raise AlreadyEnded
    license.ended_at, license.end_reason = utcnow(), reason


def give(user: User, sku: str, who: str, reason: str) -> License:
    """A license without money, by the rules of this variant.

    :param who: of the staff.
    """
    rights.demand_reason(reason)
    variant = session.scalar(select(Variant).where(Variant.sku == sku))
    if variant is None or variant.product.kind is not Kind.LICENSE:
        raise BadInput(f"No license is sold as {sku}.")
    try:
        made = minting.mint(
            policy_for(variant.product_id, variant.id),
            variant.id,
            1,
            expires=True,
            user_id=user.id,
            given_by=f"{who}: {reason}",
        )
    except NoKeys:
        raise BadInput(f"The pool of {sku} is empty.") from None
    return session.get_one(License, made)
