import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox

NEW_YEAR = 1_767_225_600
DAY = 24 * 3600


def test_a_customer_lives_in_the_time_of_its_clock(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    clock = v1.test_helpers.test_clocks.create({"frozen_time": NEW_YEAR, "name": "Renewals"})
    customer = v1.customers.create({"email": "ada@example.org", "test_clock": clock.id})
    assert customer.created == NEW_YEAR
    assert customer.test_clock == clock.id

    answer = v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": NEW_YEAR + DAY})
    assert (answer.status, answer.frozen_time) == ("advancing", NEW_YEAR)
    sandbox.wait_for("test_helpers.test_clock.ready")
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    intent = v1.payment_intents.create(
        {
            "amount": 900,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": method.id,
            "confirm": True,
            "off_session": True,
        }
    )

    assert v1.test_helpers.test_clocks.retrieve(clock.id).frozen_time == NEW_YEAR + DAY
    assert intent.created == NEW_YEAR + DAY
    assert sandbox.wait_for("charge.succeeded")["created"] == NEW_YEAR + DAY
    assert v1.customers.create().created > NEW_YEAR + DAY


def test_the_stages_of_a_clock_are_told(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    clock = v1.test_helpers.test_clocks.create({"frozen_time": NEW_YEAR})
    sandbox.advance(clock.id, NEW_YEAR + 60)
    v1.test_helpers.test_clocks.delete(clock.id)
    assert [event["type"] for event in sandbox.events()][::-1] == [
        f"test_helpers.test_clock.{stage}" for stage in ("created", "advancing", "ready", "deleted")
    ]


def test_a_clock_takes_its_customers_with_it(v1: stripe.V1Services) -> None:
    clock = v1.test_helpers.test_clocks.create({"frozen_time": NEW_YEAR})
    customer = v1.customers.create({"test_clock": clock.id})
    other = v1.customers.create()
    assert v1.test_helpers.test_clocks.delete(clock.id).deleted is True
    assert v1.customers.retrieve(customer.id).deleted is True
    assert [found.id for found in v1.customers.list().data] == [other.id]
    assert v1.test_helpers.test_clocks.list().data == []


@pytest.mark.parametrize("offset", [0, -DAY, 3 * 366 * DAY])
def test_a_clock_goes_forward_and_not_too_far(v1: stripe.V1Services, offset: int) -> None:
    clock = v1.test_helpers.test_clocks.create({"frozen_time": NEW_YEAR})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": NEW_YEAR + offset})
    assert refused.value.param == "frozen_time"
