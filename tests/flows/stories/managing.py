"""A subscriber changes the plan, the card, or their mind."""

import html

from sqlalchemy import update

from shop.billing.subscriptions import portal_settings
from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Price
from shop.db import commit, session
from tests.billing.subscriptions.portal_visitor import see
from tests.flows.shopping import TYPED
from tests.flows.stage import Stage
from tests.flows.stories.subscribing import begin, open_shelf

PAGE = "/account/subscriptions"


def open_portal_by_api(stage: Stage) -> None:
    token = subscribe(stage, has_portal=False)
    stage.curtain_up()
    sent = {"subscription_id": token, "flow": "payment_method"}
    url = stage.browser.post("/api/billing-portal", json=sent).json()["url"]
    stage.curtain_down()
    assert "payment method" in see(stage.sandbox, url)


def change_plan(stage: Stage) -> None:
    token = subscribe(stage)
    yearly = session.query(Price).order_by(Price.unit_amount.desc()).first()
    assert yearly
    wished = {"price_id": yearly.id, "quantity": 1}
    commit()
    stage.curtain_up()
    shown = stage.browser.get(f"{PAGE}/{token}/plan?price_id={yearly.id}&quantity=1").text
    assert "€50.00 every year" in html.unescape(shown)
    portal = stage.browser.post(f"{PAGE}/{token}/plan", data=wished).headers["Location"]
    confirm_at_stripe(stage, portal, "change")
    come_back(stage, token, "plan")
    assert "Changed to " in stage.browser.get(f"{PAGE}/{token}").text


def change_card(stage: Stage) -> None:
    token = subscribe(stage)
    stage.curtain_up()
    portal = stage.browser.post(f"{PAGE}/{token}/payment_method").headers["Location"]
    card = {**TYPED, "number": "5555555555554444"}
    stage.browser.to_stripe(f"{portal}/card", **card)
    come_back(stage, token, "payment_method")
    assert "4444" in stage.browser.get(f"{PAGE}/{token}").text


def cancel_and_keep(stage: Stage) -> None:
    token = subscribe(stage)
    stage.curtain_up()
    portal = stage.browser.post(f"{PAGE}/{token}/cancel").headers["Location"]
    confirm_at_stripe(stage, portal, "cancel", feedback="unused")
    come_back(stage, token, "cancel")
    assert "nothing more is charged" in stage.browser.get(f"{PAGE}/{token}").text
    stage.browser.post(f"{PAGE}/{token}/keep")


def subscribe(stage: Stage, *, has_portal: bool = True) -> str:
    """Paid and heard of; the subscription's token.

    :param has_portal: whether Stripe was told before what may be done in the portal.
    """
    page = begin(stage, open_shelf(stage, trial_days=0))
    stage.hear("checkout.session.completed")
    stage.browser.to_stripe(page, **TYPED)
    stage.deliver()
    stage.work()
    stage.hear("test_helpers.test_clock.ready")  # which nothing here causes
    token = session.query(Subscription).one().token
    if has_portal:
        portal_settings.keep_all()
    session.execute(update(Subscription).values(asked_at=None))
    commit()
    return token


def confirm_at_stripe(stage: Stage, portal: str, task: str, **typed: str) -> None:
    """Press the button of the portal's page for one subscription."""
    row = session.query(Subscription).one()
    stripe_id, item = row.stripe_subscription_id, row.stripe_item_id
    commit()
    if task == "change":
        shown = see(stage.sandbox, portal)
        price = shown.partition('name="price" value="')[2].partition('"')[0]
        typed = {"item": item or "", "price": price, "quantity": "1"}
    stage.browser.to_stripe(f"{portal}/{stripe_id}/{task}", **typed)


def come_back(stage: Stage, token: str, task: str) -> None:
    """Before any event has come: the page asks Stripe."""
    session.execute(update(Subscription).values(asked_at=None))
    commit()
    assert stage.browser.get(f"{PAGE}/{token}?returned={task}").status_code == 303
