"""`GET /api/me`: everything of one customer, and nothing of anybody else."""

import pytest

from shop.catalog.models import Kind
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.billing.subscriptions.subscriber import Subscriber, make_plan, make_subscriber
from tests.browser import Browser
from tests.licenses.factories import make_license
from tests.queries import count_queries


@pytest.fixture
def ada(client: Browser, stripe_sandbox: StripeSandbox) -> Subscriber:
    """Signed in."""
    ada = make_subscriber(stripe_sandbox)
    client.sign_in(ada.user.email, "correct horse battery")
    return ada


def test_a_stranger_is_told_to_sign_in(client: Browser) -> None:
    assert client.get("/api/me").status_code == 401


def test_somebody_new_has_nothing(client: Browser) -> None:
    user = make_user(name="Mara")
    client.sign_in(user.email, PASSWORD)
    mine = client.get("/api/me").get_json()
    assert mine["name"] == "Mara"
    assert {mine[name] == [] for name in ("orders", "subscriptions", "licenses", "grants")} == {
        True
    }


def test_what_was_bought_and_subscribed_to_is_there(client: Browser, ada: Subscriber) -> None:
    ada.subscribe(make_plan())
    bought = make_license(user=ada.user)
    mine = client.get("/api/me").get_json()
    assert [one["id"] for one in mine["subscriptions"]] == [ada.token]
    by_cause = {bool(one["order_token"]): one for one in mine["licenses"]}
    assert by_cause[True]["key"] == bought.key
    assert by_cause[False]["subscription_id"] == ada.token
    assert by_cause[False]["key"] == mine["subscriptions"][0]["license"]["key"]
    assert [one["token"] for one in mine["orders"]] == [by_cause[True]["order_token"]]


def test_nothing_of_others_is_told(client: Browser, ada: Subscriber) -> None:
    bea = make_subscriber(ada.sandbox, "bea@example.org")
    bea.subscribe(make_plan())
    bea.subscribe(make_plan(kind=Kind.DIGITAL))
    make_license(user=bea.user)
    mine = client.get("/api/me").get_json()
    assert mine["email"] == ada.user.email
    assert not any(mine[name] for name in ("orders", "subscriptions", "licenses", "grants"))


def test_it_asks_the_same_few_questions_however_much_there_is(
    client: Browser, ada: Subscriber
) -> None:
    ada.subscribe(make_plan())
    with count_queries() as few:
        client.get("/api/me")
    ada.subscribe(make_plan())
    make_license(user=ada.user)
    with count_queries() as more:
        client.get("/api/me")
    assert len(more) <= len(few) + 1  # the lines of orders, once there are any
