import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox


@pytest.mark.parametrize(
    ("value", "status"),
    [("DE 123456789", "verified"), ("DE111111111", "unverified"), ("IT00222222222", "pending")],
)
def test_a_vat_number_is_looked_up(
    v1: stripe.V1Services, sandbox: StripeSandbox, value: str, status: str
) -> None:
    customer = v1.customers.create()
    tax_id = v1.customers.tax_ids.create(customer.id, {"type": "eu_vat", "value": value})
    assert tax_id.verification is not None
    assert (tax_id.verification.status, tax_id.country) == ("pending", value[:2])
    if status != "pending":
        sandbox.wait_for("customer.tax_id.updated")
    looked_up = v1.customers.tax_ids.retrieve(customer.id, tax_id.id).verification
    assert looked_up is not None
    assert looked_up.status == status


def test_tax_ids_are_kept_with_their_owner(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    customer = v1.customers.create()
    own = v1.tax_ids.create({"type": "ch_vat", "value": "CHE-123.456.789 MWST"})
    theirs = v1.tax_ids.create(
        {
            "type": "us_ein",
            "value": "12-3456789",
            "owner": {"type": "customer", "customer": customer.id},
        }
    )
    assert [found.id for found in v1.tax_ids.list().data] == [own.id]
    assert [found.id for found in v1.customers.tax_ids.list(customer.id).data] == [theirs.id]
    expanded = v1.customers.retrieve(customer.id, {"expand": ["tax_ids"]})
    assert expanded.tax_ids is not None
    assert expanded.tax_ids.data[0].value == "12-3456789"

    assert v1.customers.tax_ids.delete(customer.id, theirs.id).deleted is True
    assert v1.tax_ids.delete(own.id).deleted is True
    assert len(sandbox.events("customer.tax_id.deleted")) == 1


def test_a_customer_may_bring_tax_ids_along(v1: stripe.V1Services) -> None:
    customer = v1.customers.create({"tax_id_data": [{"type": "us_ein", "value": "12-3456789"}]})
    [tax_id] = v1.customers.tax_ids.list(customer.id).data
    assert (tax_id.type, tax_id.country) == ("us_ein", "US")


def test_a_vat_number_has_a_form(v1: stripe.V1Services) -> None:
    customer = v1.customers.create()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.customers.tax_ids.create(customer.id, {"type": "eu_vat", "value": "123"})
    assert refused.value.code == "tax_id_invalid"
