"""Billing goes on where it was when the sandbox starts again."""

import sqlite3
from pathlib import Path

from stripe_sandbox.settings import Settings
from stripe_sandbox.store import Store
from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.billing import DAY, HOUR, at, latest, make_buyer
from tests.sandbox.conftest import make_client

START, END = at(2026, 4, 1), at(2026, 5, 1)


def test_a_renewal_and_its_retries_after_a_restart(tmp_path: Path) -> None:
    with StripeSandbox(Settings(data=tmp_path)) as sandbox:
        buyer = make_buyer(sandbox, make_client(sandbox).v1, START)
        id = buyer.subscribe(buyer.price(1000)).id
        buyer.pays_with("pm_card_chargeCustomerFail")
        buyer.advance(END + 2 * HOUR)
        assert buyer.subscription(id).status == "past_due"
    with StripeSandbox(Settings(data=tmp_path)) as sandbox:
        buyer.sandbox, buyer.v1 = sandbox, make_client(sandbox).v1
        buyer.pays_with("pm_card_visa")
        buyer.advance(END + 4 * DAY)
        assert latest(buyer.subscription(id)).status == "paid"
        assert buyer.subscription(id).status == "active"


def test_a_clock_that_was_advancing_arrives_after_a_restart(tmp_path: Path) -> None:
    with StripeSandbox(Settings(data=tmp_path)) as sandbox:
        buyer = make_buyer(sandbox, make_client(sandbox).v1, START)
        id = buyer.subscribe(buyer.price(1000)).id
        with sandbox.server.box.store.transaction():  # nothing is done before the end
            clock = sandbox.server.box.store.require("test_helpers.test_clock", buyer.clock)
            clock["status"] = "advancing"
            clock["status_details"] = {"advancing": {"target_frozen_time": END + 2 * HOUR}}
            sandbox.server.box.store.db.execute(
                "INSERT INTO timers VALUES ('advance_clock', ?, 4102444800, NULL)", (buyer.clock,)
            )
    with sqlite3.connect(tmp_path / "stripe-sandbox.db") as db:
        db.execute("UPDATE timers SET due = 0 WHERE kind = 'advance_clock'")
    db.close()
    with StripeSandbox(Settings(data=tmp_path)) as sandbox:
        sandbox.wait_for("test_helpers.test_clock.ready")
        buyer.sandbox, buyer.v1 = sandbox, make_client(sandbox).v1
        assert latest(buyer.subscription(id)).billing_reason == "subscription_cycle"


def test_a_file_from_before_there_were_clocks_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "stripe-sandbox.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE timers (kind TEXT, object TEXT, due REAL)")
    db.close()
    for _ in range(2):
        store = Store(file)
        columns = {row["name"] for row in store.db.execute("PRAGMA table_info(timers)")}
        store.close()
        assert "clock" in columns
