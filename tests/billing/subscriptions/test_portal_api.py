"""`POST /api/billing-portal`: a way into Stripe's portal, for one's own things only."""

import pytest

from shop.catalog.models import Interval
from tests.accounts.factories import PASSWORD, make_user
from tests.billing.subscriptions.portal_visitor import see
from tests.billing.subscriptions.subscriber import Subscriber, make_plan, make_subscriber
from tests.browser import Browser

URL = "/api/billing-portal"
WORDS = {
    "plan": "Update your subscription",
    "payment_method": "payment method",
    "cancel": "Cancel your subscription",
    "pause": "Pause your subscription",
}


@pytest.fixture
def ada(client: Browser, subscriber: Subscriber) -> Subscriber:
    client.sign_in(subscriber.user.email, "correct horse battery")
    return subscriber


def test_each_flow_leads_to_its_page(client: Browser, ada: Subscriber) -> None:
    price = make_plan()
    make_plan(variant=price.variant, unit_amount=5000, interval=Interval.YEAR)
    ada.subscribe(price)
    for flow, words in WORDS.items():
        answer = client.post(URL, json={"subscription_id": ada.token, "flow": flow})
        assert answer.status_code == 200, answer.text
        assert words.lower() in see(ada.sandbox, answer.get_json()["url"]).lower()


def test_without_a_flow_it_is_the_portals_home(client: Browser, ada: Subscriber) -> None:
    ada.subscribe(make_plan())
    for body in ({}, {"subscription_id": ada.token}):
        page = see(ada.sandbox, client.post(URL, json=body).get_json()["url"])
        assert "Current subscriptions" in page
        assert "Atlas" in page


def test_a_plan_can_be_named(client: Browser, ada: Subscriber) -> None:
    price = make_plan()
    yearly = make_plan(variant=price.variant, unit_amount=5000, interval=Interval.YEAR)
    ada.subscribe(price)
    body = {"subscription_id": ada.token, "flow": "plan", "price_id": yearly.id}
    page = see(ada.sandbox, client.post(URL, json=body).get_json()["url"])
    assert "€50.00 per year" in page
    same = client.post(URL, json=body | {"price_id": price.id})
    assert (same.status_code, same.get_json()["detail"]) == (409, "This is your plan already.")


def test_b08_what_belongs_to_another_customer_does_not_exist(
    client: Browser, ada: Subscriber
) -> None:
    ada.subscribe(make_plan())
    bea = make_subscriber(ada.sandbox, "bea@example.org")
    bea.subscribe(make_plan())
    for flow in (None, *WORDS):
        answer = client.post(URL, json={"subscription_id": bea.token, "flow": flow})
        assert answer.status_code == 404
    stripe_id = bea.subscription.stripe_subscription_id
    assert client.post(URL, json={"subscription_id": stripe_id}).status_code == 404
    home = see(ada.sandbox, client.post(URL, json={}).get_json()["url"])
    assert "bea@example.org" not in home


def test_who_has_nothing_is_told_so(client: Browser) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    answer = client.post(URL, json={})
    assert answer.status_code == 409
    assert "not subscribed to anything yet" in answer.get_json()["detail"]


def test_it_needs_an_account_and_good_input(client: Browser, ada: Subscriber) -> None:
    assert client.post(URL, json={"flow": "cancel"}).status_code == 422
    assert client.post(URL, json={"flow": "everything"}).status_code == 422
    ada.subscribe(make_plan())
    odd = {"subscription_id": ada.token, "flow": "plan", "quantity": 0}
    assert client.post(URL, json=odd).status_code == 422
    client.post("/sign-out")
    assert client.post(URL, json={}).status_code == 401


def test_what_is_canceled_already_says_so(client: Browser, ada: Subscriber) -> None:
    subscription = ada.subscribe(make_plan())
    ada.sandbox._ask(
        "POST", f"/subscriptions/{subscription.stripe_subscription_id}", cancel_at_period_end="true"
    )
    ada.listen()
    answer = client.post(URL, json={"subscription_id": ada.token, "flow": "cancel"})
    assert answer.status_code == 409
    assert "Keep it first" in answer.get_json()["detail"]
