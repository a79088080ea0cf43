"""Somebody with an account subscribes, pays on Stripe's page and comes back."""

import html

from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Interval, Price
from shop.db import commit, session
from tests.accounts.factories import PASSWORD, make_user
from tests.billing.subscriptions.subscriber import make_plan
from tests.flows.shopping import TYPED
from tests.flows.stage import Stage
from tests.licenses.factories import make_policy

API = "/api/subscriptions"


def request_by_api(stage: Stage) -> None:
    price = open_shelf(stage)
    stage.curtain_up()
    answer = stage.browser.post(API, json={"price_id": price.id}).json()
    assert answer["url"].startswith(stage.sandbox.url)


def request_on_page(stage: Stage) -> None:
    price = open_shelf(stage)
    here = f"/subscribe/{price.id}"
    stage.curtain_up()
    assert "Start the free trial" in stage.browser.get(here).text
    stage.browser.post(here, data={"quantity": 1})


def pay_and_come_back(stage: Stage) -> None:
    page = begin(stage, open_shelf(stage))
    stage.curtain_up()
    back = stage.browser.to_stripe(page, **TYPED).headers["Location"]
    shown = html.unescape(stage.browser.get(back).text)
    assert "Good while you subscribe" in shown


def pay_and_leave(stage: Stage) -> None:
    page = begin(stage, open_shelf(stage))
    stage.hear("customer.subscription.created")
    stage.browser.to_stripe(page, **TYPED)
    stage.curtain_up()
    stage.deliver()
    stage.work()
    stage.curtain_down()
    assert session.query(Subscription).one().has_access
    assert stage.mails() == 1


def open_shelf(stage: Stage, *, trial_days: int = 14) -> Price:
    """A plan of a licensed product, by month and by year; somebody is signed in."""
    price = make_plan(trial_days=trial_days)
    make_plan(variant=price.variant, unit_amount=5000, interval=Interval.YEAR)
    make_policy(price.variant.product, machine_limit=3)
    stage.browser.sign_in(make_user(name="Mara Lindt").email, PASSWORD)
    return price


def begin(stage: Stage, price: Price) -> str:
    """The address of Stripe's page."""
    url: str = stage.browser.post(API, json={"price_id": price.id}).json()["url"]
    commit()
    return url
