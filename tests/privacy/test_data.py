"""What is known about a person: taken along, and forgotten."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from shop.accounts import passwords, tokens
from shop.accounts.models import ApiToken, AuditEntry, MailedLink, Role, SignInSession, User
from shop.billing import tasks
from shop.billing.invoices.models import Invoice
from shop.billing.subscriptions import customers
from shop.billing.subscriptions.models import (
    StripeCustomer,
    Subscription,
    SubscriptionStatus,
)
from shop.db import commit, session, utcnow
from shop.licenses.models import Activation, License
from shop.mail.models import Mail
from shop.orders.fulfilment.models import LineSwap
from shop.orders.models import Order, Shipment
from shop.privacy import erasing
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.admin.conftest import Open, open_as
from tests.admin.support.cast import Customer, make_customer
from tests.admin.support.test_person import make_history, make_subscription
from tests.browser import Browser, open_browser
from tests.factories import make_price

__all__ = ["open_as"]
MARA = "mara@lindqvist.example"


@pytest.fixture
def mara(app: Flask) -> Customer:
    made = make_customer()
    user = session.get_one(User, made.user_id)
    user.password_hash = passwords.make_hash(PASSWORD)
    tokens.create(user, "my script")
    commit()
    return made


@pytest.fixture
def browser(app: Flask, mara: Customer) -> Browser:
    made = open_browser(app)
    assert made.sign_in(MARA, PASSWORD).status_code == 303
    return made


def make_stale() -> None:
    session.query(SignInSession).update({"confirmed_at": utcnow() - timedelta(hours=1)})
    commit()


def send_other_article(mara: Customer) -> None:
    (line,) = session.get_one(Order, mara.bought.order_id).lines
    other = make_price().variant
    line.swaps = [
        LineSwap(variant_id=other.id, title="Other", sku="OTHER-1", quantity=1, unit_amount=1900)
    ]
    session.add(Shipment(order_id=line.order_id, tracking_number="00340434161094"))
    commit()


def test_a_person_takes_all_of_it_along(browser: Browser, mara: Customer) -> None:
    make_history(mara)
    make_subscription(mara)
    send_other_article(mara)
    assert "Download your data" in browser.get("/account/data").text
    answer = browser.post("/account/data/export")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    data = json.loads(answer.text)
    assert data["account"]["email"] == MARA
    assert data["orders"][0]["number"] == mara.number
    assert data["orders"][0]["billing_address"]["line1"] == "Hafenstr. 1"
    (line,) = data["orders"][0]["lines"]
    assert [one["sku"] for one in line["sent_instead"]] == ["OTHER-1"]
    assert [one["tracking_number"] for one in data["orders"][0]["parcels"]] == ["00340434161094"]
    assert data["invoices"][0]["number"] == mara.invoice
    assert data["licenses"][0]["devices"][0]["name"] == "Mara-laptop"
    assert data["downloads"][0]["file_name"] == "editor.zip"
    assert data["mails"][0]["subject"] == f"Thank you for order {mara.number}"
    assert data["payments"][0]["card_last4"] == "4242"
    assert data["consents"][0]["is_given"]
    assert data["subscriptions"][0]["history"]
    assert data["api_tokens"][0]["name"] == "my script"
    license = mara.bought.license
    for secret in (mara.bought.key, license.key_hash, mara.token, mara.grant_token, "argon2"):
        assert secret not in answer.text


def test_it_needs_a_fresh_confirmation_and_is_nobody_elses(
    browser: Browser, mara: Customer, app: Flask
) -> None:
    make_stale()
    for path in ("/account/data/export", "/account/data/erasure"):
        answer = browser.post(path)
        assert answer.status_code == 403
        assert "confirm that it is you" in answer.text
        assert MARA not in answer.text.split("<main")[1].replace(f'value="{MARA}"', "")
    assert open_browser(app).get("/account/data").status_code == 303
    assert open_browser(app).post("/account/data/export").status_code == 303


def test_asking_to_be_forgotten_is_told_to_an_admin(browser: Browser, mara: Customer) -> None:
    session.add(User(email="boss@staff.example", role=Role.ADMIN))
    commit()
    for _ in range(2):
        assert browser.post("/account/data/erasure").status_code == 303
    mail = session.query(Mail).filter_by(template="erasure_asked").one()
    assert mail.recipient == "boss@staff.example"
    assert mara.url in mail.text
    assert session.get_one(User, mara.user_id).erasure_asked_at
    session.rollback()
    assert "You asked for it" in browser.get("/account/data").text
    browser.post("/account/data/erasure/withdrawal")
    assert session.get_one(User, mara.user_id, populate_existing=True).erasure_asked_at is None


def test_an_admin_erases_and_the_books_stay(
    open_as: Open, browser: Browser, mara: Customer
) -> None:
    admin = open_as(Role.ADMIN)
    url = f"{mara.url}/erasure"
    assert admin.get(url).status_code == 200
    assert admin.post(url, data={"reason": ""}).status_code == 422
    assert admin.post(url, data={"reason": "asked by mail"}).status_code == 303

    user = session.get_one(User, mara.user_id)
    assert (user.email, user.name, user.password_hash) == (
        f"erased-{mara.user_id}@erased.invalid", "", "",
    )  # fmt: skip
    assert not user.is_active
    for model in (ApiToken, MailedLink):
        assert session.query(model).filter_by(user_id=mara.user_id).count() == 0
    assert session.query(SignInSession).filter_by(user_id=mara.user_id).count() == 0
    assert session.query(Activation).count() == 0
    assert session.query(Mail).filter_by(recipient=MARA).count() == 0
    assert session.get_one(License, mara.bought.id).machines == 0
    order = session.get_one(Order, mara.bought.order_id)
    assert (order.number, order.email, order.name) == (mara.number, MARA, "Mara Lindqvist")
    invoice = session.get_one(Invoice, mara.invoice_id)
    assert (invoice.number, invoice.total, invoice.customer_name) == (
        mara.invoice, 1900, "Mara Lindqvist",
    )  # fmt: skip
    entry = session.query(AuditEntry).filter_by(act="customer.erase").one()
    assert (entry.actor, entry.reason) == ("admin@staff.example", "asked by mail")
    session.rollback()
    assert browser.get("/account/data").status_code == 303  # signed out
    assert open_browser(browser.application).sign_in(MARA, PASSWORD).status_code == 422
    again = admin.post(url, data={"reason": "twice"})
    assert again.status_code == 422
    assert "erased already" in again.text


def test_stripe_forgets_them_too(
    open_as: Open, mara: Customer, stripe_sandbox: StripeSandbox
) -> None:
    stripe_id = customers.stripe_customer_of(session.get_one(User, mara.user_id))
    erasure = {"reason": "asked by mail"}
    assert open_as(Role.ADMIN).post(f"{mara.url}/erasure", data=erasure).status_code == 303

    path = f"/v1/customers/{stripe_id}"
    stripe_sandbox.fault("drop", path, method="DELETE", times=2)
    tasks.forget_customers.run()
    assert session.query(StripeCustomer).filter_by(is_unwanted=True).count() == 1
    commit()
    stripe_sandbox.clear_faults()
    stripe_sandbox.fault("drop", path, method="DELETE", when="after", times=2)
    for _ in range(2):  # Stripe did it, and the shop did not hear of it
        tasks.forget_customers.run()
    assert session.query(StripeCustomer).count() == 0
    (event,) = stripe_sandbox.events("customer.deleted")
    assert event["data"]["object"]["id"] == stripe_id


def test_one_whom_stripe_keeps_holds_up_nobody(
    mara: Customer, stripe_sandbox: StripeSandbox
) -> None:
    ids = [one.id for one in (session.get_one(User, mara.user_id), make_user())]
    kept, gone = [customers.stripe_customer_of(session.get_one(User, id)) for id in ids]
    for id in ids:
        customers.forget(id)
    commit()
    stripe_sandbox.fault("drop", f"/v1/customers/{kept}", method="DELETE", times=2)
    tasks.forget_customers.run()
    assert session.scalars(select(StripeCustomer.stripe_customer_id)).all() == [kept]
    (event,) = stripe_sandbox.events("customer.deleted")
    assert event["data"]["object"]["id"] == gone


def test_what_runs_is_ended_first(open_as: Open, mara: Customer) -> None:
    id = make_subscription(mara)
    admin = open_as(Role.ADMIN)
    answer = admin.post(f"{mara.url}/erasure", data={"reason": "asked"})
    assert answer.status_code == 422
    assert "A subscription is not over" in answer.text
    session.get_one(Subscription, id).status = SubscriptionStatus.CANCELED
    commit()
    make_history(mara)  # a dispute is open
    answer = admin.post(f"{mara.url}/erasure", data={"reason": "asked"})
    assert "A payment is disputed" in answer.text
    assert session.get_one(User, mara.user_id, populate_existing=True).email == MARA
    with pytest.raises(erasing.NotErasable):
        erasing.erase(session.query(User).filter_by(role=Role.ADMIN).one())


def test_z03_only_an_admin_with_a_fresh_confirmation(open_as: Open, mara: Customer) -> None:
    for role in (Role.SUPPORT, Role.FINANCE, Role.READ_ONLY, Role.CATALOG):
        browser = open_as(role)
        for path in (f"{mara.url}/erasure", f"{mara.url}/export"):
            assert browser.post(path, data={"reason": "x"}).status_code == 403
        assert browser.get(f"{mara.url}/erasure").status_code == 403
    admin = open_as(Role.ADMIN)
    make_stale()
    answer = admin.post(f"{mara.url}/erasure", data={"reason": "asked"})
    assert answer.status_code == 403
    assert session.get_one(User, mara.user_id).email == MARA


def test_an_admin_exports_what_is_known(open_as: Open, mara: Customer) -> None:
    answer = open_as(Role.ADMIN).post(f"{mara.url}/export")
    assert json.loads(answer.text)["account"]["email"] == MARA
    entry = session.query(AuditEntry).one()
    assert (entry.act, entry.subject) == ("customer.export", f"customer:{mara.user_id}")
