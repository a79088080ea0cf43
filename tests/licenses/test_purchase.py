"""From the payment to the key and back: by real requests, a real Stripe, in any order and twice."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.catalog.models import Kind, Price
from shop.checkout.seeds import seed_checkout
from shop.config import Settings
from shop.db import commit, session
from shop.licenses.models import Activation, License
from shop.mail.models import Mail
from shop.orders.models import Order
from stripe_sandbox.testing import StripeSandbox
from tests.browser import Browser
from tests.factories import make_price
from tests.licenses.factories import FINGERPRINT, Bought, code, make_license, seats
from tests.reliability.crashes import Boundaries
from tests.reliability.world import World


@pytest.fixture
def world(either_app: Flask, settings: Settings, stripe_sandbox: StripeSandbox) -> World:
    seed_checkout()
    commit()
    return World(either_app, settings, stripe_sandbox)


@pytest.fixture
def program(world: World) -> Browser:
    browser = Browser(world.app, world.app.response_class, use_cookies=False)
    browser.has_token = False
    return browser


def make_editor() -> Price:
    return make_price(kind=Kind.LICENSE, title="Editor", unit_amount=4_900)


def bought(token: str) -> Bought:
    [license] = session.scalars(select(License))
    order = session.scalars(select(Order).where(Order.token == token)).one()
    found = Bought(license.id, license.key or "", order.id, license.product_id)
    commit()
    return found


def test_one_payment_is_one_key_however_often_and_in_what_order_stripe_tells(
    world: World, program: Browser
) -> None:
    token = world.buy(make_editor())
    key = bought(token).key
    world.deliver(world.handled_events()[::-1] * 2)
    world.finish()
    license = bought(token)
    assert license.key == key
    assert code(program, "activate", key, fingerprint=FINGERPRINT) == "VALID"
    [mail] = session.scalars(select(Mail).where(Mail.template == "order_paid"))
    assert mail.text.count(key) == 1
    assert world.offenses() == []


def test_l04_money_that_went_back_ends_the_license(world: World, program: Browser) -> None:
    token = world.buy(make_editor())
    license = bought(token)
    code(program, "activate", license.key, fingerprint=FINGERPRINT)
    world.refund(token, 900)
    world.finish()
    assert code(program, "validate", license.key, fingerprint=FINGERPRINT) == "VALID"
    world.refund(token, 4_000)
    world.finish()
    assert code(program, "validate", license.key, fingerprint=FINGERPRINT) == "REVOKED"
    assert code(program, "activate", license.key, fingerprint="another") == "REVOKED"
    lines = program.get(f"/api/orders/{token}").get_json()["lines"]
    assert [line["license_key"] for line in lines] == [None]


def visit(program: Browser, license: Bought) -> list[Callable[[], str]]:
    """A machine comes, asks and goes, beside one that stays."""
    machine = {"fingerprint": "comes-and-goes", "version": "2.0"}
    stays = {"fingerprint": "stays"}
    return [
        lambda: code(program, "activate", license.key, **stays),
        lambda: code(program, "activate", license.key, **machine),
        lambda: code(program, "validate", license.key, **machine),
        lambda: code(program, "deactivate", license.key, **machine),
    ]


def test_i02_a_death_at_any_statement_loses_and_leaks_no_seat(
    app: Flask, settings: Settings, stripe_sandbox: StripeSandbox
) -> None:
    program = Browser(app, app.response_class, use_cookies=False)
    program.has_token = False
    alive = Boundaries(statements=True)
    with alive.watch():
        for step in visit(program, make_license(machine_limit=2)):
            alive.run(step)
    assert alive.count >= 12
    for fatal in range(1, alive.count + 1):
        license = make_license(machine_limit=2)
        boundaries = Boundaries(fatal, statements=True)
        with boundaries.watch():
            for step in visit(program, license):
                if not boundaries.run(step):
                    step()
        assert boundaries.has_killed
        assert seats(license) == (1, 1), fatal
        rows = select(func.count()).where(Activation.license_id == license.id)
        assert session.scalar(rows) == 2, fatal
        session.rollback()
