"""A license as its owner sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shop.downloads import releases
from shop.licenses import finding, machines, terms
from shop.licenses.models import Activation, License, OnExpiry, Status
from shop.orders.rights import DISPUTE, REFUND

PILLS = {
    Status.ACTIVE: ("good", "Active"),
    Status.EXPIRED: ("warn", "Expired"),
    Status.SUSPENDED: ("warn", "Suspended"),
    Status.REVOKED: ("bad", "Ended"),
}
RESTING = ("warn", "On hold")
RESTS = "Rests with the subscription"
DOTS = 12
"""More seats than these are told in words only."""


@dataclass(frozen=True)
class Card:
    license: License
    edition: str
    pill: tuple[str, str]
    term: str
    devices: Sequence[Activation]
    frees_left: int
    grant_token: str | None
    subscription_token: str | None
    rests: bool
    """Its subscription gives no access, and goes on when it is paid or resumed."""

    @property
    def is_open(self) -> bool:
        return self.license.ended_at is None

    @property
    def has_files(self) -> bool:
        return has_files(self.license)

    @property
    def seats(self) -> str:
        used, limit = self.license.machines, self.license.machine_limit
        if limit is None:
            return "As many devices as you like"
        return f"{used} of {limit} {'device' if limit == 1 else 'devices'} in use"

    @property
    def dots(self) -> list[bool]:
        """One for each seat, true where it is taken."""
        used, limit = self.license.machines, self.license.machine_limit or 0
        return [n < used for n in range(limit)] if limit <= DOTS else []


def mine() -> list[Card]:
    """All licenses of the signed-in customer, in five questions however many they are."""
    found = finding.mine()
    ids = [owned.license.id for owned in found]
    devices, left = machines.running(ids), machines.frees_left(ids)
    versions = releases.of({owned.license.product_id for owned in found})
    return [
        Card(
            owned.license,
            _edition(owned),
            RESTING if _rests(owned) else _pill(owned.license),
            RESTS
            if _rests(owned)
            else terms.until(owned.license, versions.get(owned.license.product_id, [])),
            devices.get(owned.license.id, []),
            left[owned.license.id],
            owned.grant_token,
            owned.subscription.token if owned.subscription else None,
            _rests(owned),
        )
        for owned in found
    ]


def has_files(license: License) -> bool:
    policy = license.policy
    is_open = license.ended_at is None and license.key is not None
    return is_open and not policy.is_floating and policy.offline_days > 0


def _rests(owned: finding.Owned) -> bool:
    one = owned.subscription
    return one is not None and not one.has_access and not one.is_over


def _edition(owned: finding.Owned) -> str:
    if owned.subscription:
        return owned.subscription.price.variant.title
    return " / ".join(owned.line.options.values()) if owned.line else ""


def _pill(license: License) -> tuple[str, str]:
    if license.end_reason == REFUND:
        return "bad", "Refunded"
    if license.status is Status.SUSPENDED and license.suspend_reason == DISPUTE:
        return "warn", "On hold"
    keeps = license.policy.on_expiry is OnExpiry.KEEP_VERSIONS
    if license.status is Status.EXPIRED and keeps:
        return "info", "Updates ended"
    return PILLS[license.status]
