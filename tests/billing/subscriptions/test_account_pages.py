"""What a subscriber sees of a subscription, and the ways to Stripe's pages."""

import html
from datetime import timedelta

import pytest
from sqlalchemy import update

from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.catalog.models import Interval, Kind
from shop.db import commit, session
from shop.licenses.models import OnExpiry
from tests.billing.subscriptions.portal_visitor import confirm
from tests.billing.subscriptions.subscriber import Subscriber, day, make_plan, make_subscriber
from tests.browser import Browser
from tests.downloads.factories import make_release
from tests.licenses.factories import make_policy
from tests.queries import count_queries
from tests.servers.processes import eventually

PASSWORD = "correct horse battery"
PAGE = "/account/subscriptions"


@pytest.fixture
def ada(client: Browser, subscriber: Subscriber) -> Subscriber:
    """Signed in, with nothing yet."""
    assert client.sign_in(subscriber.user.email, PASSWORD).status_code == 303
    return subscriber


def read(client: Browser, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return " ".join(html.unescape(answer.text.partition("<main")[2]).split())


def test_there_is_nothing_yet(client: Browser, ada: Subscriber) -> None:
    assert "No subscriptions yet" in read(client, PAGE)
    answer = client.post(f"{PAGE}/portal")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "You have not subscribed to anything yet" in read(client, PAGE)


def test_the_page_tells_plan_price_next_charge_card_and_key(
    client: Browser, ada: Subscriber
) -> None:
    subscription = ada.subscribe(make_plan(unit_amount=1500), quantity=2)
    end = day(subscription.current_period_end)
    assert f"Next charge €30.00 on {end}" in read(client, PAGE)
    page = read(client, f"{PAGE}/{ada.token}")
    for words in (
        "<dt>Price</dt><dd>€30.00 every month</dd>",
        "<dt>Seats</dt><dd>2</dd>",
        f"<dt>Next charge</dt><dd>€30.00 on {end}</dd>",
        "Visa ending in 4242, until 12/2034",
        "0 of 6 devices in use",
        "The subscription is active.",
        ">Active<",
    ):
        assert words in page


def test_the_page_of_licenses_leads_to_the_subscription(client: Browser, ada: Subscriber) -> None:
    ada.subscribe(make_plan())
    page = read(client, "/account/licenses")
    assert "Good while you subscribe" in page
    assert f'href="{PAGE}/{ada.token}"' in page


def test_files_that_are_subscribed_to_are_one_click_away(client: Browser, ada: Subscriber) -> None:
    price = make_plan(kind=Kind.DIGITAL)
    make_release(price.variant.product)
    ada.subscribe(price)
    page = read(client, f"{PAGE}/{ada.token}")
    assert "Your files" in page
    assert 'href="http://localhost/downloads/' in page
    assert "devices in use" not in page


def test_the_list_asks_as_few_questions_for_three_as_for_one(
    client: Browser, ada: Subscriber
) -> None:
    counts = []
    for _ in range(3):
        ada.subscribe(make_plan())
        with count_queries() as queries:
            read(client, PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 6


def test_a_trial_says_until_when_and_what_follows(client: Browser, ada: Subscriber) -> None:
    subscription = ada.subscribe(make_plan(trial_days=14))
    end = day(subscription.trial_end)
    assert f"Free until {end}, then €5.00 every month" in read(client, PAGE)
    page = read(client, f"{PAGE}/{ada.token}")
    assert f"<dt>Trial</dt><dd>Free until {end}</dd>" in page
    assert f"€5.00 on {end}" in page


def to_portal(client: Browser, ada: Subscriber, flow: str, **chosen: object) -> str:
    """By the button on our page."""
    answer = client.post(f"{PAGE}/{ada.token}/{flow}", data=chosen)
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith(ada.sandbox.url), answer.location
    return answer.location


def come_back(client: Browser, address: str) -> str:
    """From Stripe, before its events have come; the page where that ends."""
    here = address.removeprefix("http://localhost")
    assert eventually(lambda: client.get(here).status_code == 303)
    return read(client, here.partition("?")[0])


def test_canceling_keeps_access_to_the_end_and_can_be_taken_back(
    client: Browser, ada: Subscriber
) -> None:
    subscription = ada.subscribe(make_plan())
    end = day(subscription.current_period_end)
    assert f"You keep access until {end}, and nothing more is charged." in read(
        client, f"{PAGE}/{ada.token}/cancellation"
    )
    back = confirm(
        ada.sandbox, to_portal(client, ada, "cancel"), feedback="unused", comment="Too busy"
    )
    page = come_back(client, back)
    assert f"You have access until {end}, and nothing more is charged." in page
    assert f"Ends on {end}" in page
    assert "Change plan" not in page
    subscription = ada.subscription
    assert (subscription.cancel_reason, subscription.cancel_comment) == ("unused", "Too busy")
    assert client.post(f"{PAGE}/{ada.token}/cancel").location == f"{PAGE}/{ada.token}"
    assert "Keep it first" in read(client, f"{PAGE}/{ada.token}")
    old_tab = client.get(f"{PAGE}/{ada.token}/plan")
    assert (old_tab.status_code, old_tab.location) == (303, f"{PAGE}/{ada.token}")
    assert "Keep it first" in read(client, f"{PAGE}/{ada.token}")

    assert client.post(f"{PAGE}/{ada.token}/keep").status_code == 303
    page = read(client, f"{PAGE}/{ada.token}")
    assert "Kept: your subscription goes on as before." in page
    assert f"<dt>Next charge</dt><dd>€5.00 on {end}</dd>" in page


def test_a_new_card_is_seen_when_its_owner_comes_back(client: Browser, ada: Subscriber) -> None:
    ada.subscribe(make_plan())
    card = {"number": "5555555555554444", "expiry": "12 / 40", "cvc": "123", "name": "Ada"}
    back = confirm(ada.sandbox, to_portal(client, ada, "payment_method"), **card)
    page = come_back(client, back)
    assert "Mastercard ending in 4444, until 12/2040" in page
    assert "The card ending in 4444 is charged from now on." in page


def test_pausing_and_resuming_within_what_is_paid_costs_nothing(
    client: Browser, ada: Subscriber
) -> None:
    ada.subscribe(make_plan())
    page = come_back(client, confirm(ada.sandbox, to_portal(client, ada, "pause")))
    assert "This subscription is paused." in page
    assert ">Resume<" in page
    assert (ada.subscription.status, ada.subscription.has_access) == (
        SubscriptionStatus.PAUSED,
        False,
    )
    assert client.post(f"{PAGE}/{ada.token}/resume").status_code == 303
    subscription = ada.subscription
    assert (subscription.status, subscription.has_access) == (SubscriptionStatus.ACTIVE, True)
    invoices = ada.sandbox._ask("GET", f"/invoices?customer={subscription.stripe_customer_id}")
    assert [one["amount_due"] for one in invoices["data"]] == [500]


def test_coming_back_from_stripe_before_its_events(client: Browser, ada: Subscriber) -> None:
    page = ada.open(make_plan())
    ada.sandbox.pay_checkout(page)
    shown = read(client, f"{PAGE}/{ada.token}")
    assert ">Active<" in shown
    assert "waiting" not in shown


def test_while_stripe_is_silent_the_page_waits(client: Browser, ada: Subscriber) -> None:
    page = ada.open(make_plan())
    ada.sandbox.pay_checkout(page)
    ada.sandbox.fault("500", path="/v1/checkout.*", times=2)
    answer = client.get(f"{PAGE}/{ada.token}")
    assert "We are waiting for Stripe." in answer.text
    assert '<meta http-equiv="refresh" content="2">' in answer.text
    again = client.get(f"{PAGE}/{ada.token}")
    assert "We are waiting for Stripe." in again.text  # asked a moment ago, and not again
    session.execute(update(Subscription).values(asked_at=None))
    commit()
    assert "Active" in read(client, f"{PAGE}/{ada.token}")


def test_who_left_stripes_page_is_told_that_nothing_began(client: Browser, ada: Subscriber) -> None:
    price = make_plan()
    ada.open(price)
    page = read(client, f"{PAGE}/{ada.token}")
    assert "This has not begun" in page
    assert f'href="/subscribe/{price.id}?quantity=1"' in page
    assert "No subscriptions yet" in read(client, PAGE)


def test_a_card_that_expires_before_the_next_charge_is_named(
    client: Browser, ada: Subscriber
) -> None:
    ada.open(make_plan(interval=Interval.YEAR))
    expiry = f"{ada.subscription.now + timedelta(days=60):%m / %y}"
    ada.sandbox.pay_checkout(ada.page, expiry=expiry)
    ada.listen()
    assert "It expires before the next charge." in read(client, f"{PAGE}/{ada.token}")


def test_a_failed_renewal_says_until_when_everything_works(
    client: Browser, ada: Subscriber
) -> None:
    ada.subscribe(make_plan(trial_days=3), card="4000000000000341")
    subscription = ada.advance(days=4)
    assert subscription.past_due_since
    page = read(client, f"{PAGE}/{ada.token}")
    until = day(subscription.past_due_since + timedelta(days=7))
    assert f"The payment failed. Everything works until {until}." in page.replace("</strong>", "")


def test_what_rests_is_not_called_ended(client: Browser, ada: Subscriber) -> None:
    ada.subscribe(make_plan(trial_days=3), card="4000000000000341")
    ada.advance(days=4)
    ada.advance(days=8)
    assert "On hold until it is paid." in read(client, PAGE)
    page = read(client, f"{PAGE}/{ada.token}")
    assert "Access rests until it is paid." in page
    assert ">On hold<" in page
    licenses = read(client, "/account/licenses")
    assert ">On hold<" in licenses
    assert "rests until the subscription is paid" in licenses
    assert ">Ended<" not in page + licenses


def test_the_end_leaves_what_the_license_keeps(client: Browser, ada: Subscriber) -> None:
    price = make_plan()
    make_policy(price.variant.product, on_expiry=OnExpiry.KEEP_VERSIONS)
    make_release(price.variant.product, version="3.2.0")
    ada.subscribe(price)
    page = read(client, f"{PAGE}/{ada.token}/cancellation")
    assert "What was released by that day goes on working" in page
    assert "opens nothing" not in page
    ada.change(cancel_at_period_end="true")
    ada.advance(days=32)
    for address in (f"{PAGE}/{ada.token}", "/account/licenses"):
        page = read(client, address)
        assert "Yours for good up to version 3.2.0" in page
        assert "Updates ended" in page


def test_b08_another_persons_subscription_does_not_exist(client: Browser, ada: Subscriber) -> None:
    other = make_subscriber(ada.sandbox, "bea@example.org")
    token = other.subscribe(make_plan()).token
    for path in ("", "/cancellation", "/plan"):
        assert client.get(f"{PAGE}/{token}{path}").status_code == 404
    acts = ("cancel", "pause", "payment_method", "keep", "stay", "resume", "collect", "plan")
    for path in (f"/{act}" for act in acts):
        assert client.post(f"{PAGE}/{token}{path}").status_code == 404
    assert token not in client.get(PAGE).text
    session.rollback()
    assert other.subscription.ends_at is None
