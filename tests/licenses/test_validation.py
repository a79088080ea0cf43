"""Row L04, and every code that a program may be told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from shop import events
from shop.db import commit, session, utcnow
from shop.downloads.models import Release
from shop.licenses import issuing, keys, lifesigns
from shop.licenses.models import Activation, License, LicensePolicy, OnExpiry
from tests.browser import Browser
from tests.licenses.factories import FINGERPRINT, Bought, ask, code, make_license
from tests.queries import count_queries

HERE = {"fingerprint": FINGERPRINT}
YESTERDAY, TOMORROW = utcnow() - timedelta(days=1), utcnow() + timedelta(days=1)


def make_active(**rules: Any) -> Bought:
    """Used on one machine, as if it always had been."""
    bought = make_license(**rules)
    session.add(Activation(license_id=bought.id, fingerprint=FINGERPRINT))
    session.execute(update(License).where(License.id == bought.id).values(machines=1))
    commit()
    return bought


def release(bought: Bought, version: str, day: Any) -> None:
    session.add(Release(product_id=bought.product_id, version=version, released_at=day))
    commit()


def test_a_license_in_use_is_valid_here(program: Browser) -> None:
    bought = make_active(entitlements=["export-pdf"], machine_limit=2)
    answer = ask(program, "validate", bought.key.lower(), **HERE, entitlements=["export-pdf"])
    assert (answer["valid"], answer["code"]) == (True, "VALID")
    assert answer["license"]["status"] == "active"
    assert answer["license"]["key_ending"] == bought.key[-5:]
    assert (answer["license"]["machines"], answer["license"]["machine_limit"]) == (1, 2)
    assert answer["license"]["entitlements"] == ["export-pdf"]
    assert answer["activation"]["fingerprint"] == FINGERPRINT
    assert bought.key not in str(answer)


def test_an_unknown_key_is_not_found(program: Browser) -> None:
    make_active()
    for unknown in (keys.make(), "not a key", ""):
        answer = ask(program, "validate", unknown)
        assert (answer["valid"], answer["code"]) == (False, "NOT_FOUND")
        assert answer["license"] is None


def test_l04_a_refund_is_known_at_once(program: Browser) -> None:
    bought = make_active()
    assert code(program, "validate", bought.key) == "VALID"
    issuing.end(events.OrderRefunded(bought.order_id))
    answer = ask(program, "validate", bought.key, **HERE)
    assert (answer["valid"], answer["code"]) == (False, "REVOKED")
    assert answer["license"]["status"] == "revoked"


def test_a_suspended_license_says_so_before_anything_else(program: Browser) -> None:
    bought = make_license(suspended_at=utcnow(), expires_at=YESTERDAY, on_expiry=OnExpiry.STOP)
    assert code(program, "validate", bought.key, **HERE) == "SUSPENDED"


def test_a_license_that_stops(program: Browser) -> None:
    bought = make_active(expires_at=YESTERDAY, on_expiry=OnExpiry.STOP)
    release(bought, "1.0", YESTERDAY - timedelta(days=9))
    assert code(program, "validate", bought.key, **HERE, version="1.0") == "EXPIRED"


def test_a_license_that_keeps_its_versions(program: Browser) -> None:
    bought = make_active(expires_at=YESTERDAY, on_expiry=OnExpiry.KEEP_VERSIONS)
    release(bought, "1.0", YESTERDAY - timedelta(days=9))
    release(bought, "2.0", utcnow())
    found = {
        version: code(program, "validate", bought.key, **HERE, version=version)
        for version in ("1.0", "2.0", "9.9")
    }
    assert found == {
        "1.0": "VALID",
        "2.0": "VERSION_SCOPE_MISMATCH",
        "9.9": "VERSION_SCOPE_MISMATCH",
    }
    assert code(program, "validate", bought.key, **HERE) == "EXPIRED"


def test_a_running_license_takes_any_version(program: Browser) -> None:
    bought = make_active(expires_at=TOMORROW)
    assert code(program, "validate", bought.key, **HERE, version="nightly") == "VALID"


def test_what_the_license_does_not_include(program: Browser) -> None:
    bought = make_active(entitlements=["export-pdf"])
    wanted = ["export-pdf", "scripting"]
    assert code(program, "validate", bought.key, entitlements=wanted) == "ENTITLEMENTS_MISSING"


@pytest.mark.parametrize(("limit", "expected"), [(1, "NO_MACHINE"), (3, "NO_MACHINES")])
def test_a_license_that_is_not_in_use_yet(program: Browser, limit: int, expected: str) -> None:
    bought = make_license(machine_limit=limit)
    assert code(program, "validate", bought.key, **HERE) == expected
    assert code(program, "validate", bought.key) == expected


def test_a_license_without_limit_needs_no_machine(program: Browser) -> None:
    bought = make_license(machine_limit=None)
    assert code(program, "validate", bought.key) == "VALID"
    assert code(program, "validate", bought.key, **HERE) == "NO_MACHINES"


def test_another_machine_has_no_seat(program: Browser) -> None:
    bought = make_active()
    other = code(program, "validate", bought.key, fingerprint="elsewhere")
    assert other == "FINGERPRINT_SCOPE_MISMATCH"
    assert code(program, "validate", bought.key) == "VALID"


def test_a_limit_that_was_lowered_keeps_who_is_there(program: Browser) -> None:
    bought = make_active(machine_limit=2)
    code(program, "activate", bought.key, fingerprint="second")
    bought.license.machine_limit = 1
    assert code(program, "validate", bought.key, fingerprint="second") == "VALID"
    assert code(program, "activate", bought.key, fingerprint="third") == "TOO_MANY_MACHINES"


def test_a_validation_asks_the_database_once_or_writes_down_a_visit(program: Browser) -> None:
    bought = make_active(heartbeat_seconds=600)
    for key, most in ((bought.key, 1), (keys.make(), 1)):
        with count_queries() as queries:
            ask(program, "validate", key, **HERE)
        assert len(queries) == most, queries
    session.execute(update(Activation).values(last_seen_at=YESTERDAY))
    commit()
    with count_queries() as queries:
        ask(program, "validate", bought.key, **HERE, version="2.0")
    assert [query.split()[0] for query in queries] == ["SELECT", "UPDATE"]


def test_a_visit_is_remembered_with_its_version(program: Browser) -> None:
    bought = make_active()
    session.execute(update(Activation).values(last_seen_at=YESTERDAY))
    commit()
    ask(program, "validate", bought.key, **HERE, version="2.0")
    [activation] = bought.license.activations
    assert activation.version == "2.0"
    assert utcnow() - activation.last_seen_at < timedelta(minutes=1)


def test_a_floating_machine_lives_by_its_heartbeat(program: Browser) -> None:
    bought = make_license(machine_limit=1, heartbeat_seconds=600)
    assert code(program, "activate", bought.key, **HERE) == "VALID"
    [activation] = bought.license.activations
    almost = utcnow() + timedelta(seconds=1)
    activation.dies_at, activation.last_seen_at = almost, YESTERDAY
    assert code(program, "validate", bought.key, **HERE) == "VALID"
    [activation] = bought.license.activations
    assert activation.dies_at
    assert activation.dies_at > utcnow() + timedelta(seconds=600)


@pytest.mark.parametrize("swept", ["swept", ""])
def test_a_silent_machine_is_dead_and_its_seat_free(program: Browser, swept: str) -> None:
    bought = make_license(machine_limit=1, heartbeat_seconds=600)
    code(program, "activate", bought.key, **HERE)
    session.execute(update(Activation).values(dies_at=utcnow()))
    commit()
    if swept:
        assert (lifesigns.sweep(), lifesigns.sweep()) == (1, 0)
        assert bought.license.machines == 0
    assert code(program, "validate", bought.key, **HERE) == "HEARTBEAT_DEAD"
    assert code(program, "activate", bought.key, fingerprint="another") == "VALID"
    assert code(program, "activate", bought.key, **HERE) == "TOO_MANY_MACHINES"
    assert bought.license.machines == 1


def test_a_machine_outlives_the_heartbeat_of_its_policy(program: Browser) -> None:
    bought = make_license(machine_limit=1, heartbeat_seconds=600)
    code(program, "activate", bought.key, **HERE)
    session.execute(update(Activation).values(dies_at=utcnow()))
    session.execute(update(LicensePolicy).values(heartbeat_seconds=None))
    commit()
    assert lifesigns.sweep() == 0
    answer = ask(program, "validate", bought.key, **HERE)
    assert (answer["code"], answer["activation"]["dies_at"]) == ("VALID", None)
    assert code(program, "activate", bought.key, fingerprint="another") == "TOO_MANY_MACHINES"
    assert bought.license.machines == 1


def test_the_sweep_leaves_the_living_alone(program: Browser) -> None:
    floating, fixed = make_license(heartbeat_seconds=60), make_active()
    code(program, "activate", floating.key, **HERE)
    assert lifesigns.sweep() == 0
    assert (floating.license.machines, fixed.license.machines) == (1, 1)
