"""The portal as a customer sees it."""

import re
from typing import Any

import pytest
import requests
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.test_invoices import payer

SHOP = "https://shop.test/account"
FIELDS = {"number": "5555555555554444", "expiry": "12 / 34", "cvc": "123", "name": "Ada"}


class Portal:
    """A customer with a monthly plan over 10 euros, who may do everything."""

    def __init__(self, v1: stripe.V1Services, clock: str | None = None, **features: Any) -> None:
        self.v1 = v1
        self.customer = payer(v1, **({"test_clock": clock} if clock else {}))
        self.products = [v1.products.create({"name": "Editor"}).id for _ in range(2)]
        self.small, self.large = map(self._price, self.products, (1000, 3000))
        self.subscription = v1.subscriptions.create(
            {"customer": self.customer.id, "items": [{"price": self.small}]}
        )
        allowed: Any = {**self._features(), **features}
        self.configuration = v1.billing_portal.configurations.create(
            {"business_profile": {"headline": "Keys and more"}, "features": allowed}
        )

    def _features(self) -> dict[str, Any]:
        reasons = {"enabled": True, "options": ["too_expensive", "other"]}
        prices = (self.small, self.large)
        return {
            "customer_update": {"enabled": True, "allowed_updates": ["name", "email", "address"]},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_pause": {"enabled": True},
            "subscription_cancel": {"enabled": True, "cancellation_reason": reasons},
            "subscription_update": {
                "enabled": True,
                "default_allowed_updates": ["price", "quantity"],
                "proration_behavior": "always_invoice",
                "products": [
                    {
                        "product": product,
                        "prices": [price],
                        "adjustable_quantity": {"enabled": True},
                    }
                    for product, price in zip(self.products, prices, strict=True)
                ],
            },
        }

    def _price(self, product: str, amount: int) -> str:
        price = self.v1.prices.create(
            {
                "product": product,
                "currency": "eur",
                "unit_amount": amount,
                "recurring": {"interval": "month"},
            }
        )
        return price.id

    def open(self, **params: Any) -> str:
        """The address of a new session."""
        given: Any = {
            "customer": self.customer.id,
            "configuration": self.configuration.id,
            "return_url": SHOP,
            **params,
        }
        return self.v1.billing_portal.sessions.create(given).url

    def flow(self, kind: str, **details: Any) -> str:
        about = {"subscription": self.subscription.id, **details}
        after = {"type": "redirect", "redirect": {"return_url": f"{SHOP}?done={kind}"}}
        return self.open(flow_data={"type": kind, "after_completion": after, kind: about})

    def current(self) -> stripe.Subscription:
        return self.v1.subscriptions.retrieve(self.subscription.id)


@pytest.fixture
def portal(v1: stripe.V1Services) -> Portal:
    return Portal(v1)


def read(page: str, status: int = 200) -> str:
    answer = requests.get(page, timeout=10)
    assert answer.status_code == status
    return answer.text


def send(page: str, **typed: Any) -> requests.Response:
    return requests.post(page, data=typed, timeout=10, allow_redirects=False)


def test_the_home_shows_everything(portal: Portal) -> None:
    shown = read(portal.open())
    for text in (
        "Keys and more",
        "Editor",
        "€10.00 per month",
        "Renews on",
        "Visa •••• 4242",
        "Cancel subscription",
        "Update subscription",
        "Pause subscription",
        "ada@example.org",
        f'href="{SHOP}"',
        "/i/in_",
    ):
        assert text in shown


def test_what_is_not_allowed_is_not_there(v1: stripe.V1Services) -> None:
    off = {"enabled": False}
    portal = Portal(v1, subscription_cancel=off, subscription_update=off, invoice_history=off)
    page = portal.open()
    shown = read(page)
    assert not re.search("Cancel subscription|Update subscription|Invoice history", shown)
    read(f"{page}/{portal.subscription.id}/cancel", 403)
    read(f"{page}/{portal.subscription.id}/plans", 403)


