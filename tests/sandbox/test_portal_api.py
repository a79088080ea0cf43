"""Billing portal: configurations and sessions."""

from typing import Any, cast

import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox

CANCEL: Any = {"subscription_cancel": {"enabled": True}}


@pytest.fixture
def customer(v1: stripe.V1Services) -> stripe.Customer:
    return v1.customers.create({"email": "ada@example.org"})


def test_a_configuration_allows_what_it_names(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    product = v1.products.create({"name": "Editor"})
    price = v1.prices.create(
        {
            "product": product.id,
            "currency": "eur",
            "unit_amount": 900,
            "recurring": {"interval": "month"},
        }
    )
    made = v1.billing_portal.configurations.create(
        {
            "business_profile": {"headline": "Keys"},
            "features": {
                "subscription_cancel": {"enabled": True},
                "subscription_update": {
                    "enabled": True,
                    "default_allowed_updates": ["price"],
                    "products": [{"product": product.id, "prices": [price.id]}],
                },
            },
        }
    )
    assert made.features.subscription_cancel.enabled is True
    assert made.features.subscription_cancel.mode == "at_period_end"
    assert made.features.invoice_history.enabled is False
    assert made.features.subscription_update.products is not None
    assert made.features.subscription_update.products[0].adjustable_quantity.enabled is False

    changed = v1.billing_portal.configurations.update(
        made.id, {"features": {"subscription_cancel": {"mode": "immediately"}}}
    )
    assert changed.features.subscription_cancel.enabled is True
    assert changed.features.subscription_cancel.mode == "immediately"
    assert v1.billing_portal.configurations.retrieve(made.id).business_profile.headline == "Keys"
    assert [found.id for found in v1.billing_portal.configurations.list().data] == [made.id]
    assert len(sandbox.events("billing_portal.configuration.updated")) == 1


@pytest.mark.parametrize(
    ("features", "param"),
    [
        ({"subscription_update": {"enabled": True}}, "default_allowed_updates"),
        (
            {"subscription_update": {"enabled": True, "default_allowed_updates": ["price"]}},
            "products",
        ),
    ],
)
def test_what_is_no_configuration(
    v1: stripe.V1Services, features: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.billing_portal.configurations.create(cast(Any, {"features": features}))
    assert param in str(refused.value.param)


def test_a_product_has_one_price_for_each_interval(v1: stripe.V1Services) -> None:
    product = v1.products.create({"name": "Editor"}).id
    terms: Any = {"product": product, "currency": "eur", "unit_amount": 900}
    recurring = ("month", "month", "year")
    month, other, year = (
        v1.prices.create(terms | {"recurring": {"interval": interval}}).id for interval in recurring
    )

    def offer(*prices: str) -> stripe.billing_portal.Configuration:
        update: Any = {"enabled": True, "default_allowed_updates": ["price"]}
        update["products"] = [{"product": product, "prices": [*prices]}]
        return v1.billing_portal.configurations.create(
            {"features": {"subscription_update": update}}
        )

    assert offer(month, year).active
    with pytest.raises(stripe.InvalidRequestError, match="unique billing intervals"):
        offer(month, other)


def test_a_session_without_configuration_takes_the_default(
    v1: stripe.V1Services, sandbox: StripeSandbox, customer: stripe.Customer
) -> None:
    sessions = [
        v1.billing_portal.sessions.create(
            {"customer": customer.id, "return_url": "https://shop.test/account"}
        )
        for _ in range(2)
    ]
    [default] = v1.billing_portal.configurations.list({"is_default": True}).data
    assert {session.configuration for session in sessions} == {default.id}
    assert sessions[0].url.startswith(f"{sandbox.url}/p/session/")
    assert len(sandbox.events("billing_portal.session.created")) == 2


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"customer": None}, "customer"),
        ({"customer": "cus_x"}, "customer"),
        ({"configuration": "bpc_x"}, "configuration"),
        ({"flow_data": {"type": "payment_method_update"}}, "flow_data[type]"),
        (
            {
                "flow_data": {
                    "type": "subscription_cancel",
                    "subscription_cancel": {"subscription": "sub_x"},
                }
            },
            "flow_data[subscription_cancel][subscription]",
        ),
        ({"flow_data": {"type": "subscription_cancel"}}, "flow_data[subscription_cancel]"),
    ],
)
def test_what_is_no_session(
    v1: stripe.V1Services, customer: stripe.Customer, change: dict[str, Any], param: str
) -> None:
    configuration = v1.billing_portal.configurations.create({"features": CANCEL})
    given = {"customer": customer.id, "configuration": configuration.id, **change}
    params: Any = {name: value for name, value in given.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.billing_portal.sessions.create(params)
    assert refused.value.param == param
