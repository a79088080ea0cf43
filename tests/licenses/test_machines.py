"""Row L03: seats are taken and given back."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from shop.db import session, utcnow
from shop.downloads.models import Release
from shop.licenses.machines import MOST_NEW_PER_DAY
from shop.licenses.models import Activation
from tests.browser import Browser
from tests.licenses.factories import ask, code, make_license, seats


def test_a_machine_takes_its_seat_once_and_gives_it_back(program: Browser) -> None:
    bought = make_license(machine_limit=1)
    for _ in range(3):
        answer = ask(program, "activate", bought.key, fingerprint="one", name="mara-macbook")
        assert (answer["code"], answer["activation"]["name"]) == ("VALID", "mara-macbook")
        assert answer["license"]["machines"] == 1
    assert code(program, "activate", bought.key, fingerprint="two") == "TOO_MANY_MACHINES"
    answer = ask(program, "deactivate", bought.key, fingerprint="one")
    assert (answer["valid"], answer["code"]) == (False, "DEACTIVATED")
    assert (answer["license"]["machines"], answer["activation"]) == (0, None)
    assert code(program, "deactivate", bought.key, fingerprint="one") == "NO_MACHINE"
    assert code(program, "activate", bought.key, fingerprint="two") == "VALID"
    assert seats(bought) == (1, 1)


def test_activating_again_keeps_what_is_not_said(program: Browser) -> None:
    bought = make_license()
    ask(program, "activate", bought.key, fingerprint="one", name="studio-pc", version="1.0")
    answer = ask(program, "activate", bought.key, fingerprint="one", version="1.1")
    assert (answer["activation"]["name"], answer["activation"]["version"]) == ("studio-pc", "1.1")


@pytest.mark.parametrize(("limit", "overage", "most"), [(2, 0, 2), (3, 50, 4), (2, 100, 4)])
def test_the_overage_is_granted_and_no_more(
    program: Browser, limit: int, overage: int, most: int
) -> None:
    bought = make_license(machine_limit=limit, overage_percent=overage)
    codes = [code(program, "activate", bought.key, fingerprint=f"m{n}") for n in range(most + 2)]
    assert codes == ["VALID"] * most + ["TOO_MANY_MACHINES"] * 2


def test_a_license_that_is_not_good_takes_no_machine(program: Browser) -> None:
    bought = make_license(suspended_at=utcnow())
    assert code(program, "activate", bought.key, fingerprint="one") == "SUSPENDED"
    assert seats(bought) == (0, 0)


def test_a_version_that_is_kept_moves_to_a_new_machine(program: Browser) -> None:
    past = utcnow() - timedelta(days=1)
    bought = make_license(expires_at=past)
    session.add(Release(product_id=bought.product_id, version="1.0", released_at=past))
    session.add(Release(product_id=bought.product_id, version="2.0", released_at=utcnow()))
    codes = [
        code(program, "activate", bought.key, fingerprint=f"m{version}", version=version)
        for version in ("1.0", "2.0")
    ]
    assert codes == ["VALID", "VERSION_SCOPE_MISMATCH"]
    assert seats(bought) == (1, 1)


def test_the_seat_of_a_license_that_ended_can_be_given_back(program: Browser) -> None:
    bought = make_license()
    code(program, "activate", bought.key, fingerprint="one")
    bought.license.ended_at = utcnow()
    assert code(program, "deactivate", bought.key, fingerprint="one") == "DEACTIVATED"
    assert code(program, "deactivate", bought.key, fingerprint="one") == "REVOKED"


def test_l03_a_seat_is_no_turnstile(program: Browser) -> None:
    bought = make_license(machine_limit=1)
    codes = []
    for n in range(MOST_NEW_PER_DAY + 4):
        codes.append(code(program, "activate", bought.key, fingerprint=f"m{n}"))
        code(program, "deactivate", bought.key, fingerprint=f"m{n}")
    assert codes == ["VALID"] * (MOST_NEW_PER_DAY + 1) + ["TOO_MANY_CHANGES"] * 3
    session.execute(update(Activation).values(activated_at=utcnow() - timedelta(days=2)))
    assert code(program, "activate", bought.key, fingerprint="m0") == "VALID"


def test_a_floating_license_may_go_round(program: Browser) -> None:
    bought = make_license(machine_limit=1, heartbeat_seconds=600)
    for n in range(MOST_NEW_PER_DAY + 4):
        assert code(program, "activate", bought.key, fingerprint=f"m{n}") == "VALID"
        code(program, "deactivate", bought.key, fingerprint=f"m{n}")
