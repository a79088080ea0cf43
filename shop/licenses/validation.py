"""May this machine use this license? One code as the answer, the gravest reason first."""

from dataclasses import dataclass

from shop.db import utcnow
from shop.licenses import finds, lifesigns
from shop.licenses.codes import Code
from shop.licenses.finds import Found, Question
from shop.licenses.models import OnExpiry, Status

ACTS = {Status.REVOKED: Code.REVOKED, Status.SUSPENDED: Code.SUSPENDED}


@dataclass(frozen=True)
class Verdict:
    code: Code
    found: Found | None = None

    @property
    def is_valid(self) -> bool:
        return self.code is Code.VALID


def validate(question: Question) -> Verdict:
    """Also the sign of life of a machine, which is written down once the answer is made."""
    found = finds.look(question)
    verdict = Verdict(judge(found, question), found)
    if verdict.is_valid and found:
        lifesigns.note(found, question.version)
    return verdict


def judge(found: Found | None, question: Question) -> Code:
    code = judge_license(found, question)
    if found is None or code is not Code.VALID:
        return code
    return _judge_machine(found, question)


def judge_license(found: Found | None, question: Question) -> Code:
    """Whether it is good on any machine."""
    if found is None:
        return Code.NOT_FOUND
    code = ACTS.get(found.status) or _judge_time(found, question.version)
    if code is Code.VALID and not question.entitlements <= set(found.entitlements):
        return Code.ENTITLEMENTS_MISSING
    return code


def _judge_time(found: Found, version: str | None) -> Code:
    expires_at = found.expires_at
    if expires_at is None or expires_at > utcnow():
        return Code.VALID
    if found.on_expiry is OnExpiry.STOP or version is None:
        return Code.EXPIRED
    if found.released_at is None or found.released_at > expires_at:
        return Code.VERSION_SCOPE_MISMATCH
    return Code.VALID


def _judge_machine(found: Found, question: Question) -> Code:
    activation = found.activation
    if activation and activation.is_dead:
        return Code.HEARTBEAT_DEAD
    if activation and activation.deactivated_at is None:
        return Code.VALID
    needs_machine = question.fingerprint is not None or found.machine_limit is not None
    if needs_machine and not found.machines:
        return Code.NO_MACHINE if found.machine_limit == 1 else Code.NO_MACHINES
    return Code.FINGERPRINT_SCOPE_MISMATCH if question.fingerprint else Code.VALID
