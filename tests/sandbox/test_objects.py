import time

import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.test_payments import PAID_NOW


def test_pages_hold_up_while_objects_are_deleted(v1: stripe.V1Services) -> None:
    made = [v1.products.create({"name": f"Mug {number}"}).id for number in range(25)]
    first = v1.products.list({"limit": 10})
    assert first.has_more
    cursor = first.data[-1].id
    v1.products.delete(cursor)
    rest = v1.products.list({"limit": 100, "starting_after": cursor})

    assert [product.id for product in [*first.data, *rest.data]] == made[::-1]
    assert not rest.has_more
    back = v1.products.list({"limit": 10, "ending_before": rest.data[0].id})
    assert [product.id for product in back.data] == [product.id for product in first.data[:-1]]


def test_the_library_walks_all_pages(v1: stripe.V1Services) -> None:
    made = {v1.products.create({"name": str(number)}).id for number in range(12)}
    found = [product.id for product in v1.products.list({"limit": 5}).auto_paging_iter()]
    assert len(found) == 12
    assert set(found) == made


def test_more_than_100_at_once_are_refused(v1: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.products.list({"limit": 101})
    assert refused.value.param == "limit"


def test_lists_are_filtered(v1: stripe.V1Services) -> None:
    ada = v1.customers.create({"email": "ada@example.org"})
    v1.customers.create({"email": "eva@example.org"})
    assert [c.id for c in v1.customers.list({"email": "ada@example.org"}).data] == [ada.id]
    assert v1.customers.list({"created": {"gt": int(time.time()) + 60}}).data == []
    assert len(v1.customers.list({"created": {"gte": ada.created}}).data) == 2


def test_expanding_goes_four_levels_deep_and_no_further(v1: stripe.V1Services) -> None:
    intent = v1.payment_intents.create(PAID_NOW)
    assert isinstance(intent.latest_charge, str)
    deep = v1.payment_intents.retrieve(
        intent.id, {"expand": ["latest_charge.balance_transaction.source.payment_intent"]}
    )
    assert isinstance(deep.latest_charge, stripe.Charge)

    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        v1.payment_intents.retrieve(intent.id, {"expand": ["a.b.c.d.e"]})
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        v1.payment_intents.retrieve(intent.id, {"expand": ["amount_due"]})
    listed = v1.payment_intents.list({"expand": ["data.latest_charge"]}).data[0]
    assert isinstance(listed.latest_charge, stripe.Charge)


def test_a_missing_object_is_a_404(v1: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        v1.payment_intents.retrieve("pi_nothing")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")


def test_a_deleted_customer_says_so_and_a_deleted_product_is_gone(v1: stripe.V1Services) -> None:
    customer, product = v1.customers.create(), v1.products.create({"name": "Mug"})
    v1.customers.delete(customer.id)
    v1.products.delete(product.id)

    assert v1.customers.retrieve(customer.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        v1.products.retrieve(product.id)
    assert v1.customers.list().data == []


def test_metadata_is_merged_and_removed_by_empty_values(v1: stripe.V1Services) -> None:
    customer = v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    changed = v1.customers.update(customer.id, {"metadata": {"a": "", "c": "3"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}


def test_a_price_keeps_its_lookup_key_until_another_takes_it(v1: stripe.V1Services) -> None:
    product = v1.products.create({"name": "Mug"})
    old = v1.prices.create(
        {"product": product.id, "currency": "eur", "unit_amount": 900, "lookup_key": "mug"}
    )
    with pytest.raises(stripe.InvalidRequestError):
        v1.prices.create(
            {"product": product.id, "currency": "eur", "unit_amount": 950, "lookup_key": "mug"}
        )
    new = v1.prices.create(
        {
            "product": product.id,
            "currency": "eur",
            "unit_amount": 950,
            "lookup_key": "mug",
            "transfer_lookup_key": True,
        }
    )
    assert [price.id for price in v1.prices.list({"lookup_keys": ["mug"]}).data] == [new.id]
    assert v1.prices.retrieve(old.id).lookup_key is None


def test_reset_forgets_everything(sandbox: StripeSandbox, v1: stripe.V1Services) -> None:
    v1.customers.create()
    sandbox.fault("500")
    sandbox.reset()
    assert v1.customers.list().data == []
    assert sandbox.events() == []
