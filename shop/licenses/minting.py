"""A new license: its key, and the rules it starts with."""

from typing import Any

from sqlalchemy import update

from shop.db import insert_once, session, utcnow
from shop.licenses import keys
from shop.licenses.models import License, LicensePolicy
from shop.licenses.pool import taking
from shop.licenses.pool.models import PoolKey


class HasOneAlready(Exception):
    """Undoes what was taken for a second license of the same cause."""


def mint(
    policy: LicensePolicy, variant_id: int, pieces: int, *, expires: bool, **cause: Any
) -> int | None:
    """The new license's id; None when its cause has one already.

    :param pieces: several are one key with as many times the machines; of a pool, several keys.
    :param expires: by the policy's duration.
    :param cause: columns that say what for and whose it is.
    :raises NoKeys: when the variant sells the keys of a pool, and too few are left.
    """
    now, limit = utcnow(), policy.machine_limit
    values = {
        "policy_id": policy.id,
        "product_id": policy.product_id,
        "machine_limit": None if limit is None else limit * pieces,
        "issued_at": now,
        "expires_at": policy.expiry(now) if expires else None,
        **cause,
    }
    if taking.has_pool(variant_id):
        return _mint_pooled(variant_id, pieces, values)
    key = keys.make()
    return insert_once(License, **_shown(key), key=key, **values)


def _mint_pooled(variant_id: int, pieces: int, values: dict[str, Any]) -> int | None:
    try:
        with session.begin_nested():
            return _take_and_insert(variant_id, pieces, values)
    except HasOneAlready:
        return None


def _take_and_insert(variant_id: int, pieces: int, values: dict[str, Any]) -> int:
    taken = taking.take(variant_id, pieces)
    first, shown = taken[0], ", ".join(one.key or "" for one in taken)
    known = _shown(first.key or "") | {"key_hash": first.key_hash}
    license_id = insert_once(License, **known, key=shown, is_pooled=True, **values)
    if license_id is None:
        raise HasOneAlready
    mine = PoolKey.id.in_([one.id for one in taken])
    session.execute(update(PoolKey).where(mine).values(license_id=license_id))
    return license_id


def _shown(key: str) -> dict[str, str]:
    """By what support finds it, also if it has another form than ours."""
    return {"key_hash": keys.digest(key), "last_characters": keys.tail(key) or key[-keys.GROUP :]}