def test_canceling_sets_a_date_and_can_be_undone(portal: Portal, sandbox: StripeSandbox) -> None:
    page = portal.open()
    task = f"{page}/{portal.subscription.id}/cancel"
    assert "It&#39;s too expensive" in read(task)
    answer = send(task, feedback="too_expensive", comment="Sorry")
    assert answer.headers["Location"].endswith("?done=subscription_cancel")

    canceled = portal.current()
    assert canceled.cancel_at == canceled["items"].data[0].current_period_end
    assert (canceled.cancel_at_period_end, canceled.status) == (False, "active")
    assert canceled.cancellation_details is not None
    assert canceled.cancellation_details.feedback == "too_expensive"
    assert canceled.cancellation_details.comment == "Sorry"
    assert canceled.cancellation_details.reason == "cancellation_requested"
    assert "Cancels on" in read(page)
    [event] = sandbox.events("customer.subscription.updated")[:1]
    assert event["data"]["previous_attributes"]["cancel_at"] is None

    send(f"{page}/{portal.subscription.id}/keep")
    kept = portal.current()
    assert (kept.cancel_at, kept.cancellation_details) == (None, None)


def test_a_canceled_subscription_ends_with_its_period(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    clock = v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    portal = Portal(v1, clock.id)
    send(f"{portal.open()}/{portal.subscription.id}/cancel")
    end = portal.current().cancel_at
    assert end is not None
    sandbox.advance(clock.id, end - 60)
    assert portal.current().status == "active"
    sandbox.advance(clock.id, end + 60)
    assert (portal.current().status, portal.current().ended_at) == ("canceled", end)
    assert len(v1.invoices.list().data) == 1


def test_canceling_at_once(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    portal = Portal(v1, subscription_cancel={"enabled": True, "mode": "immediately"})
    page = portal.open()
    assert "ends at once" in read(f"{page}/{portal.subscription.id}/cancel")
    for _ in range(2):  # the button pressed twice
        assert send(f"{page}/{portal.subscription.id}/cancel").status_code == 303
    assert portal.current().status == "canceled"
    assert "There is no subscription" in read(page)
    assert len(sandbox.events("customer.subscription.deleted")) == 1


def test_a_flow_is_for_one_task(portal: Portal) -> None:
    page = portal.flow("subscription_cancel")
    answer = requests.get(page, timeout=10)
    assert answer.url.endswith("/cancel")
    assert f'href="{SHOP}">Go back' in answer.text

    done = send(answer.url)
    assert done.headers["Location"] == f"{SHOP}?done=subscription_cancel"
    assert portal.current().cancel_at is not None
    assert send(answer.url).status_code == 303  # the button pressed twice


def test_an_offer_may_change_the_customers_mind(portal: Portal, v1: stripe.V1Services) -> None:
    coupon = v1.coupons.create(
        {"percent_off": 25, "duration": "repeating", "duration_in_months": 3}
    )
    offer = {"type": "coupon_offer", "coupon_offer": {"coupon": coupon.id}}
    task = requests.get(portal.flow("subscription_cancel", retention=offer), timeout=10)
    assert "Stay with 25% off for 3 months" in task.text
    done = send(task.url.replace("/cancel", "/accept-offer"))
    assert done.headers["Location"] == f"{SHOP}?done=subscription_cancel"
    kept = v1.subscriptions.retrieve(portal.subscription.id, {"expand": ["discounts"]})
    assert kept.cancel_at is None
    [discount] = kept.discounts
    assert isinstance(discount, stripe.Discount)
    assert discount.source.coupon == coupon.id
    with pytest.raises(stripe.InvalidRequestError):
        portal.flow(
            "subscription_cancel",
            retention={"type": "coupon_offer", "coupon_offer": {"coupon": "gone"}},
        )


def test_choosing_a_plan_shows_what_it_costs_and_bills_it(
    portal: Portal, v1: stripe.V1Services
) -> None:
    page = portal.open()
    plans = read(f"{page}/{portal.subscription.id}/plans")
    assert re.findall(r'value="(price_\w+)"( checked)?', plans) == [
        (portal.small, " checked"),
        (portal.large, ""),
    ]
    change = f"{page}/{portal.subscription.id}/change"
    preview = read(f"{change}?price={portal.large}&quantity=1")
    assert "€30.00 per month" in preview
    assert re.search(r"Amount due today.*€20\.00", preview, re.DOTALL)
    assert portal.current()["items"].data[0].price.id == portal.small
    assert len(v1.invoices.list().data) == 1

    item = portal.subscription["items"].data[0].id
    answer = send(change, item=item, price=portal.large, quantity=1)
    assert answer.headers["Location"].endswith("?done=subscription_update")
    after = portal.current()
    assert after["items"].data[0].price.id == portal.large
    invoice = v1.invoices.retrieve(str(after.latest_invoice))
    assert (invoice.status, invoice.billing_reason) == ("paid", "subscription_update")
    assert 1990 <= invoice.amount_paid <= 2000


def test_a_flow_may_name_the_plan(portal: Portal) -> None:
    item = portal.subscription["items"].data[0].id
    page = portal.flow(
        "subscription_update_confirm", items=[{"id": item, "price": portal.large, "quantity": 2}]
    )
    answer = requests.get(page, timeout=10)
    assert "€60.00 per month" in answer.text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', answer.text))
    assert hidden == {"item": item, "price": portal.large, "quantity": "2"}
    done = send(answer.url, **hidden)
    assert done.headers["Location"] == f"{SHOP}?done=subscription_update_confirm"
    assert portal.current()["items"].data[0].quantity == 2


def test_a_downgrade_may_wait_for_the_end_of_the_period(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    portal = Portal(v1)
    item = portal.subscription["items"].data[0].id
    v1.subscriptions.update(portal.subscription.id, {"items": [{"id": item, "quantity": 3}]})
    conditions = [{"type": "decreasing_item_amount"}]
    feature: Any = {"schedule_at_period_end": {"conditions": conditions}}
    v1.billing_portal.configurations.update(
        portal.configuration.id, {"features": {"subscription_update": feature}}
    )
    page = portal.open()
    change = f"{page}/{portal.subscription.id}/change"
    preview = read(f"{change}?price={portal.small}&quantity=2")
    assert "Takes effect on" in preview
    assert "€0.00" in preview
    send(change, item=item, price=portal.small, quantity=2)

    waiting = portal.current()
    assert waiting["items"].data[0].quantity == 3
    schedule = v1.subscription_schedules.retrieve(str(waiting.schedule))
    assert [phase["items"][0].quantity for phase in schedule.phases] == [3, 2]
    assert schedule.phases[1].start_date == waiting["items"].data[0].current_period_end
    assert "Changes to 2 \u00d7 Editor" in read(page)

    send(f"{page}/{portal.subscription.id}/stay")
    assert portal.current().schedule is None
    send(change, item=item, price=portal.small, quantity=2)
    send(change, item=item, price=portal.large, quantity=1)  # more: at once
    assert portal.current().schedule is None
    assert portal.current()["items"].data[0].price.id == portal.large
    assert len(sandbox.events("subscription_schedule.released")) == 2


def test_a_refused_card_changes_no_plan(portal: Portal, v1: stripe.V1Services) -> None:
    poor = v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": portal.customer.id})
    v1.subscriptions.update(portal.subscription.id, {"default_payment_method": poor.id})
    change = f"{portal.open()}/{portal.subscription.id}/change"
    item = portal.subscription["items"].data[0].id
    answer = send(change, item=item, price=portal.large, quantity=1)
    assert answer.status_code == 402
    assert "Your card was declined." in answer.text
    assert portal.current()["items"].data[0].price.id == portal.small


def test_a_plan_that_is_not_offered_cannot_be_had(portal: Portal, v1: stripe.V1Services) -> None:
    other = v1.prices.create(
        {
            "product_data": {"name": "Free"},
            "currency": "eur",
            "unit_amount": 1,
            "recurring": {"interval": "month"},
        }
    )
    change = f"{portal.open()}/{portal.subscription.id}/change"
    item = portal.subscription["items"].data[0].id
    assert send(change, item=item, price=other.id, quantity=1).status_code == 400
    read(f"{change}?price={other.id}", 400)


def test_a_new_card_pays_from_now_on(portal: Portal, v1: stripe.V1Services) -> None:
    old = str(
        portal.customer.invoice_settings and portal.customer.invoice_settings.default_payment_method
    )
    v1.subscriptions.update(portal.subscription.id, {"default_payment_method": old})
    page = portal.open()
    assert send(f"{page}/card", **FIELDS).status_code == 303
    customer = v1.customers.retrieve(portal.customer.id)
    assert customer.invoice_settings is not None
    new = customer.invoice_settings.default_payment_method
    assert new != old
    assert portal.current().default_payment_method == new
    assert "Mastercard •••• 4444" in read(page)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"number": "4000000000000002"}, "Your card was declined."),
        ({"number": "4242424242424241"}, "Your card number is incorrect."),
        ({"cvc": ""}, "security code is incomplete"),
    ],
)
def test_a_refused_card_is_not_saved(
    portal: Portal, v1: stripe.V1Services, typed: dict[str, str], message: str
) -> None:
    answer = send(f"{portal.open()}/card", **{**FIELDS, **typed})
    assert answer.status_code == 422
    assert message in answer.text
    assert len(v1.customers.payment_methods.list(portal.customer.id).data) == 1


