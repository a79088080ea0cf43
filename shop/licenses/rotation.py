"""A key that leaked is replaced: the old one opens nothing from now on."""

from sqlalchemy import func, select

from shop.db import session, utcnow
from shop.errors import ShopError
from shop.licenses import keys, machines
from shop.licenses.machines import MONTH
from shop.licenses.models import Deactivation, License, RetiredKey

MOST_PER_MONTH = 3


class RotatedTooOften(ShopError):
    title = "Not again so soon"
    message = f"A key can be replaced here {MOST_PER_MONTH} times in 30 days. Write to us."


class NothingToRotate(ShopError):
    message = "This license has ended, so there is no use in a new key."


class NotOurs(ShopError):
    message = "This key was not made by us, so we cannot replace it. Write to us if it has leaked."


def rotate(license: License, *, by_staff: bool = False) -> str:
    """The new key. Every machine gives its seat back and needs it.

    :param by_staff: as often as they think right.
    :raises RotatedTooOften: when that was done as often as it may be.
    :raises NothingToRotate: when the license was taken back.
    :raises NotOurs: when its key is one of a pool.
    """
    if license.is_pooled:
        raise NotOurs
    machines.end_all(license, Deactivation.ROTATION)
    session.refresh(license, with_for_update=True)  # two tabs: one after the other
    if license.ended_at:
        raise NothingToRotate
    if not by_staff and _rotated(license) >= MOST_PER_MONTH:
        raise RotatedTooOften
    session.add(
        RetiredKey(
            license_id=license.id,
            key_hash=license.key_hash,
            last_characters=license.last_characters,
        )
    )
    key = keys.make()
    license.key_hash, license.last_characters = keys.digest(key), keys.ending(key)
    license.key = key
    return key


def _rotated(license: License) -> int:
    recent = RetiredKey.retired_at > utcnow() - MONTH
    query = select(func.count()).where(RetiredKey.license_id == license.id, recent)
    return session.scalar(query) or 0
