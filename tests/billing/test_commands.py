from flask import Flask
from sqlalchemy import update

from shop import leases
from shop.billing.models import StripeEvent
from shop.billing.tasks import sweep
from shop.db import commit, session, utcnow
from shop.orders.models import PaymentState
from tests.factories import make_price
from tests.orders.factories import confirm, make_order, make_payment


def test_a_dead_event_is_listed_and_replayed(app: Flask) -> None:
    event = StripeEvent(
        stripe_id="evt_1", type="charge.updated", object_id="ch_1", api_version="x",
        payload=b"{}", created_at=utcnow(),
    )  # fmt: skip
    session.add(event)
    commit()
    session.execute(update(StripeEvent).values(state=leases.State.DEAD, error="Mismatch: amounts"))
    commit()
    run = app.test_cli_runner().invoke
    assert "evt_1  charge.updated" in run(args=["stripe", "dead"]).output
    assert run(args=["stripe", "replay", "evt_1"]).exit_code == 0
    session.refresh(event)
    assert event.state is leases.State.PENDING
    again = run(args=["stripe", "replay", "evt_1", "evt_2"])
    assert again.exit_code == 1
    assert "evt_2" in again.output


def test_an_order_is_refunded_from_the_command_line(app: Flask) -> None:
    order = make_order(make_price(unit_amount=1900))
    confirm(make_payment(order))
    run = app.test_cli_runner().invoke
    assert (
        "€5.00 will be returned"
        in run(args=["orders", "refund", order.number, "--amount", "5"]).output
    )
    too_much = run(args=["orders", "refund", order.number, "--amount", "19.00"])
    assert "More cannot be refunded" in too_much.output
    assert "not an amount" in run(args=["orders", "refund", order.number, "--amount", "x"]).output
    assert (
        "too many decimals"
        in run(args=["orders", "refund", order.number, "--amount", "0.001"]).output
    )
    assert run(args=["orders", "refund", "K-0000-0000"]).exit_code == 1
    sweep()
    session.refresh(order)
    assert (order.payment_state, order.refunded) == (PaymentState.PARTIALLY_REFUNDED, 500)
