"""The page between a plan and Stripe's page."""

import html
from datetime import timedelta

import pytest

from shop.accounts.models import User
from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Interval, Price
from shop.db import session, utcnow
from shop.web import show_date
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.billing.subscriptions.subscriber import Subscriber, make_plan
from tests.browser import Browser
from tests.factories import make_price, make_variant


@pytest.fixture
def user(client: Browser) -> User:
    user = make_user()
    assert client.sign_in(user.email, PASSWORD).status_code == 303
    return user


def read(client: Browser, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return " ".join(html.unescape(answer.text).split())


def team_plans() -> tuple[Price, Price]:
    """By month and by year."""
    monthly = make_plan(unit_amount=1500, trial_days=14)
    monthly.variant.options = {"Edition": "Team"}
    yearly = make_plan(variant=monthly.variant, unit_amount=13500, interval=Interval.YEAR)
    return monthly, yearly


def test_it_says_what_is_due_when_and_how_often(client: Browser, user: User) -> None:
    _monthly, yearly = team_plans()
    page = read(client, f"/subscribe/{yearly.id}?quantity=2")
    assert "Subscribe for €270.00" in page
    assert "<dt>Due today</dt><dd>€270.00</dd>" in page
    assert "€270.00 every year" in page
    assert "Atlas, Team renews every year at €270.00 until you cancel." in page
    assert "days free" not in page.partition("Due today")[2]


def test_a_trial_names_its_end_and_takes_nothing_today(client: Browser, user: User) -> None:
    monthly, _yearly = team_plans()
    page = read(client, f"/subscribe/{monthly.id}")
    assert "Start the free trial" in page
    assert "<dt>Due today</dt><dd>€0.00</dd>" in page
    end = show_date(utcnow() + timedelta(days=14))
    assert f"Free until {end}. Then Atlas, Team renews every month at €15.00" in page
    assert f"Cancel before {end} and nothing is charged." in page
    assert "Today nothing is charged." in page


def test_all_plans_of_the_product_can_be_switched_to(client: Browser, user: User) -> None:
    monthly, yearly = team_plans()
    page = read(client, f"/subscribe/{monthly.id}?quantity=3")
    assert f'href="/subscribe/{yearly.id}?quantity=3"' in page
    assert f'href="/subscribe/{monthly.id}?quantity=3" aria-current="true"' in page


@pytest.mark.parametrize("quantity", ["0", "100", "-1", "x", "1.5", "", "٣"])
def test_an_odd_number_of_seats_is_told_beside_its_field(
    client: Browser, user: User, quantity: str
) -> None:
    monthly, _yearly = team_plans()
    page = read(client, f"/subscribe/{monthly.id}?quantity={quantity}", 422)
    assert 'id="quantity-error"' in page
    answer = client.post(f"/subscribe/{monthly.id}", data={"quantity": quantity})
    assert answer.status_code == 422
    assert f'value="{quantity}"' in answer.text
    assert session.query(Subscription).count() == 0


def test_a_stranger_signs_in_and_comes_back_to_the_choice(client: Browser) -> None:
    monthly, _yearly = team_plans()
    here = f"/subscribe/{monthly.id}?quantity=2"
    page = read(client, here)
    assert "Sign in to subscribe." in page
    assert "Start the free trial" not in page
    assert f"/sign-in?next=/subscribe/{monthly.id}?quantity%3D2" in page
    user = make_user()
    typed = {"email": user.email, "password": PASSWORD, "next": here}
    assert client.post("/sign-in", data=typed).location == here
    assert client.post(here, data={"quantity": 2}).status_code == 303


def test_a_post_without_an_account_leads_to_the_page(client: Browser) -> None:
    monthly, _yearly = team_plans()
    answer = client.post(f"/subscribe/{monthly.id}", data={"quantity": 2})
    assert (answer.status_code, answer.location) == (303, f"/subscribe/{monthly.id}?quantity=2")


def test_the_button_leads_to_stripe(
    client: Browser, user: User, stripe_sandbox: StripeSandbox
) -> None:
    monthly, _yearly = team_plans()
    answer = client.post(f"/subscribe/{monthly.id}", data={"quantity": 2})
    assert answer.status_code == 303
    assert answer.location.startswith(stripe_sandbox.url)
    page = stripe_sandbox._http.get(answer.location, timeout=10).text
    assert f"http://localhost/subscribe/{monthly.id}?quantity=2" in html.unescape(page)


def test_stripe_that_is_down_loses_nothing(
    client: Browser, user: User, stripe_sandbox: StripeSandbox
) -> None:
    monthly, _yearly = team_plans()
    stripe_sandbox.fault("500", times=4)
    answer = client.post(f"/subscribe/{monthly.id}", data={"quantity": 2})
    assert answer.status_code == 503
    assert "Payments are not available right now." in answer.text
    assert 'value="2"' in answer.text
    stripe_sandbox.clear_faults()
    assert client.post(f"/subscribe/{monthly.id}", data={"quantity": 2}).status_code == 303


def test_who_has_it_already_is_led_to_the_account(client: Browser, subscriber: Subscriber) -> None:
    monthly, yearly = team_plans()
    token = subscriber.subscribe(monthly).token
    client.sign_in(subscriber.user.email, "correct horse battery")
    page = read(client, f"/subscribe/{yearly.id}")
    assert "You have Atlas already" in page
    assert f'href="/account/subscriptions/{token}"' in page
    answer = client.post(f"/subscribe/{yearly.id}", data={"quantity": 1})
    assert (answer.status_code, answer.location) == (303, f"/subscribe/{yearly.id}?quantity=1")


def test_a_trial_is_not_promised_twice(client: Browser, subscriber: Subscriber) -> None:
    monthly, _yearly = team_plans()
    subscription = subscriber.subscribe(monthly)
    subscriber.sandbox._ask("DELETE", f"/subscriptions/{subscription.stripe_subscription_id}")
    subscriber.listen()
    client.sign_in(subscriber.user.email, "correct horse battery")
    page = read(client, f"/subscribe/{monthly.id}")
    assert "You had your trial of Atlas before" in page
    assert "<dt>Due today</dt><dd>€15.00</dd>" in page


def test_what_is_withdrawn_or_bought_once_is_no_plan(client: Browser, user: User) -> None:
    once = make_price(variant=make_variant())
    gone = make_plan(is_active=False)
    assert client.get(f"/subscribe/{once.id}").status_code == 422
    assert client.get(f"/subscribe/{gone.id}").status_code == 404
    assert client.get("/subscribe/999999").status_code == 404