@pytest.mark.parametrize("outcome", ["complete", "fail"])
def test_a_new_card_may_need_3d_secure(portal: Portal, v1: stripe.V1Services, outcome: str) -> None:
    page = portal.open(flow_data={"type": "payment_method_update"})
    form = requests.get(page, timeout=10).url
    bank = send(form, **{**FIELDS, "number": "4000002500003155"}).headers["Location"]
    answer = requests.post(bank, data={"outcome": outcome}, timeout=10)
    saved = len(v1.customers.payment_methods.list(portal.customer.id).data)
    if outcome == "complete":
        assert "has been saved" in answer.text
        assert "Visa •••• 3155" in answer.text
        assert saved == 2
    else:
        assert "unable to authenticate" in answer.text
        assert saved == 1


def test_details_are_updated(portal: Portal, v1: stripe.V1Services) -> None:
    page = portal.open()
    assert 'value="ada@example.org"' in read(f"{page}/details")
    assert send(f"{page}/details", email="nobody").status_code == 422
    send(f"{page}/details", email="eva@example.org", name="Eva", city="Bern", country="CH")
    customer = v1.customers.retrieve(portal.customer.id)
    assert (customer.email, customer.name) == ("eva@example.org", "Eva")
    assert customer.address is not None
    assert (customer.address.city, customer.address.line1) == ("Bern", None)


def test_a_subscription_rests(portal: Portal, sandbox: StripeSandbox) -> None:
    page = portal.open()
    send(f"{page}/{portal.subscription.id}/pause")
    assert portal.current().status == "paused"
    assert "Resume" in read(page)
    send(f"{page}/{portal.subscription.id}/resume")
    assert portal.current().status == "active"
    assert len(sandbox.events("customer.subscription.resumed")) == 1


def test_a_confirmation_may_end_a_flow(portal: Portal) -> None:
    after = {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "Bye!"}}
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": portal.subscription.id},
        "after_completion": after,
    }
    task = requests.get(portal.open(flow_data=flow), timeout=10).url
    answer = requests.post(task, timeout=10)
    assert "has been canceled" in answer.text
    assert "Bye!" in answer.text


def test_others_are_not_let_in(
    portal: Portal, v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    stranger = Portal(v1)
    read(f"{stranger.open()}/{portal.subscription.id}/cancel", 404)
    read(f"{sandbox.url}/p/session/bps_nothing", 404)
    page = portal.open()
    box = sandbox.server.box
    with box.store.transaction():
        box.store.private(page.rpartition("/")[2])["expires_at"] = 0
    read(page, 410)
