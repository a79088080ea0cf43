"""What does not work for somebody stands above all else, with its cause."""

import pytest
from flask import Flask

from shop.accounts.models import Role
from shop.billing.invoices.models import Invoice, InvoiceStatus
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.db import commit, session, utcnow
from shop.licenses import acts
from shop.licenses.models import License
from tests.admin.conftest import Open
from tests.admin.support.cast import Customer, make_customer
from tests.admin.support.test_person import make_subscription
from tests.browser import Browser

PANEL = "What does not work"


@pytest.fixture
def mara(app: Flask) -> Customer:
    return make_customer()


@pytest.fixture
def desk(open_as: Open) -> Browser:
    return open_as(Role.SUPPORT)


def troubles(desk: Browser, mara: Customer) -> str:
    """What the panel says; nothing when there is none."""
    page = desk.get(mara.url).text
    return page.partition(f"<h2>{PANEL}</h2>")[2].partition("</section>")[0]


def test_nothing_is_wrong(desk: Browser, mara: Customer) -> None:
    assert troubles(desk, mara) == ""


@pytest.mark.parametrize(
    ("overage", "machines", "is_full"), [(0, 2, False), (0, 3, True), (50, 3, False), (50, 4, True)]
)
def test_a_license_without_a_free_seat(
    desk: Browser, mara: Customer, overage: int, machines: int, *, is_full: bool
) -> None:
    """As another activation would be answered."""
    license = session.get_one(License, mara.bought.id)
    license.machine_limit, license.machines = 3, machines
    license.policy.overage_percent = overage
    commit()
    assert ("All 3 seats are taken" in troubles(desk, mara)) is is_full


def test_what_staff_suspended_says_why(desk: Browser, mara: Customer) -> None:
    license = session.get_one(License, mara.bought.id)
    acts.suspend(license, "shared in a forum")
    license.machines = license.machine_limit or 0
    commit()
    told = troubles(desk, mara)
    assert "shared in a forum" in told
    assert "seats are taken" not in told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (SubscriptionStatus.PAST_DUE, "A payment of €5.00 with the card …0341 failed on"),
        (SubscriptionStatus.UNPAID, "Your card was declined."),
        (SubscriptionStatus.CANCELED, "Its subscription ended on"),
        (SubscriptionStatus.PAUSED, "Its subscription is paused."),
    ],
)
def test_a_license_tells_what_its_subscription_suffers_from(
    desk: Browser, mara: Customer, status: SubscriptionStatus, told: str
) -> None:
    subscription = session.get_one(Subscription, make_subscription(mara))
    subscription.status, subscription.card_last4 = status, "0341"
    subscription.past_due_since = subscription.ended_at = utcnow()
    owed = session.get_one(Invoice, mara.invoice_id)
    owed.subscription_id, owed.status = subscription.id, InvoiceStatus.OPEN
    owed.total, owed.error_message = 500, "Your card was declined."
    license = session.get_one(License, mara.bought.id)
    license.subscription_id, license.order_line_id = subscription.id, None
    license.expires_at = utcnow()
    commit()
    assert told in troubles(desk, mara)


def test_what_is_paid_owes_nothing(desk: Browser, mara: Customer) -> None:
    make_subscription(mara)
    assert "A payment failed" in troubles(desk, mara)
    session.query(Subscription).update({"status": SubscriptionStatus.ACTIVE})
    commit()
    assert troubles(desk, mara) == ""
