"""What staff decides about a license, each with its reason."""

from shop.db import utcnow
from shop.errors import BadInput, ShopError
from shop.licenses.models import License


class AlreadyEnded(ShopError):
    message = "This license has ended already."


class NotSuspended(ShopError):
    message = "This license is not suspended."


def suspend(license: License, reason: str) -> None:
    """For now: programs are told at their next question."""
    _demand(license, reason)
    license.suspended_at = license.suspended_at or utcnow()
    license.suspend_reason = reason


def resume(license: License) -> None:
    if license.suspended_at is None:
        raise NotSuspended
    license.suspended_at, license.suspend_reason = None, ""


def revoke(license: License, reason: str) -> None:
    """For good."""
    _demand(license, reason)
    license.ended_at, license.end_reason = utcnow(), reason


def _demand(license: License, reason: str) -> None:
    if not reason.strip():
        raise BadInput("Say why.", reason=["Say why."])
    if license.ended_at:
        raise AlreadyEnded
