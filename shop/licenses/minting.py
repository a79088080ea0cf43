"""A new license: its key, and the rules it starts with."""

from typing import Any

from shop.db import insert_once, utcnow
from shop.licenses import keys
from shop.licenses.models import License, LicensePolicy


def mint(policy: LicensePolicy, pieces: int, *, expires: bool, **cause: Any) -> int | None:
    """The new license's id; None when its cause has one already.

    :param pieces: several are one key with as many times the machines.
    :param expires: by the policy's duration.
    :param cause: columns that say what for and whose it is.
    """
    key, now, limit = keys.make(), utcnow(), policy.machine_limit
    return insert_once(
        License,
        key_hash=keys.digest(key),
        last_characters=keys.ending(key),
        key=key,
        policy_id=policy.id,
        machine_limit=None if limit is None else limit * pieces,
        issued_at=now,
        expires_at=policy.expiry(now) if expires else None,
        **cause,
    )
