"""What the database says of a key, a machine and a version, in one question.

Plain values rather than models: programs ask this far more often than anybody asks anything else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Result, and_, bindparam, case, func, or_, select

from shop.catalog.models import Product
from shop.db import db, session, utcnow
from shop.downloads.models import Release
from shop.licenses import keys
from shop.licenses.models import (
    Activation,
    Deactivation,
    License,
    LicensePolicy,
    OnExpiry,
    Status,
    status_of,
)
from shop.licenses.pool.models import PoolKey


@dataclass(frozen=True)
class Question:
    key: str
    """As it was typed."""
    fingerprint: str | None = None
    version: str | None = None
    entitlements: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Seen:
    """The latest activation of the fingerprint, also one that is over."""

    id: int
    fingerprint: str
    name: str
    version: str
    activated_at: datetime
    last_seen_at: datetime
    dies_at: datetime | None
    """None too when the policy floats no more: nobody's silence counts then."""
    deactivated_at: datetime | None
    deactivation: Deactivation | None

    @property
    def is_dead(self) -> bool:
        """Over because of its silence, whether the sweep has found it already or not."""
        if self.deactivated_at:
            return self.deactivation is Deactivation.SILENCE
        return self.dies_at is not None and self.dies_at <= utcnow()


@dataclass(frozen=True)
class Found:
    id: int
    product_id: int
    key_ending: str
    machine_limit: int | None
    machines: int
    issued_at: datetime
    expires_at: datetime | None
    suspended_at: datetime | None
    ended_at: datetime | None
    on_expiry: OnExpiry
    overage_percent: int
    heartbeat_seconds: int | None
    offline_days: int
    entitlements: list[str]
    product: str
    released_at: datetime | None
    """Of the version, where we know it."""
    activation: Seen | None

    @property
    def status(self) -> Status:
        return status_of(self.ended_at, self.suspended_at, self.expires_at)

    @property
    def heartbeat(self) -> timedelta | None:
        return timedelta(seconds=self.heartbeat_seconds) if self.heartbeat_seconds else None


LICENSE = (
    *(License.id, License.product_id, License.last_characters, License.machine_limit),
    *(License.machines, License.issued_at, License.expires_at),
    *(License.suspended_at, License.ended_at),
)
RULES = (
    *(LicensePolicy.on_expiry, LicensePolicy.overage_percent, LicensePolicy.heartbeat_seconds),
    *(LicensePolicy.offline_days, LicensePolicy.entitlements),
)
FLOATS = LicensePolicy.heartbeat_seconds.is_not(None)
MACHINE = (
    *(Activation.id, Activation.fingerprint, Activation.name, Activation.version),
    *(Activation.activated_at, Activation.last_seen_at),
    case((FLOATS, Activation.dies_at)).label("dies_at"),
    *(Activation.deactivated_at, Activation.deactivation),
)
LATEST = (
    select(func.max(Activation.id))
    .where(Activation.license_id == License.id, Activation.fingerprint == bindparam("fingerprint"))
    .correlate(License)
    .scalar_subquery()
)
POOLED = (
    select(PoolKey.license_id).where(PoolKey.key_hash == bindparam("key_hash")).scalar_subquery()
)
"""Of several pieces that were bought at once from a pool, each has its key."""
QUERY = (
    select(*LICENSE, *RULES, Product.title, Release.released_at, *MACHINE)
    .join(LicensePolicy, LicensePolicy.id == License.policy_id)
    .join(Product, Product.id == License.product_id)
    .outerjoin(Activation, Activation.id == LATEST)
    .outerjoin(
        Release,
        and_(Release.product_id == License.product_id, Release.version == bindparam("version")),
    )
    .where(or_(License.key_hash == bindparam("key_hash"), License.id == POOLED))
)


def find(question: Question) -> Found | None:
    """In this transaction, of which it sees the changes."""
    return _read(session.execute(QUERY, _asked(question)))


def look(question: Question) -> Found | None:
    """Beside the transaction, without the lock that a POST takes."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    options = {"only_reads": True} if is_sqlite else {"isolation_level": "AUTOCOMMIT"}
    with db.engine.connect().execution_options(**options) as connection:
        return _read(connection.execute(QUERY, _asked(question)))


def _asked(question: Question) -> dict[str, str | None]:
    """A key that cannot be one is looked for like any other: that takes as long."""
    return {
        "key_hash": keys.digest(keys.read(question.key) or question.key.strip()),
        "fingerprint": question.fingerprint,
        "version": question.version,
    }


def _read(result: Result[Any]) -> Found | None:
    row = result.one_or_none()
    if row is None:
        return None
    values: list[Any] = list(row)
    machine = [values.pop() for _ in MACHINE][::-1]
    values.append(Seen(*machine) if machine[0] else None)
    return Found(*values)
