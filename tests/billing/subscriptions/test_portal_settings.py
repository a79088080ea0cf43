"""What the portal offers is what the shop offers, and nothing is sent without need."""

from typing import Any

from flask import Flask

from shop.billing.subscriptions import portal, portal_settings
from shop.billing.subscriptions.models import PortalConfiguration
from shop.billing.tasks import keep_portals
from shop.catalog.models import Interval, Price
from shop.db import commit, session
from stripe_sandbox.testing import Control, StripeSandbox
from tests.billing.subscriptions.subscriber import Subscriber, make_plan
from tests.factories import make_variant

WRITES = ("POST", "/v1/billing_portal/configurations")


def writes(sandbox: StripeSandbox) -> int:
    """How often Stripe was told a configuration."""
    log = [(one["method"], one["path"]) for one in sandbox.requests()]
    return sum(method == WRITES[0] and path.startswith(WRITES[1]) for method, path in log)


def configuration(sandbox: Control, scope: str) -> Any:
    session.expire_all()
    id = session.query(PortalConfiguration).filter_by(scope=scope).one().stripe_configuration_id
    commit()
    return sandbox._ask("GET", f"/billing_portal/configurations/{id}")["features"]


def atlas() -> tuple[Price, str]:
    """Two editions, one of them by month and by year; the scope of its portal."""
    small = make_plan(unit_amount=500)
    product = small.variant.product
    make_plan(variant=small.variant, unit_amount=5000, interval=Interval.YEAR)
    make_plan(variant=make_variant(product=product, position=1), unit_amount=1500)
    return small, portal_settings.scope_of(product.id, "EUR")


def test_it_offers_our_plans_and_bills_as_our_page_says(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    _small, scope = atlas()
    portal_settings.keep(scope)
    features = configuration(stripe_sandbox, scope)
    update = features["subscription_update"]
    assert sorted(len(one["prices"]) for one in update["products"]) == [1, 2]
    assert update["proration_behavior"] == "always_invoice"
    assert update["trial_update_behavior"] == "continue_trial"
    assert {one["type"] for one in update["schedule_at_period_end"]["conditions"]} == {
        *("decreasing_item_amount", "shortening_interval"),
    }
    assert features["subscription_cancel"]["mode"] == "at_period_end"
    assert features["customer_update"]["allowed_updates"] == ["name", "address", "tax_id"]
    assert features["subscription_pause"]["enabled"] is True


def test_nothing_is_sent_while_nothing_changes(app: Flask, stripe_sandbox: StripeSandbox) -> None:
    run = app.test_cli_runner().invoke
    _small, _scope = atlas()
    first = run(args=["stripe", "sync"])
    assert first.output == "2 portal configurations are as they should be.\n"
    assert writes(stripe_sandbox) == 2
    assert run(args=["stripe", "sync"]).exit_code == 0
    keep_portals.run()
    assert writes(stripe_sandbox) == 2


def test_plans_that_come_and_go_are_told_each_time(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    """Also when the offer becomes what it was before: no answer of Stripe's is replayed."""
    small, scope = atlas()
    portal_settings.keep(scope)
    seen = []
    for is_active in (False, True, False):
        session.get_one(Price, small.id).is_active = is_active
        commit()
        keep_portals.run()
        offered = configuration(stripe_sandbox, scope)["subscription_update"]["products"]
        seen.append(sum(len(one["prices"]) for one in offered))
    assert seen == [2, 3, 2]


def test_a_newer_price_takes_the_place_of_an_older_one(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    small, scope = atlas()
    newer = make_plan(variant=small.variant, unit_amount=600)
    prices = portal_settings.switchable(small.variant.product_id, "EUR")
    assert newer.id in {price.id for price in prices}
    assert small.id not in {price.id for price in prices}
    portal_settings.keep(scope)


def test_without_plans_the_rest_can_still_be_managed(subscriber: Subscriber) -> None:
    price = make_plan()
    subscription = subscriber.subscribe(price)
    session.get_one(Price, price.id).is_active = False
    commit()
    assert portal.open_flow(subscriber.user, subscription, portal.Flow.CANCEL)
    scope = portal_settings.scope_of(subscription.product_id, "EUR")
    features = configuration(subscriber.sandbox, scope)
    assert features["subscription_update"]["enabled"] is False


def test_settings_that_stripe_lost_are_made_anew(subscriber: Subscriber) -> None:
    subscription = subscriber.subscribe(make_plan())
    portal.open_flow(subscriber.user, subscription, portal.Flow.CANCEL)
    session.query(PortalConfiguration).update({"stripe_configuration_id": "bpc_gone"})
    commit()
    url = portal.open_flow(subscriber.user, subscriber.subscription, portal.Flow.CANCEL)
    assert url.startswith(subscriber.sandbox.url)


def test_stripe_that_is_down_is_asked_again_later(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    _small, scope = atlas()
    portal_settings.keep(scope)
    make_plan(variant=make_variant(product=_small.variant.product, position=2), unit_amount=900)
    stripe_sandbox.fault("500", times=10)
    keep_portals.run()
    failed = app.test_cli_runner().invoke(args=["stripe", "sync"])
    assert failed.exit_code == 1
    assert "not available" in failed.output
    stripe_sandbox.clear_faults()
    keep_portals.run()
    offered = configuration(stripe_sandbox, scope)["subscription_update"]["products"]
    assert len(offered) == 3
