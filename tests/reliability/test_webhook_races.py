"""Stripe's word may come twice, at once, too early or in any order; it means one thing."""

from concurrent.futures import ThreadPoolExecutor
from math import factorial

import pytest
from sqlalchemy import func, select

from shop.billing import webhook
from shop.billing.models import LedgerEntry, StripeEvent
from shop.db import commit, session
from shop.leases import State
from shop.mail.models import Mail
from shop.orders.models import Fulfilment, PaymentState
from shop.orders.orders import find_order
from tests.billing.signing import make_event
from tests.catalog.race import race
from tests.checkout.buyer import SESSIONS, Buyer
from tests.orders.factories import make_bank_debit
from tests.reliability.canonical import canonical
from tests.reliability.crashes import Boundaries, Snapshot
from tests.reliability.orders import in_every_order
from tests.reliability.world import Event, World, intent_of, make_book, make_font, work
from tests.servers.processes import eventually

THREADS = 20


def start(world: World, buyer: Buyer) -> str:
    """A checkout that waits for its money; the order's token."""
    checkout = world.fill(buyer, make_book(), make_font())
    buyer.ok(buyer.put(f"{SESSIONS}/{checkout}/payment", json={}))
    return world.order_of(checkout).token


def paid_silently(world: World) -> str:
    token = start(world, world.buyer())
    world.pay_at_stripe(token)
    return token


def count(model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_w02_one_event_twenty_times_at_once_has_one_effect(either_world: World) -> None:
    world = either_world
    paid_silently(world)
    event = next(e for e in world.handled_events() if e["type"] == "payment_intent.succeeded")

    def hear(_number: int) -> None:
        world.post(world.stripes_client(), event)
        work()

    assert race(world.app, THREADS, hear) == [None] * THREADS
    assert (count(StripeEvent), count(LedgerEntry), count(Fulfilment)) == (1, 1, 1)
    world.finish()
    assert world.offenses() == []


@pytest.mark.timeout(400)
def test_w03_five_events_in_every_order_end_in_the_same_state(world: World) -> None:
    events = five_events(world)

    def hear(event: Event) -> None:
        webhook.keep(event, b"")
        work()

    ends = [canonical() for _order in in_every_order(world, events, hear)]
    assert len(ends) == factorial(len(events))
    assert len(set(ends)) == 1
    assert "partially_refunded" in ends[0]
    world.finish()
    assert world.offenses() == []


def five_events(world: World) -> list[Event]:
    """Declined, paid on Stripe's page, given back in two equal parts by the Dashboard."""
    buyer = world.buyer()
    buyer.add(make_book())
    buyer.fill_pages()
    page = buyer.post("/checkout/payment/hosted").location
    world.stripe.pay_checkout(page, number="4000000000000002")
    world.stripe.pay_checkout(page)
    stripe = world.app.extensions["stripe"].v1
    intent = next(e for e in world.events() if e["type"] == "payment_intent.succeeded")
    for _ in range(2):  # alike, because ours are numbered as they come
        stripe.refunds.create({"payment_intent": intent["data"]["object"]["id"], "amount": 250})
    events = world.handled_events()
    assert [event["type"] for event in events] == [
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "refund.created",
        "refund.created",
    ]
    return events


def test_w07_the_money_is_heard_of_before_our_own_call_is_answered(either_world: World) -> None:
    """Stripe makes the payment, is slow to say so, and the buyer has paid meanwhile."""
    world, buyer = either_world, either_world.buyer()
    checkout = world.fill(buyer, make_book(), make_font())
    url = f"{SESSIONS}/{checkout}/payment"
    world.stripe.fault("hang", "/v1/payment_intents$", method="POST", when="after", delay=2.5)
    commit()

    def pay() -> int:
        with world.app.app_context():
            return int(buyer.put(url, json={}).status_code)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(pay)
        assert eventually(lambda: bool(world.stripe.events("payment_intent.created")))
        intent = world.stripe.events("payment_intent.created")[0]["data"]["object"]["id"]
        world.confirm(intent)
        world.deliver(world.handled_events())
        work()
        assert world.order_of(checkout).payment_state is PaymentState.PAID
        assert not answer.done()
        commit()
        assert answer.result() == 200
    world.finish()
    assert intent_of(world.order_of(checkout).token) == intent
    assert world.offenses() == []


def test_w16_a_poisoned_event_delays_no_other(world: World) -> None:
    tokens = [paid_silently(world) for _ in range(4)]
    poisoned = intent_of(tokens[0])
    world.stripe.fault("500", f"/v1/payment_intents/{poisoned}", times=999)
    world.deliver(world.handled_events())
    work()
    states = [find_order(token).payment_state for token in tokens]
    assert states == [PaymentState.PENDING, *[PaymentState.PAID] * 3]
    failed = session.scalars(select(StripeEvent).where(StripeEvent.state == State.FAILED)).one()
    assert (failed.object_id, failed.attempts) == (poisoned, 1)
    assert "StripeFault" in (failed.error or "")
    assert any(offense.startswith("I01") for offense in world.offenses())
    world.stripe.clear_faults()
    world.finish()
    assert world.offenses() == []


def test_w19_a_death_in_the_webhook_and_stripe_tells_again(world: World) -> None:
    token = paid_silently(world)
    event = next(e for e in world.handled_events() if e["type"] == "payment_intent.succeeded")
    untold, stripe = Snapshot(world.settings, world.stripe), world.stripes_client()
    fatal = 1
    while True:
        untold.restore()
        with Boundaries(fatal, statements=True).watch() as boundaries:
            boundaries.run(lambda: world.post(stripe, event))
            boundaries.run(work)
        if not boundaries.has_killed:
            break
        world.post(stripe, event)
        world.settle()
        assert find_order(token).payment_state is PaymentState.PAID
        assert (count(StripeEvent), count(LedgerEntry)) == (1, 1)
        assert session.scalars(select(Mail.template)).all() == ["order_paid"]
        fatal += 1
    assert fatal > 40
    untold.close()


def test_a_forged_event_is_no_proof_of_money(world: World) -> None:
    """What an event says is not believed: Stripe is asked, and says that nobody paid."""
    token = start(world, world.buyer())
    said = {"id": intent_of(token), "object": "payment_intent", "status": "succeeded"}
    world.post(world.stripes_client(), make_event(data={"object": said}))
    world.settle()
    assert find_order(token).payment_state is PaymentState.PENDING
    assert any("I10 event=evt_1" in offense for offense in world.offenses())


@pytest.mark.parametrize("settled_first", [True, False])
@pytest.mark.parametrize("succeeds", [True, False])
def test_c12_a_debit_and_its_events_in_both_orders(
    world: World, *, settled_first: bool, succeeds: bool
) -> None:
    token = start(world, world.buyer())
    world.pay_at_stripe(token, make_bank_debit())
    processing = world.handled_events()
    if settled_first:
        world.stripe.settle(intent_of(token), succeeds=succeeds)
    world.deliver(processing)
    work()
    if not settled_first:
        assert find_order(token).payment_state is PaymentState.PROCESSING
        assert count(Fulfilment) == 0
        world.stripe.settle(intent_of(token), succeeds=succeeds)
    world.deliver(world.handled_events()[::-1])
    world.settle()
    is_paid = find_order(token).payment_state is PaymentState.PAID
    assert (is_paid, count(Fulfilment)) == (succeeds, int(succeeds))
    world.finish()
    assert world.offenses() == []
