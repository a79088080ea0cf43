"""The list of disputes: what has to be answered, and by when."""

from typing import Any

import pytest
from flask import Flask

from shop.accounts.models import Role
from shop.billing.disputes import mirror
from shop.billing.disputes.models import Dispute
from shop.billing.gateway import stripe_call
from shop.billing.models import Payment
from shop.catalog.models import Kind
from shop.db import commit, session
from shop.orders.models import Order
from stripe_sandbox.testing import StripeSandbox
from tests.admin.conftest import Open
from tests.admin.orders.desk import paid_order
from tests.billing.subscriptions.subscriber import make_plan, make_subscriber
from tests.queries import count_queries

pytestmark = pytest.mark.usefixtures("app")


def dispute(sandbox: StripeSandbox, order: Order, **terms: Any) -> str:
    """At Stripe, and told."""
    intent = session.query(Payment).filter_by(order_id=order.id).one().stripe_payment_intent_id
    commit()
    with stripe_call() as client:
        charge = client.v1.payment_intents.retrieve(intent or "").latest_charge
    opened: str = sandbox.dispute(str(charge), **terms)["id"]
    mirror.sync(opened)
    commit()
    return opened


def end(sandbox: StripeSandbox, stripe_id: str, verdict: str) -> None:
    sandbox.end_dispute(stripe_id, verdict)
    mirror.sync(stripe_id)
    commit()


def test_what_has_to_be_answered_comes_first(open_as: Open, stripe_sandbox: StripeSandbox) -> None:
    first, second, third = (paid_order(Kind.DIGITAL) for _ in range(3))
    late, urgent = dispute(stripe_sandbox, first), dispute(stripe_sandbox, second)
    over = dispute(stripe_sandbox, third)
    end(stripe_sandbox, over, "won")
    rows = {one.stripe_dispute_id: one for one in session.query(Dispute)}
    due_by = rows[late].due_by
    assert due_by
    rows[urgent].due_by = due_by.replace(year=due_by.year - 1)
    commit()
    page = open_as(Role.SUPPORT).get("/admin/disputes/").text
    assert page.index(urgent) < page.index(late) < page.index(over)


def test_it_says_what_and_by_when_and_leads_to_the_order(
    open_as: Open, stripe_sandbox: StripeSandbox
) -> None:
    order = paid_order(Kind.DIGITAL, amount=1_250)
    stripe_id = dispute(stripe_sandbox, order, reason="product_not_received")
    due_by = session.query(Dispute).one().due_by
    assert due_by
    browser = open_as(Role.FINANCE)
    number = order.number
    for url in ("/admin/disputes/?tab=answer", "/admin/disputes/1"):
        page = browser.get(url).text
        assert f'href="/admin/orders/{number}"' in page
        for text in ("Needs response", "Product not received", "€12.50", stripe_id):
            assert text in page
        assert f'datetime="{due_by.isoformat()}"' in page


def test_a_tab_for_each_state(open_as: Open, stripe_sandbox: StripeSandbox) -> None:
    lost = dispute(stripe_sandbox, paid_order(Kind.DIGITAL))
    waits = dispute(stripe_sandbox, paid_order(Kind.DIGITAL), inquiry=True)
    end(stripe_sandbox, lost, "lost")
    browser = open_as(Role.READ_ONLY)
    found = {
        tab: [
            one for one in (lost, waits) if one in browser.get(f"/admin/disputes/?tab={tab}").text
        ]
        for tab in ("answer", "review", "lost", "over", "all")
    }
    assert found == {
        "answer": [waits], "review": [], "lost": [lost], "over": [], "all": [lost, waits],
    }  # fmt: skip


def test_one_of_a_subscription_leads_there(
    app: Flask, open_as: Open, stripe_sandbox: StripeSandbox
) -> None:
    subscriber = make_subscriber(stripe_sandbox)
    subscriber.subscribe(make_plan())
    charge = stripe_sandbox.events("charge.succeeded")[0]["data"]["object"]["id"]
    stripe_sandbox.dispute(charge)
    subscriber.listen()
    page = open_as(Role.SUPPORT).get("/admin/disputes/").text
    assert f'href="/admin/subscriptions/{subscriber.subscription.id}"' in page


def test_it_is_found_by_order_and_by_id(open_as: Open, stripe_sandbox: StripeSandbox) -> None:
    order = paid_order(Kind.DIGITAL)
    mine, other = (dispute(stripe_sandbox, one) for one in (order, paid_order(Kind.DIGITAL)))
    browser = open_as(Role.SUPPORT)
    for text in (order.number, order.number.lower(), mine):
        page = browser.get(f"/admin/disputes/?search={text}").text
        assert (f">{mine}<" in page, f">{other}<" in page) == (True, False)


def test_it_is_read_and_nothing_else(open_as: Open, stripe_sandbox: StripeSandbox) -> None:
    mine = dispute(stripe_sandbox, paid_order(Kind.DIGITAL))
    browser = open_as(Role.ADMIN)
    for url in ("/admin/disputes/new/", "/admin/disputes/1/edit", "/admin/disputes/1/removal"):
        assert browser.post(url).status_code in {404, 405}
    lines = browser.get("/admin/disputes/export/csv/").text.splitlines()
    assert mine in lines[1]
    assert "€10.00" in lines[1]
    assert 'href="/admin/disputes/"' in browser.get("/admin/orders/").text


def test_the_list_asks_as_much_for_many(open_as: Open, stripe_sandbox: StripeSandbox) -> None:
    browser = open_as(Role.SUPPORT)
    counts = []
    for _ in range(2):
        for _ in range(2):
            dispute(stripe_sandbox, paid_order(Kind.DIGITAL))
        browser.get("/admin/disputes/")
        with count_queries() as queries:
            browser.get("/admin/disputes/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
