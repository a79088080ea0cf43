"""Until when a license is good, and for which versions, in its owner's words."""

from collections.abc import Sequence

from shop.downloads import releases
from shop.downloads.models import Release
from shop.licenses.models import License, OnExpiry
from shop.web import show_date


def until(license: License, versions: Sequence[Release]) -> str:
    """:param versions: of the product, newest first."""
    if license.ended_at:
        return f"Ended on {show_date(license.ended_at)}"
    if license.suspended_at:
        return f"On hold since {show_date(license.suspended_at)}"
    return _until_expiry(license, versions)


def _until_expiry(license: License, versions: Sequence[Release]) -> str:
    if license.expires_at is None:
        return "Good while you subscribe" if license.subscription_id else "Yours for good"
    day = show_date(license.expires_at)
    if license.policy.on_expiry is OnExpiry.STOP:
        return f"Ended on {day}" if license.is_expired else f"Runs until {day}"
    return _updates(license, versions, day)


def _updates(license: License, versions: Sequence[Release], day: str) -> str:
    if not license.is_expired:
        return f"Yours for good, updates until {day}"
    kept = newest_kept(license, versions)
    return f"Yours for good up to version {kept}" if kept else f"Updates ended on {day}"


def kept_version(license: License) -> str | None:
    """The newest version that an expired license keeps; None while it is running."""
    if not license.is_expired:
        return None
    return newest_kept(license, releases.of([license.product_id]).get(license.product_id, []))


def newest_kept(license: License, versions: Sequence[Release]) -> str | None:
    """:param versions: of the product, newest first."""
    end = license.expires_at
    return next((one.version for one in versions if end and one.released_at <= end), None)
