"""Row Z01: every route by everybody, with things of their own and of others."""

from collections.abc import Mapping

import pytest
from flask import Flask

from shop.billing.invoices import finding
from shop.billing.invoices.models import Invoice
from stripe_sandbox.testing import StripeSandbox
from tests.rights import things, walking
from tests.rights.table import ASKED, IN, TABLE, Right, anyone, owner

INVOICE = "GET /account/invoices/<token>"
WRONG = {
    "GET /account": anyone(),
    "GET /orders/<token>": owner(things.order),
    "POST /account/invoices/<token>/buyer": Right(things.invoice, ASKED, IN),
    "POST /api/webhook": anyone(),
}


def undeclared(app: Flask, table: Mapping[str, Right]) -> set[str]:
    return {name for name, _rule, _method in walking.routes(app)} ^ set(table)


def test_z01_every_route_has_its_entry_and_every_entry_its_route(app: Flask) -> None:
    assert undeclared(app, TABLE) == set()
    left_out = {name: right for name, right in TABLE.items() if name != INVOICE}
    assert undeclared(app, left_out) == {INVOICE}


def test_z01_everybody_gets_what_the_table_says(app: Flask, stripe_sandbox: StripeSandbox) -> None:
    found = walking.wrong(app, TABLE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_entry_is_noticed(app: Flask, name: str) -> None:
    """Negative control."""
    assert walking.wrong(app, {name: WRONG[name]})


def test_a_route_that_forgets_whose_it_is_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(finding, "my", lambda token: finding._one(Invoice.token == token))
    found = walking.wrong(app, {INVOICE: TABLE[INVOICE]})
    assert [complaint.rpartition(": ")[2].split()[0] for complaint in found] == [
        *("other", "support", "admin")
    ]
