"""Why somebody has access, or not."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from shop import events
from shop.accounts.models import User
from shop.catalog.models import Kind
from shop.db import commit, session, utcnow
from shop.downloads import grants
from shop.downloads.models import Grant
from shop.licenses import acts, issuing
from shop.licenses.models import License
from shop.orders.models import PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.billing.subscriptions.subscriber import make_plan, make_subscriber
from tests.browser import Browser
from tests.downloads.factories import make_digital, make_grant, make_paid_order, make_release
from tests.factories import make_product, make_variant
from tests.licenses.factories import code, make_license
from tests.queries import count_queries

SignIn = Callable[[], User]
PAGE = "/account/access"


@pytest.fixture
def ada(client: Browser) -> User:
    user = make_user()
    client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    return user


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def test_what_was_bought_is_told_with_its_order(client: Browser, ada: User) -> None:
    grant = make_grant(ada)
    page = client.get(PAGE).text
    assert "Bought with order K-" in page
    assert f"Open, without an end date. {grant.most} of {grant.most} downloads are left." in page


@pytest.mark.parametrize(
    ("reason", "reads"),
    [
        (
            "refund",
            ("because its money was returned",) * 2,
        ),
        ("dispute", ("because the bank took the payment back",) * 2),
        ("a bot", ("because we took it back", "because staff decided so: a bot")),
    ],
)
def test_an_end_has_its_reason(
    app: Flask, client: Browser, ada: User, reason: str, reads: tuple[str, str]
) -> None:
    make_grant(ada, ended_at=utcnow(), end_reason=reason)
    page = client.get(PAGE).text + client.get("/api/me").text
    owner_reads, staff_reads = reads
    assert owner_reads in page
    assert "a bot" not in page
    assert staff_reads in run(app, "access", ada.email).output


def test_a_hold_has_its_reason(app: Flask, client: Browser, ada: User) -> None:
    make_grant(ada, suspended_at=utcnow(), suspend_reason="dispute")
    bought = make_license(ada)
    acts.suspend(bought.license, "shared online")
    commit()
    page = client.get(PAGE).text
    assert "while the payment is disputed with the bank" in page
    assert "The license is on hold since" in page
    assert "while we look into it" in page
    assert "shared online" not in page
    assert "while we look into it (shared online)" in run(app, "access", ada.email).output


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (PaymentState.FAILED, "The payment did not go through."),
        (PaymentState.CANCELED, "The order was canceled before it was paid."),
        (PaymentState.PROCESSING, "The bank is still confirming the payment."),
        (PaymentState.PAID, "It is paid. There is nothing to download yet."),
    ],
)
def test_what_opened_nothing_is_told_too(
    client: Browser, ada: User, state: PaymentState, sentence: str
) -> None:
    order = make_paid_order(make_digital(), ada)
    order.payment_state = state
    commit()
    page = client.get(PAGE).text
    assert f"Ordered with {order.number}" in page
    assert sentence in page


def test_a_subscription_is_a_cause(app: Flask, stripe_sandbox: StripeSandbox) -> None:
    subscriber = make_subscriber(stripe_sandbox)
    price = make_plan()
    make_release(price.variant.product)
    subscriber.subscribe(price)
    told = run(app, "access", "ADA@example.org").output
    assert told.count("Subscribed to since") == 2
    assert "Active, without an end date." in told


def test_nobody_reads_anothers_rights(client: Browser, ada: User) -> None:
    make_grant(make_user(email="bea@example.org"))
    assert "Nothing to use yet" in client.get(PAGE).text


def test_staff_finds_what_a_guest_bought(app: Flask) -> None:
    make_grant()
    assert "Bought with order K-" in run(app, "access", "ada@example.org").output
    assert run(app, "access", "bea@example.org").output == ""


def test_the_page_asks_as_much_for_ten_as_for_one(client: Browser, ada: User) -> None:
    make_license(ada)
    with count_queries() as few:
        client.get(PAGE)
    for _ in range(9):
        make_license(ada)
    with count_queries() as many:
        client.get(PAGE)
    assert len(few) == len(many)


def test_staff_gives_files_and_takes_them(app: Flask, client: Browser, ada: User) -> None:
    product = make_digital()
    make_release(product)
    given = run(app, "grants", "give", ada.email, product.slug, "--reason", "press", "--by", "eve")
    assert given.exit_code == 0, given.output
    grant = session.scalars(select(Grant)).one()
    assert (grant.user_id, grant.given_by) == (ada.id, "eve: press")
    assert client.get(f"/downloads/{grant.token}").status_code == 200
    page = client.get(PAGE).text
    assert "Given by us on" in page
    assert "press" not in page
    assert "Given by eve: press on" in run(app, "access", ada.email).output
    refused = run(app, "grants", "end", str(grant.id), "--reason", "Dispute")
    assert (refused.exit_code, "Say more than" in refused.output) == (1, True)
    assert run(app, "grants", "end", str(grant.id), "--reason", "resold").exit_code == 0
    assert client.get(f"/downloads/{grant.token}").status_code == 404
    assert run(app, "grants", "end", str(grant.id), "--reason", "again").exit_code == 1
    assert run(app, "grants", "end", "999", "--reason", "again").exit_code == 1


def test_staff_gives_a_license(app: Flask, client: Browser, ada: User) -> None:
    product = make_product(kind=Kind.LICENSE)
    variant = make_variant(product=product)
    give = ("licenses", "give", ada.email, variant.sku, "--reason", "press", "--by", "eve")
    assert run(app, *give).exit_code == 0
    license = session.scalars(select(License)).one()
    assert (license.user_id, license.given_by) == (ada.id, "eve: press")
    assert code(client, "activate", license.key or "", fingerprint="f") == "VALID"
    assert run(app, *give[:3], "SKU-none", *give[4:]).exit_code == 1
    assert "Nobody has an account" in run(app, *give[:2], "bea@example.org", *give[3:]).output


def test_what_staff_ended_no_refund_brings_back(app: Flask) -> None:
    bought = make_license()
    make_release(bought.license.product)
    grants.give(events.OrderPaid(bought.order_id))
    grants.end(events.OrderRefunded(bought.order_id))
    commit()
    grant = session.scalars(select(Grant)).one()
    assert run(app, "grants", "end", str(grant.id), "--reason", "fraud").exit_code == 0
    grants.restore(events.OrderRestored(bought.order_id))
    issuing.restore(events.OrderRestored(bought.order_id))
    session.refresh(grant)
    assert grant.end_reason == "fraud"
