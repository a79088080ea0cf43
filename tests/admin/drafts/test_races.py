"""Two browsers that have the same link go to pay, pay and come back at the same moment."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from shop.accounts.models import Role
from shop.billing.gateway import StripeRefused
from shop.billing.models import LedgerEntry, PaymentStatus
from shop.cart import lines
from shop.cart.lines import Line
from shop.cart.models import Cart
from shop.catalog.models import Kind
from shop.checkout import saving, sessions
from shop.checkout.drafts.models import Draft, DraftState
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.checkout.seeds import seed_checkout
from shop.db import commit, session
from shop.orders.models import PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.admin.drafts.making import fresh, link_of, make_draft
from tests.admin.drafts.test_paying import broken
from tests.browser import open_browser
from tests.catalog.race import race
from tests.checkout.buyer import Buyer, open_buyer
from tests.checkout.looking import orders, pay_at_stripe, payments, the_order
from tests.factories import make_price


def draft_and_buyers(app: Flask) -> tuple[Draft, list[Buyer]]:
    seed_checkout()
    make_user(email="sam@staff.example", role=Role.SUPPORT)
    staff = open_browser(app)
    staff.sign_in("sam@staff.example", PASSWORD)
    thing = make_price(kind=Kind.DIGITAL, unit_amount=1_900, stock=9)
    return make_draft(staff, thing), [open_buyer(app), open_buyer(app)]


def at_once(app: Flask, act: Callable[[int], Any]) -> list[Any]:
    commit()  # the test itself holds no lock
    answers = race(app, 2, act)
    session.expire_all()
    return answers


def go_to_pay(app: Flask, *parts: str) -> tuple[Draft, list[Buyer]]:
    draft, buyers = draft_and_buyers(app)
    urls = [link_of(draft, f"/checkout/payment{part}") for part in parts]
    answers = at_once(app, lambda n: buyers[n].post(urls[n]).status_code)
    assert answers == [303, 303]
    return draft, buyers


def intents(sandbox: StripeSandbox) -> set[str]:
    return {event["data"]["object"]["id"] for event in sandbox.events("payment_intent.created")}


def test_a_link_that_two_pay_at_once_is_paid_once(
    either_app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    draft, buyers = go_to_pay(either_app, "", "")
    assert (len(orders()), len(payments()), len(intents(stripe_sandbox))) == (1, 1, 1)
    back = link_of(draft, "/checkout/return")

    def pay_and_come_back(number: int) -> str:
        with suppress(StripeRefused):  # Stripe: it was paid already
            pay_at_stripe()
        return str(buyers[number].get(back).location)

    order_url = f"/orders/{the_order().token}"
    assert at_once(either_app, pay_and_come_back) == [order_url, order_url]
    order = the_order()
    assert (order.payment_state, order.paid) == (PaymentState.PAID, 1_900)
    assert session.scalars(select(LedgerEntry.amount)).all() == [1_900]
    assert [entry.kind for entry in order.entries].count("paid") == 1
    assert fresh(draft).state is DraftState.PAID
    assert broken() == []


def test_of_two_ways_at_once_one_can_be_paid(either_app: Flask) -> None:
    go_to_pay(either_app, "", "/hosted")
    live = [one for one in payments() if one.status is not PaymentStatus.CANCELED]
    assert len(live) == 1
    states = [order.payment_state for order in orders()]
    assert states.count(PaymentState.PENDING) == 1
    assert set(states) <= {PaymentState.PENDING, PaymentState.CANCELED}
    assert broken() == []


def test_without_the_lock_each_would_pay_for_an_order(
    postgres_app: Flask, stripe_sandbox: StripeSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer, so there the second one reads what the first one wrote."""
    both_have_read = Barrier(2)

    def read_and_go_on(token: str) -> tuple[CheckoutSession, Cart, Sequence[Line]]:
        checkout = session.scalars(select(CheckoutSession).filter_by(token=token)).one()
        both_have_read.wait(timeout=30)
        cart = session.get_one(Cart, checkout.cart_id)
        return checkout, cart, lines.read(cart.id)

    def freeze_anyway(checkout: CheckoutSession, **values: Any) -> bool:
        checkout.status, checkout.order_id = CheckoutStatus.AWAITING_PAYMENT, values["order_id"]
        return True

    monkeypatch.setattr(sessions, "lock", read_and_go_on)
    monkeypatch.setattr(saving, "freeze", freeze_anyway)
    go_to_pay(postgres_app, "", "")
    assert (len(orders()), len(payments()), len(intents(stripe_sandbox))) == (2, 2, 2)
