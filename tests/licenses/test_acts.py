"""Staff at the command line."""

import pytest
from click.testing import Result

from shop import events
from shop.db import commit
from shop.licenses import issuing
from tests.browser import Browser
from tests.licenses.factories import Bought, code, make_license


@pytest.fixture
def sold(app: object) -> Bought:
    return make_license(machine_limit=None)


def run(program: Browser, *arguments: str) -> Result:
    return program.application.test_cli_runner().invoke(args=["licenses", *arguments])


def test_a_license_is_found_by_its_last_characters(program: Browser, sold: Bought) -> None:
    found = run(program, "find", sold.key[-4:])
    assert found.output.startswith(f"{sold.id}  …-{sold.key[-5:]}  Product")
    assert "order K-" in found.output
    assert sold.key not in found.output
    assert run(program, "find", "ZZZZ9").output == ""


def test_a_license_rests_and_works_again(program: Browser, sold: Bought) -> None:
    assert run(program, "suspend", str(sold.id), "--reason", "shared online").exit_code == 0
    assert code(program, "validate", sold.key) == "SUSPENDED"
    assert sold.license.suspend_reason == "shared online"
    assert run(program, "resume", str(sold.id)).exit_code == 0
    assert code(program, "validate", sold.key) == "VALID"
    assert run(program, "resume", str(sold.id)).exit_code == 1


def test_a_license_is_taken_back_once_and_for_good(program: Browser, sold: Bought) -> None:
    assert run(program, "revoke", str(sold.id), "--reason", " ").exit_code == 1
    assert run(program, "revoke", str(sold.id), "--reason", "charged back").exit_code == 0
    assert code(program, "validate", sold.key) == "REVOKED"
    assert sold.license.end_reason == "charged back"
    for act in ("revoke", "suspend"):
        refused = run(program, act, str(sold.id), "--reason", "again")
        assert (refused.exit_code, "has ended already" in refused.output) == (1, True)


@pytest.mark.parametrize("reason", ["refund", " Refund "])
def test_the_word_of_a_refund_is_not_for_people(
    program: Browser, sold: Bought, reason: str
) -> None:
    refused = run(program, "revoke", str(sold.id), "--reason", reason)
    assert (refused.exit_code, "Say more than" in refused.output) == (1, True)
    assert code(program, "validate", sold.key) == "VALID"


def test_what_staff_took_back_stays_so_when_a_refund_fails(program: Browser, sold: Bought) -> None:
    issuing.end(events.OrderRefunded(sold.order_id))
    commit()
    assert run(program, "suspend", str(sold.id), "--reason", "fraud").exit_code == 1
    assert run(program, "revoke", str(sold.id), "--reason", "fraud").exit_code == 0
    issuing.restore(events.OrderRestored(sold.order_id))
    commit()
    assert code(program, "validate", sold.key) == "REVOKED"
    assert sold.license.end_reason == "fraud"
    assert run(program, "revoke", str(sold.id), "--reason", "again").exit_code == 1


def test_a_license_that_is_none(program: Browser, sold: Bought) -> None:
    refused = run(program, "resume", "999")
    assert (refused.exit_code, "There is no license 999" in refused.output) == (1, True)
