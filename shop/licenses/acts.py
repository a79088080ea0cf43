"""What staff decides about a license, each with its reason."""

from shop.db import utcnow
from shop.errors import BadInput, ShopError
from shop.licenses.issuing import REFUND
from shop.licenses.models import License


class AlreadyEnded(ShopError):
    message = "This license has ended already."


class NotSuspended(ShopError):
    message = "This license is not suspended."


def suspend(license: License, reason: str) -> None:
    """For now: programs are told at their next question."""
    _demand_reason(reason)
    if license.ended_at:
        raise AlreadyEnded
    license.suspended_at = license.suspended_at or utcnow()
    license.suspend_reason = reason


def resume(license: License) -> None:
    if license.suspended_at is None:
        raise NotSuspended
    license.suspended_at, license.suspend_reason = None, ""


def revoke(license: License, reason: str) -> None:
    """For good: after a refund too, which might fail and would give the license back."""
    _demand_reason(reason)
    if reason.strip().lower() == REFUND:
        told = f"Say more than “{REFUND}”: what ended by that word comes back if the refund fails."
        raise BadInput(told, reason=[told])
    if license.ended_at and license.end_reason != REFUND:
        raise AlreadyEnded
    license.ended_at, license.end_reason = utcnow(), reason


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput("Say why.", reason=["Say why."])
