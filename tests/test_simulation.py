"""`shop simulate` plays a subscription's life and prints it."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.accounts.models import User
from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Interval, Price
from shop.db import Base, session
from stripe_sandbox.testing import StripeSandbox
from tests.billing.subscriptions.subscriber import make_plan

ACTS = (
    *("Subscribes to Atlas", "Uses it on two machines", "The trial is over", "Changes to Atlas"),
    *("Names another card", "The period ends", "The grace period is over"),
    *("Names a card that works", "Cancels at", "Takes that back", "Cancels again"),
    "The period is over",
)


@pytest.fixture
def price(app: Flask) -> Price:
    monthly = make_plan(trial_days=14)
    make_plan(variant=monthly.variant, interval=Interval.YEAR, unit_amount=4500)
    return monthly


def simulate(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["simulate", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def count(model: type[Base]) -> int:
    return session.scalar(select(func.count(model.id))) or 0


def test_the_whole_story_is_told(app: Flask, stripe_sandbox: StripeSandbox, price: Price) -> None:
    told = simulate(app, str(price.id))
    places = [told.index(act) for act in ACTS]
    assert places == sorted(places)
    for line in (
        *("trialing, Atlas, every month", "NO_MACHINES, 0 of 3", "VALID, 2 of 3"),
        *("past_due", "EXPIRED", "canceled, Atlas, every year", "€45.00, paid"),
        *("Welcome to Atlas", "Your plan is now", "We could not collect", "is on hold"),
        *("is canceled", "goes on", "has ended"),
    ):
        assert line in told
    assert told.rstrip().splitlines()[-1].split()[0] == "files"


def test_nothing_of_it_remains(app: Flask, stripe_sandbox: StripeSandbox, price: Price) -> None:
    simulate(app, price.variant.sku, "--card", "4000000000000341")
    assert (count(User), count(Subscription)) == (0, 0)
    listed = stripe_sandbox._ask("GET", "/customers")["data"]
    assert listed == []


def test_a_card_that_is_declined_at_once_ends_it(
    app: Flask, stripe_sandbox: StripeSandbox, price: Price
) -> None:
    assert "declined" in simulate(app, str(price.id), "--card", "4000000000000002")


def test_unknown_plans_are_refused(app: Flask, price: Price) -> None:
    result = app.test_cli_runner().invoke(args=["simulate", "NO-SUCH"])
    assert (result.exit_code, "no such plan" in result.output) == (1, True)
    assert price.variant.sku in simulate(app, "--plans")


def test_a_stripe_that_is_not_there_is_named(
    app: Flask, price: Price, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = {"stripe_api_base": "http://127.0.0.1:9"}
    changed = app.extensions["settings"].model_copy(update=nowhere)
    monkeypatch.setitem(app.extensions, "settings", changed)
    result = app.test_cli_runner().invoke(args=["simulate", str(price.id)])
    assert result.exit_code == 1
    assert "Stripe does not answer at http" in result.output
    assert "SHOP_STRIPE_API_BASE" in result.output
