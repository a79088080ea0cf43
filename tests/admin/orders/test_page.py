"""The page of an order: everything on it, in few questions."""

import pytest
from flask import Flask

from shop import config
from shop.accounts.models import Role
from shop.billing import dashboard
from shop.billing.models import StripeEvent
from shop.catalog.models import Kind
from shop.db import commit, session, utcnow
from shop.leases import State
from shop.orders import timeline
from shop.orders.models import Order
from shop.orders.orders import latest_payment
from tests.admin.conftest import Open
from tests.factories import make_price
from tests.orders.factories import ADDRESS, confirm, make_order, make_payment
from tests.queries import count_queries


@pytest.fixture
def order(app: Flask) -> Order:
    """Paid: a thing, a license."""
    prices = [make_price(stock=5), make_price(kind=Kind.LICENSE, title="Inkwell")]
    order = make_order(*prices, shipping_address=ADDRESS, delivery_name="Post")
    confirm(make_payment(order))
    return order


def test_it_shows_what_was_paid_opened_and_sent(order: Order, open_as: Open) -> None:
    page = open_as(Role.READ_ONLY).get(f"/admin/orders/{order.number}").text
    assert "Visa ending in 4242" in page
    assert "License …-" in page
    assert "Thank you for order" in page
    assert "Payment received." in page
    assert "1 Main St" in page
    assert "Germany" in page
    assert "Invoice 2" in page
    assert "<code" in page
    assert "pi_" in page
    assert "€38.00" in page


def test_what_happened_is_told_in_money_without_ids(order: Order, open_as: Open) -> None:
    timeline.note(order, "dispute", "Disputed.", dispute=7, status="needs_response", amount=950)
    commit()
    page = open_as(Role.READ_ONLY).get(f"/admin/orders/{order.number}").text
    assert "status: needs response · amount: €9.50" in page
    assert f"amount: €{order.paid / 100:.2f}" in page
    assert "dispute: 7" not in page
    assert "payment: " not in page


def test_it_asks_at_most_eight_questions(order: Order, open_as: Open) -> None:
    for n in range(30):
        timeline.note(order, "noise", f"Entry {n}.")
    browser, url = open_as(Role.ADMIN), f"/admin/orders/{order.number}"
    browser.get(url)
    with count_queries() as queries:
        page = browser.get(url).text
    assert len(queries) <= 8, "\n".join(q[:110].replace("\n", " ") for q in queries)
    assert "earlier</summary>" in page


def test_staff_notes_are_not_told_to_the_customer(order: Order, open_as: Open) -> None:
    timeline.note_act(order, timeline.NOTE, "Rude on the phone.")
    commit()
    browser = open_as(Role.SUPPORT)
    assert "Rude on the phone." in browser.get(f"/admin/orders/{order.number}").text
    page = browser.get(f"/orders/{order.token}").text
    assert "Payment received." in page
    assert "Rude on the phone." not in page


def test_a_dead_event_of_the_order_is_shown(order: Order, open_as: Open) -> None:
    session.add(
        StripeEvent(
            stripe_id="evt_dead",
            type="refund.updated",
            object_id=intent_of(order),
            api_version="x",
            payload=b"{}",
            created_at=utcnow(),
            state=State.DEAD,
        )
    )
    commit()
    assert "evt_dead" in open_as(Role.ADMIN).get(f"/admin/orders/{order.number}").text


def intent_of(order: Order) -> str:
    payment = latest_payment(order)
    assert payment
    assert payment.stripe_payment_intent_id
    return payment.stripe_payment_intent_id


def test_an_order_that_does_not_exist(open_as: Open) -> None:
    assert open_as(Role.ADMIN).get("/admin/orders/K-NONE-NONE").status_code == 404


def test_it_leads_to_stripes_dashboard_by_mode(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dashboard.url_of("pi_1") == ""  # no Stripe is behind the sandbox
    known = config.current()
    for key, start in (("sk_test_x", "/test"), ("sk_live_x", "")):
        theirs = known.model_copy(
            update={
                "stripe_api_base": "https://api.stripe.com",
                "stripe_secret_key": type(known.stripe_secret_key)(key),
            }
        )
        monkeypatch.setattr(config, "current", lambda theirs=theirs: theirs)
        assert dashboard.url_of("pi_1") == f"https://dashboard.stripe.com{start}/payments/pi_1"
        assert dashboard.url_of("cs_1") == ""
