"""Another plan or another number of seats: previewed here, confirmed on Stripe's page."""

import html
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from shop.billing.subscriptions.models import PastPlan, Subscription, SubscriptionStatus
from shop.catalog.models import Interval, Price
from shop.db import commit, session
from shop.licenses import machines
from shop.licenses.codes import Code
from shop.licenses.finds import Question
from shop.licenses.models import License
from tests.billing.subscriptions.portal_visitor import confirm, see
from tests.billing.subscriptions.subscriber import Subscriber, day, make_plan
from tests.browser import Browser
from tests.factories import make_variant

PASSWORD = "correct horse battery"


@dataclass
class Plans:
    small: Price
    team: Price
    yearly: Price
    """Of the small edition."""


@pytest.fixture
def plans() -> Plans:
    small = make_plan(unit_amount=500)
    small.variant.options = {"Edition": "Personal"}
    team_variant = make_variant(
        product=small.variant.product, options={"Edition": "Team"}, position=1
    )
    team = make_plan(variant=team_variant, unit_amount=1500)
    yearly = make_plan(variant=small.variant, unit_amount=4500, interval=Interval.YEAR)
    return Plans(small, team, yearly)


@pytest.fixture
def ada(client: Browser, subscriber: Subscriber) -> Subscriber:
    assert client.sign_in(subscriber.user.email, PASSWORD).status_code == 303
    return subscriber


def preview(client: Browser, ada: Subscriber, price: Price, quantity: int = 1) -> str:
    address = f"/account/subscriptions/{ada.token}/plan?price_id={price.id}&quantity={quantity}"
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(answer.text.partition("<main")[2]).split())


def change(client: Browser, ada: Subscriber, price: Price, quantity: int = 1) -> Subscription:
    """On our page and Stripe's; its events are heard."""
    chosen = {"price_id": price.id, "quantity": quantity}
    answer = client.post(f"/account/subscriptions/{ada.token}/plan", data=chosen)
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith(ada.sandbox.url), answer.location
    confirm(ada.sandbox, answer.location)
    ada.listen()
    return ada.subscription


def invoices(ada: Subscriber) -> list[int]:
    """What was billed, newest first."""
    customer = ada.subscription.stripe_customer_id
    commit()
    found = ada.sandbox._ask("GET", f"/invoices?customer={customer}")["data"]
    return [one["amount_due"] for one in found]


def sit_down(number: int) -> Code:
    """What one more machine is told."""
    license = session.scalars(select(License)).one()
    question = Question(license.key or "", f"machine-{number}-fingerprint")
    code = machines.activate(question).code
    commit()
    return code


def test_all_plans_can_be_looked_at(client: Browser, ada: Subscriber, plans: Plans) -> None:
    ada.subscribe(plans.small)
    page = preview(client, ada, plans.small)
    assert "This is your plan now." in page
    assert "Your plan now" in page
    for words in ("€5.00 every month", "€15.00 every month", "€45.00 every year"):
        assert words in page
    assert "Go on to confirm" not in page


def test_a_dearer_plan_is_charged_and_works_at_once(
    client: Browser, ada: Subscriber, plans: Plans
) -> None:
    subscription = ada.subscribe(plans.small)
    ada.advance(days=10)
    page = preview(client, ada, plans.team)
    assert "the difference for the rest of the period is charged now" in page
    assert f"From {day(subscription.current_period_end)}" in page
    due = page.partition("<dt>Due now</dt><dd>")[2].partition("<")[0]
    assert due.startswith("€6."), page
    subscription = change(client, ada, plans.team)
    assert subscription.price_id == plans.team.id
    assert subscription.entries[-1].text == "Changed to Atlas, Team, every month."
    assert f"€{invoices(ada)[0] / 100:.2f}" == due


def test_a_cheaper_plan_waits_for_the_end_of_the_period(
    client: Browser, ada: Subscriber, plans: Plans
) -> None:
    subscription = ada.subscribe(plans.team)
    end = day(subscription.current_period_end)
    page = preview(client, ada, plans.small)
    assert f"It takes effect on {end}. Until then everything stays as it is." in page
    assert "<dt>Due now</dt><dd>€0.00</dd>" in page
    assert f"<dt>From {end}</dt><dd>€5.00 every month</dd>" in page
    subscription = change(client, ada, plans.small)
    assert subscription.price_id == plans.team.id
    assert subscription.next_price_id == plans.small.id
    shown = html.unescape(client.get(f"/account/subscriptions/{ada.token}").text)
    assert f"<dt>From {end}</dt><dd>Atlas, Personal, €5.00 every month</dd>" in shown
    assert f"€5.00 on {end}" in shown
    subscription = ada.advance(days=32)
    assert (subscription.price_id, subscription.next_price_id) == (plans.small.id, None)
    assert invoices(ada) == [500, 1500]
    past = session.scalars(select(PastPlan)).one()
    assert (past.price_id, past.quantity) == (plans.team.id, 1)
    assert day(past.until) == day(subscription.now)


