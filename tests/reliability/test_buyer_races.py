"""Buyers who race each other, their own other tab, or the clock."""

from contextlib import suppress

import pytest
from sqlalchemy import select
from stripe import InvalidRequestError

from shop.billing.models import LedgerEntry, Refund
from shop.catalog import stock
from shop.catalog.models import Price, StockReservation, Variant
from shop.checkout import expiry
from shop.db import commit, session
from shop.mail.models import Mail
from shop.orders.models import Fulfilment, Order, PaymentState
from shop.orders.orders import find_order
from tests.catalog.race import race
from tests.checkout.buyer import SESSIONS
from tests.reliability.crashes import Boundaries, Snapshot
from tests.reliability.test_webhook_races import count, paid_silently, start
from tests.reliability.world import World, intent_of, make_book, make_font, work

BUYERS = 50


def all_pay(world: World, last_one: Price) -> list[int]:
    """Fifty, each with a full checkout, click at the same moment; their answers."""
    buyers = [world.buyer() for _ in range(BUYERS)]
    urls = [f"{SESSIONS}/{world.fill(buyer, last_one)}/payment" for buyer in buyers]
    commit()
    answers = race(world.app, BUYERS, lambda n: buyers[n].put(urls[n], json={}).status_code)
    assert all(isinstance(answer, int) for answer in answers), answers
    return [int(str(answer)) for answer in answers]


def test_s01_fifty_buyers_and_one_unit(either_world: World) -> None:
    world, last_one = either_world, make_font(stock=1)
    variant_id = last_one.variant_id
    answers = all_pay(world, last_one)
    assert (answers.count(200), answers.count(409)) == (1, BUYERS - 1)
    assert (count(Order), count(StockReservation)) == (1, 1)
    assert session.get_one(Variant, variant_id).reserved == 1
    world.finish()
    assert world.offenses() == []


def test_s01_without_the_guard_the_last_unit_is_sold_again(
    either_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same race, with a reservation that asks nobody: then it must be seen."""

    def ask_nobody(holder: str, wanted: dict[int, int]) -> None:
        for variant_id, quantity in wanted.items():
            held = StockReservation(holder=holder, variant_id=variant_id, quantity=quantity)
            session.add(held)

    monkeypatch.setattr(stock, "reserve", ask_nobody)
    assert all_pay(either_world, make_font(stock=1)).count(200) > 1
    assert any(offense.startswith("I11") for offense in either_world.offenses())


def test_s03_three_clocks_free_what_was_abandoned_once(either_world: World) -> None:
    world = either_world
    token = start(world, world.buyer())
    world.end_checkouts()
    race(world.app, 3, lambda _number: expiry.expire_due())
    assert find_order(token).payment_state is PaymentState.CANCELED
    assert set(session.scalars(select(Variant.reserved))) == {0}
    world.finish()
    assert world.offenses() == []


def test_s04_expired_and_paid_at_the_same_moment_has_one_winner(either_world: World) -> None:
    """Either Stripe cancels first and the card is refused, or the money wins and the order too."""
    for _ in range(5):
        meet(either_world)


def meet(world: World) -> None:
    token = start(world, world.buyer())
    world.end_checkouts()

    def act(number: int) -> None:
        if number:
            expiry.expire_due()
        else:
            with suppress(InvalidRequestError):
                world.pay_at_stripe(token)

    assert race(world.app, 2, act) == [None, None]
    world.finish()
    assert find_order(token).payment_state in {PaymentState.PAID, PaymentState.CANCELED}
    session.rollback()
    assert world.offenses() == []


def test_c03_a_death_between_stripes_answer_and_ours_makes_one_payment(world: World) -> None:
    buyer = world.buyer()
    url = f"{SESSIONS}/{world.fill(buyer, make_book())}/payment"
    unpaid, fatal = Snapshot(world.settings, world.stripe), 0
    while True:
        unpaid.restore()
        fatal += 1
        with Boundaries(fatal).watch() as boundaries:
            boundaries.run(lambda: buyer.put(url, json={}))
        if not boundaries.has_killed:
            break
        answer = buyer.put(url, json={})
        assert answer.status_code == 200
        made = {e["data"]["object"]["id"] for e in world.events()}
        assert made == {answer.json["payment"]["intent_id"]}
        assert count(Order) == 1
    assert fatal > 5
    unpaid.close()


def test_c11_the_success_page_and_the_webhook_at_once(either_world: World) -> None:
    world = either_world
    buyers, tokens = [], []
    for _ in range(4):
        buyers.append(world.buyer())
        tokens.append(start(world, buyers[-1]))
        world.pay_at_stripe(tokens[-1])
    events = world.handled_events()

    def act(number: int) -> None:
        if number < len(buyers):
            back = buyers[number].get(f"/checkout/return?payment_intent={intents[number]}")
            assert back.status_code == 303
            assert back.location.endswith(f"/orders/{tokens[number]}")
        else:
            world.post(world.stripes_client(), events[number - len(buyers)])
            work()

    intents = [intent_of(token) for token in tokens]
    commit()  # the test itself holds no lock
    assert race(world.app, 2 * len(buyers), act) == [None] * 2 * len(buyers)
    assert count(Fulfilment) == count(LedgerEntry) == len(buyers)
    world.finish()
    assert count(Mail) == len(buyers)
    assert world.offenses() == []


def test_i10_a_worker_that_dies_around_a_mail_sends_it_once_more_at_most(world: World) -> None:
    """The folder keeps one file for each Message-ID, so the second try changes nothing."""
    token = paid_silently(world)
    world.deliver(world.handled_events())
    untold, fatal = Snapshot(world.settings, world.stripe), 0
    while True:
        untold.restore()
        fatal += 1
        with Boundaries(fatal, statements=True).watch() as boundaries:
            boundaries.run(work)
        if not boundaries.has_killed:
            break
        world.settle()
        mail = session.scalars(select(Mail)).one()
        assert (mail.reference, mail.sent_at is not None) == (find_order(token).number, True)
        assert mail.attempts <= 2
    assert fatal > 30
    untold.close()


def test_p02_two_workers_submit_one_refund(either_world: World) -> None:
    world = either_world
    token = world.buy(make_font())
    world.refund(token, 700)
    race(world.app, 6, lambda _number: work())
    world.finish()
    assert count(Refund) == 1
    assert len(world.stripe.events("refund.created")) == 1
    assert find_order(token).refunded == 700
    assert world.offenses() == []
