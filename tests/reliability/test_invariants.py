"""Each rule is quiet about a shop in order, and loud about the one thing that is not."""

from shop.db import commit, utcnow
from shop.operations.invariants import RULES, WINDOW, at_stripe
from shop.orders.orders import find_order
from tests.reliability.history import live_a_day
from tests.reliability.plants import PLANTS, is_seen, offenses
from tests.reliability.world import World, make_font


def test_the_rules_are_quiet_about_a_good_day_and_see_every_lie(either_world: World) -> None:
    live_a_day(either_world)
    assert either_world.offenses() == []
    books = at_stripe.read(utcnow() - WINDOW)
    assert offenses(books) == []
    assert [plant for plant in PLANTS if not is_seen(plant, books)] == []
    assert offenses(books) == []


def test_no_rule_is_without_its_plant() -> None:
    assert {plant.code for plant in PLANTS} == {rule.code for rule in RULES}
    assert len(RULES) == 28


def test_the_command_shows_each_row_and_fails(world: World) -> None:
    shell = world.app.test_cli_runner()
    token = world.buy(make_font())
    world.finish()
    good = shell.invoke(args=["invariants"])
    assert (good.exit_code, good.output.splitlines()[-1][:20]) == (0, "28 rules, 1 orders, ")
    order = find_order(token)
    order.paid = 0
    commit()
    bad = shell.invoke(args=["invariants", "--patience", "0.1"])
    assert bad.exit_code == 1
    assert f"number={order.number} paid=0 at_stripe=1500" in bad.output
