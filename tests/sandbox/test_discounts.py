"""Coupons, promotion codes and what they take off."""

import time
from typing import Any, cast

import pytest
import stripe

from stripe_sandbox.billing import discounts
from stripe_sandbox.billing.discounts import Part
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import InvalidRequest
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.testing import StripeSandbox

NOW = int(time.time()) + 30 * 86_400


@pytest.fixture
def box(sandbox: StripeSandbox) -> Sandbox:
    return sandbox.server.box


def take_off(box: Sandbox, given: dict[str, str], *parts: Part, at: int = NOW) -> list[int]:
    """What a discount leaves of each part."""
    with box.store.transaction():
        discount = discounts.make(box, given, Purchase("eur", NOW))
        amounts = discounts.apply(box, [discount["id"]], list(parts), at)
    return [
        part.amount - sum(member["amount"] for member in members)
        for part, members in zip(parts, amounts, strict=True)
    ]


def test_a_coupon_has_a_life(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    coupon = v1.coupons.create({"percent_off": 12.5, "duration": "forever", "name": "Spring"})
    assert len(coupon.id) == 8
    assert (coupon.valid, coupon.times_redeemed, coupon.percent_off) == (True, 0, 12.5)
    assert v1.coupons.update(coupon.id, {"name": "Summer"}).name == "Summer"
    assert [found.id for found in v1.coupons.list().data] == [coupon.id]

    assert v1.coupons.delete(coupon.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError) as missing:
        v1.coupons.retrieve(coupon.id)
    assert missing.value.code == "resource_missing"
    assert [event["type"] for event in sandbox.events()][::-1] == [
        "coupon.created",
        "coupon.updated",
        "coupon.deleted",
    ]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "percent_off"),
        ({"percent_off": 10, "amount_off": 100, "currency": "eur"}, "percent_off"),
        ({"percent_off": 101}, "percent_off"),
        ({"amount_off": 100}, "currency"),
        ({"percent_off": 10, "duration": "repeating"}, "duration_in_months"),
        ({"percent_off": 10, "duration_in_months": 3}, "duration_in_months"),
        ({"percent_off": 10, "redeem_by": 1}, "redeem_by"),
        ({"percent_off": 10, "applies_to": {"products": ["prod_x"]}}, "applies_to[products]"),
    ],
)
def test_what_is_no_coupon(v1: stripe.V1Services, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.coupons.create(cast(Any, params))
    assert refused.value.param == param


def test_a_percentage_is_spread_to_the_cent(v1: stripe.V1Services, box: Sandbox) -> None:
    coupon = v1.coupons.create({"percent_off": 10, "duration": "once"})
    left = take_off(box, {"coupon": coupon.id}, Part(333), Part(333), Part(334), Part(-50))
    assert sum(left) == 900 - 50
    assert left[-1] == -50


def test_an_amount_takes_no_more_than_there_is(v1: stripe.V1Services, box: Sandbox) -> None:
    coupon = v1.coupons.create({"amount_off": 500, "currency": "EUR", "duration": "once"})
    assert coupon.currency == "eur"
    assert take_off(box, {"coupon": coupon.id}, Part(300), Part(100)) == [0, 0]
    assert take_off(box, {"coupon": coupon.id}, Part(900), Part(100)) == [450, 50]


def test_a_coupon_may_be_for_some_products_only(v1: stripe.V1Services, box: Sandbox) -> None:
    mug = v1.products.create({"name": "Mug"})
    coupon = v1.coupons.create({"percent_off": 50, "applies_to": {"products": [mug.id]}})
    shown = v1.coupons.retrieve(coupon.id, {"expand": ["applies_to"]})
    assert shown.applies_to is not None
    assert shown.applies_to.products == [mug.id]
    assert take_off(box, {"coupon": coupon.id}, Part(200, mug.id), Part(200)) == [100, 200]


def test_a_repeating_coupon_ends_after_its_months(v1: stripe.V1Services, box: Sandbox) -> None:
    coupon = v1.coupons.create(
        {"percent_off": 50, "duration": "repeating", "duration_in_months": 3}
    )
    days = 24 * 3600
    assert take_off(box, {"coupon": coupon.id}, Part(200), at=NOW + 88 * days) == [100]
    assert take_off(box, {"coupon": coupon.id}, Part(200), at=NOW + 93 * days) == [200]


def test_a_coupon_is_used_up(v1: stripe.V1Services, box: Sandbox) -> None:
    coupon = v1.coupons.create({"percent_off": 50, "max_redemptions": 1})
    take_off(box, {"coupon": coupon.id}, Part(100))
    after = v1.coupons.retrieve(coupon.id)
    assert (after.valid, after.times_redeemed) == (False, 1)
    with pytest.raises(InvalidRequest) as refused:
        take_off(box, {"coupon": coupon.id}, Part(100))
    assert refused.value.details["code"] == "coupon_expired"


def test_a_deleted_coupon_keeps_its_discounts(v1: stripe.V1Services, box: Sandbox) -> None:
    coupon = v1.coupons.create({"percent_off": 50, "duration": "forever"})
    with box.store.transaction():
        discount = dict(discounts.make(box, {"coupon": coupon.id}, Purchase("eur", NOW)))
    v1.coupons.delete(coupon.id)
    with box.store.transaction():
        assert discounts.apply(box, [discount["id"]], [Part(100)], NOW)[0][0]["amount"] == 50


def test_a_promotion_code_has_a_life(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    coupon = v1.coupons.create({"percent_off": 20})
    promotion: Any = {"type": "coupon", "coupon": coupon.id}
    code = v1.promotion_codes.create({"promotion": promotion, "code": "WELCOME"})
    with pytest.raises(stripe.InvalidRequestError) as taken:
        v1.promotion_codes.create({"promotion": promotion, "code": "welcome"})
    assert taken.value.param == "code"

    found = v1.promotion_codes.list({"code": "welcome", "active": True, "coupon": coupon.id}).data
    assert [member.id for member in found] == [code.id]
    shown = v1.promotion_codes.retrieve(code.id, {"expand": ["promotion.coupon"]})
    assert isinstance(shown.promotion.coupon, stripe.Coupon)
    assert v1.promotion_codes.update(code.id, {"active": False}).active is False
    assert v1.promotion_codes.create({"promotion": promotion, "code": "WELCOME"}).active
    with pytest.raises(stripe.InvalidRequestError):
        v1.promotion_codes.update(code.id, {"active": True})
    assert len(sandbox.events("promotion_code.updated")) == 1


@pytest.mark.parametrize(
    ("terms", "purchase", "reason"),
    [
        ({"max_redemptions": 0}, {}, "inactive"),
        ({"expires_at": NOW - 86_400}, {}, "inactive"),
        ({"customer": True}, {}, "another customer"),
        (
            {"restrictions": {"minimum_amount": 500, "minimum_amount_currency": "eur"}},
            {"amount": 499},
            "minimum amount",
        ),
        ({"restrictions": {"first_time_transaction": True}}, {"customer": True}, "prior"),
    ],
)
def test_what_a_promotion_code_asks_for(
    v1: stripe.V1Services,
    box: Sandbox,
    terms: dict[str, Any],
    purchase: dict[str, Any],
    reason: str,
) -> None:
    customer = v1.customers.create()
    v1.payment_intents.create(
        {
            "amount": 500,
            "currency": "eur",
            "confirm": True,
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "return_url": "https://shop.test/return",
        }
    )
    coupon = v1.coupons.create({"percent_off": 20})
    given = {**terms, **({"customer": customer.id} if "customer" in terms else {})}
    params: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}, **given}
    code = v1.promotion_codes.create(params)
    buyer = {**purchase, **({"customer": customer.id} if "customer" in purchase else {})}
    with pytest.raises(InvalidRequest, match=reason), box.store.transaction():
        discounts.make(box, {"promotion_code": code.id}, Purchase("eur", NOW, **buyer))
