"""May this machine use this license? One question to the database, one code as the answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from shop.catalog.models import Product
from shop.db import session
from shop.downloads.models import Release
from shop.licenses import keys, lifesigns
from shop.licenses.codes import Code
from shop.licenses.models import Activation, License, LicensePolicy, OnExpiry, Status


@dataclass(frozen=True)
class Question:
    key: str
    """As it was typed."""
    fingerprint: str | None = None
    version: str | None = None
    entitlements: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    license: License
    policy: LicensePolicy
    activation: Activation | None
    """The latest of this fingerprint, also one that is over."""
    released_at: datetime | None
    """Of the version, where we know it."""
    product_title: str


@dataclass(frozen=True)
class Verdict:
    code: Code
    found: Found | None = None

    @property
    def is_valid(self) -> bool:
        return self.code is Code.VALID


ACTS = {Status.REVOKED: Code.REVOKED, Status.SUSPENDED: Code.SUSPENDED}
LATEST = (
    select(func.max(Activation.id))
    .where(Activation.license_id == License.id, Activation.fingerprint == bindparam("fingerprint"))
    .correlate(License)
    .scalar_subquery()
)
QUERY = (
    select(License, LicensePolicy, Activation, Release.released_at, Product.title)
    .join(LicensePolicy, LicensePolicy.id == License.policy_id)
    .join(Product, Product.id == License.product_id)
    .outerjoin(Activation, Activation.id == LATEST)
    .outerjoin(
        Release,
        and_(Release.product_id == License.product_id, Release.version == bindparam("version")),
    )
    .where(License.key_hash == bindparam("key_hash"))
    .execution_options(populate_existing=True)
)


def validate(question: Question) -> Verdict:
    """Also the sign of life of a machine, which is written down once the answer is made."""
    session.connection(execution_options={"only_reads": True})  # though it is a POST: no lock
    found = find(question)
    verdict = Verdict(judge(found, question), found)
    if verdict.is_valid and found and found.activation:
        lifesigns.note(found.activation, found.policy, question.version)
    return verdict


def find(question: Question) -> Found | None:
    """A key that cannot be one is looked for like any other: that takes as long."""
    key = keys.read(question.key)
    asked = {
        "key_hash": keys.digest(key or question.key),
        "fingerprint": question.fingerprint,
        "version": question.version,
    }
    row = session.execute(QUERY, asked).one_or_none()
    return Found(*row) if row else None


def judge(found: Found | None, question: Question) -> Code:
    """The first reason against it, the gravest first."""
    code = judge_license(found, question)
    if found is None or code is not Code.VALID:
        return code
    return _judge_machine(found, question)


def judge_license(found: Found | None, question: Question) -> Code:
    """Whether it is good on any machine."""
    if found is None:
        return Code.NOT_FOUND
    code = ACTS.get(found.license.status) or _judge_time(found, question.version)
    if code is Code.VALID and not question.entitlements <= set(found.policy.entitlements):
        return Code.ENTITLEMENTS_MISSING
    return code


def _judge_time(found: Found, version: str | None) -> Code:
    expires_at = found.license.expires_at
    if expires_at is None or not found.license.is_expired:
        return Code.VALID
    if found.policy.on_expiry is OnExpiry.STOP or version is None:
        return Code.EXPIRED
    if found.released_at is None or found.released_at > expires_at:
        return Code.VERSION_SCOPE_MISMATCH
    return Code.VALID


def _judge_machine(found: Found, question: Question) -> Code:
    activation = found.activation
    if activation and lifesigns.is_dead(activation):
        return Code.HEARTBEAT_DEAD
    if activation and activation.deactivated_at is None:
        return Code.VALID
    needs_machine = question.fingerprint is not None or found.license.machine_limit is not None
    if needs_machine and not found.license.machines:
        return Code.NO_MACHINE if found.license.machine_limit == 1 else Code.NO_MACHINES
    return Code.FINGERPRINT_SCOPE_MISMATCH if question.fingerprint else Code.VALID