def test_who_stays_keeps_the_present_plan(client: Browser, ada: Subscriber, plans: Plans) -> None:
    ada.subscribe(plans.team)
    change(client, ada, plans.small)
    assert client.post(f"/account/subscriptions/{ada.token}/stay").status_code == 303
    assert ada.subscription.next_price_id is None
    subscription = ada.advance(days=32)
    assert subscription.price_id == plans.team.id


def test_a_year_instead_of_months_begins_at_once(
    client: Browser, ada: Subscriber, plans: Plans
) -> None:
    ada.subscribe(plans.small)
    page = preview(client, ada, plans.yearly)
    due = page.partition("<dt>Due now</dt><dd>")[2].partition("<")[0]
    subscription = change(client, ada, plans.yearly)
    assert subscription.current_period_end
    assert (subscription.current_period_end - subscription.now).days > 360
    assert f"€{invoices(ada)[0] / 100:.2f}" == due
    assert f"From {day(subscription.current_period_end)}" in page


def test_in_the_trial_nothing_is_charged_for_a_change(
    client: Browser, ada: Subscriber, plans: Plans
) -> None:
    plans.small.trial_days = 14
    ada.subscribe(plans.small)
    page = preview(client, ada, plans.team)
    assert "Your trial goes on, and nothing is charged before its end." in page
    assert "<dt>Due now</dt><dd>€0.00</dd>" in page
    subscription = change(client, ada, plans.team)
    assert (subscription.status, subscription.price_id) == (
        SubscriptionStatus.TRIALING,
        plans.team.id,
    )
    assert max(invoices(ada)) == 0


def test_b06_fewer_seats_take_none_from_a_machine_that_has_one(
    client: Browser, ada: Subscriber, plans: Plans
) -> None:
    ada.subscribe(plans.small, quantity=2)
    assert {sit_down(number) for number in range(5)} == {Code.VALID}
    page = preview(client, ada, plans.small, 1)
    assert (
        "5 devices use it, the new plan allows 3: none is signed out, but no new one gets in"
    ) in page
    change(client, ada, plans.small, 1)
    ada.advance(days=32)
    license = session.scalars(select(License)).one()
    assert (license.machine_limit, license.machines) == (3, 5)
    assert (sit_down(4), sit_down(6)) == (Code.VALID, Code.TOO_MANY_MACHINES)


def test_b06_more_seats_work_at_once(client: Browser, ada: Subscriber, plans: Plans) -> None:
    ada.subscribe(plans.small)
    assert {sit_down(number) for number in range(3)} == {Code.VALID}
    page = preview(client, ada, plans.small, 4)
    assert "12 devices can use it; 3 devices use it now." in page
    assert change(client, ada, plans.small, 4).quantity == 4
    license = session.scalars(select(License)).one()
    assert license.machine_limit == 12


def test_a_plan_of_another_product_is_none(client: Browser, ada: Subscriber, plans: Plans) -> None:
    ada.subscribe(plans.small)
    other, gone = make_plan(), make_plan(variant=plans.team.variant, is_active=False)
    for price in (other, gone):
        chosen = {"price_id": price.id, "quantity": 1}
        answer = client.post(f"/account/subscriptions/{ada.token}/plan", data=chosen)
        assert answer.status_code == 422
        assert "This plan cannot be changed to." in answer.text


def test_stripe_that_is_silent_is_told_in_words(
    client: Browser, ada: Subscriber, plans: Plans
) -> None:
    ada.subscribe(plans.small)
    preview(client, ada, plans.team)
    ada.sandbox.fault("500", path=".*create_preview", times=4)
    answer = client.get(
        f"/account/subscriptions/{ada.token}/plan?price_id={plans.team.id}&quantity=1"
    )
    assert answer.status_code == 503
    assert "not available right now" in answer.text
    assert "Go on to confirm" not in answer.text


def test_the_portals_page_shows_the_same_plan(
    client: Browser, ada: Subscriber, plans: Plans
) -> None:
    ada.subscribe(plans.small)
    chosen = {"price_id": plans.team.id, "quantity": 2}
    answer = client.post(f"/account/subscriptions/{ada.token}/plan", data=chosen)
    page = see(ada.sandbox, answer.location)
    assert "2 \u00d7 Atlas, Team" in page
    assert "€30.00 per month" in page
