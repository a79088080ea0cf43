"""The small operations that no story of the other files needs."""

import pytest
import requests
import stripe

from tests.sandbox.test_checkout import TWO_MUGS
from tests.sandbox.test_invoices import invoice_of, payer
from tests.sandbox.test_payments import PAID_NOW


def test_payment_methods_come_and_go(v1: stripe.V1Services) -> None:
    customer = payer(v1)
    [method] = v1.payment_methods.list({"customer": customer.id, "type": "card"}).data
    assert v1.customers.payment_methods.retrieve(customer.id, method.id).id == method.id
    changed = v1.payment_methods.update(method.id, {"billing_details": {"name": "Ada"}})
    assert changed.billing_details.name == "Ada"

    assert v1.payment_methods.detach(method.id).customer is None
    assert v1.customers.payment_methods.list(customer.id).data == []
    with pytest.raises(stripe.InvalidRequestError):
        v1.customers.payment_methods.retrieve(customer.id, method.id)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        v1.payment_methods.attach(method.id, {"customer": customer.id})


def test_the_balance_adds_up(v1: stripe.V1Services) -> None:
    assert v1.balance.retrieve().pending[0].amount == 0
    intent = v1.payment_intents.create(PAID_NOW)
    [transaction] = v1.balance_transactions.list({"type": "charge"}).data
    assert transaction.source == intent.latest_charge
    assert v1.balance_transactions.retrieve(transaction.id).net == 1200 - transaction.fee
    balance = v1.balance.retrieve()
    assert (balance.pending[0].amount, balance.available[0].amount) == (transaction.net, 0)


def test_a_charge_has_a_receipt(v1: stripe.V1Services) -> None:
    intent = v1.payment_intents.create({**PAID_NOW, "expand": ["latest_charge"]})
    assert isinstance(intent.latest_charge, stripe.Charge)
    url = str(intent.latest_charge.receipt_url)
    page = requests.get(url, timeout=10)
    assert "Visa •••• 4242" in page.text
    assert "€12.00" in page.text
    assert requests.get(f"{url}x", timeout=10).status_code == 404


def test_charges_and_refunds_take_notes(v1: stripe.V1Services) -> None:
    charge = str(v1.payment_intents.create(PAID_NOW).latest_charge)
    assert v1.charges.update(charge, {"description": "A mug"}).description == "A mug"
    refund = v1.refunds.create({"charge": charge, "amount": 100})
    noted = v1.refunds.update(refund.id, {"metadata": {"why": "broken"}})
    assert noted.metadata is not None
    assert noted.metadata.to_dict() == {"why": "broken"}
    assert [found.id for found in v1.refunds.list({"charge": charge}).data] == [refund.id]


def test_products_and_prices_are_edited(v1: stripe.V1Services) -> None:
    product = v1.products.create({"name": "Mug"})
    price = v1.prices.create({"product": product.id, "currency": "eur", "unit_amount": 900})
    assert v1.prices.update(price.id, {"nickname": "Plain"}).nickname == "Plain"
    changed = v1.products.update(product.id, {"name": "Cup", "default_price": price.id})
    assert (changed.name, changed.default_price) == ("Cup", price.id)


def test_sessions_of_checkout_are_looked_up(v1: stripe.V1Services) -> None:
    session = v1.checkout.sessions.create(TWO_MUGS)
    assert [found.id for found in v1.checkout.sessions.list({"status": "open"}).data] == [
        session.id
    ]
    noted = v1.checkout.sessions.update(session.id, {"metadata": {"cart": "7"}})
    assert noted.metadata is not None
    assert noted.metadata.to_dict() == {"cart": "7"}
    [line] = v1.checkout.sessions.line_items.list(session.id).data
    assert (line.quantity, line.amount_total) == (2, 1200)


def test_invoices_are_edited_and_looked_up(v1: stripe.V1Services) -> None:
    customer = payer(v1)
    draft = invoice_of(v1, customer.id)
    assert v1.invoices.update(draft.id, {"description": "For mugs"}).description == "For mugs"
    [item] = v1.invoice_items.list({"invoice": draft.id}).data
    assert v1.invoice_items.retrieve(item.id).amount == 1200
    v1.invoices.pay(draft.id)
    [payment] = v1.invoice_payments.list({"invoice": draft.id}).data
    assert v1.invoice_payments.retrieve(payment.id).status == "paid"
    note = v1.credit_notes.create({"invoice": draft.id, "amount": 100, "credit_amount": 100})
    assert v1.credit_notes.retrieve(note.id).number == note.number


def test_a_subscription_is_paused_and_loses_its_discount(v1: stripe.V1Services) -> None:
    price = v1.prices.create(
        {
            "product_data": {"name": "Editor"},
            "currency": "eur",
            "unit_amount": 1000,
            "recurring": {"interval": "month"},
        }
    )
    coupon = v1.coupons.create({"percent_off": 10, "duration": "forever"})
    subscription = v1.subscriptions.create(
        {
            "customer": payer(v1).id,
            "items": [{"price": price.id}],
            "discounts": [{"coupon": coupon.id}],
        }
    )
    assert v1.subscriptions.delete_discount(subscription.id).deleted is True
    assert v1.subscriptions.retrieve(subscription.id).discounts == []
    assert v1.subscriptions.pause(subscription.id).status == "paused"


def test_a_customer_has_no_discount_of_their_own(v1: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        v1.customers.delete_discount(v1.customers.create().id)
    assert missing.value.code == "resource_missing"


def test_endpoints_tokens_events_and_tax_ids_are_looked_up(v1: stripe.V1Services) -> None:
    endpoint = v1.webhook_endpoints.create(
        {"url": "http://127.0.0.1:9/hook", "enabled_events": ["charge.failed"]}
    )
    changed = v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    assert changed.status == "disabled"
    assert [found.id for found in v1.webhook_endpoints.list().data] == [endpoint.id]
    v1.webhook_endpoints.delete(endpoint.id)

    token = v1.test_helpers.confirmation_tokens.create({"payment_method": "pm_card_visa"})
    assert v1.confirmation_tokens.retrieve(token.id).payment_intent is None
    v1.customers.create()
    [event] = v1.events.list({"type": "customer.created"}).data
    assert v1.events.retrieve(event.id).type == "customer.created"
    tax_id = v1.tax_ids.create({"type": "us_ein", "value": "12-3456789"})
    assert v1.tax_ids.retrieve(tax_id.id).value == "12-3456789"
