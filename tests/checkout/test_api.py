"""The checkout over JSON, as the purchase diagram has it."""

from typing import Any

import pytest

from shop.catalog.models import Kind
from shop.checkout.models import CheckoutStatus
from shop.orders.models import PaymentState
from tests.checkout.buyer import BERLIN, CONTACT, SESSIONS, Buyer
from tests.checkout.looking import orders, payments, the_order, the_session
from tests.factories import make_price


def test_the_steps_lead_to_a_payment(buyer: Buyer) -> None:
    buyer.add(make_price(unit_amount=2_000), quantity=2)
    created = buyer.post(SESSIONS)
    assert (created.status_code, buyer.post(SESSIONS).status_code) == (201, 200)
    assert (created.json["next_step"], created.json["needs_delivery"]) == ("contact", True)
    url = f"{SESSIONS}/{created.json['id']}"
    assert buyer.put(f"{url}/contact", json=CONTACT).json["next_step"] == "address"
    answer = buyer.put(f"{url}/address", json={"billing": BERLIN})
    assert answer.json["next_step"] == "delivery"
    names = [option["name"] for option in answer.json["delivery_options"]]
    assert names == ["Standard", "Express", "Pickup"]
    answer = buyer.put(f"{url}/delivery", json={"method_id": 2})
    assert (answer.json["next_step"], answer.json["payment"]) == ("payment", None)
    assert answer.json["amounts"]["total"] == 4_000 + 1_290
    paying = buyer.put(f"{url}/payment", json={}).json
    assert (paying["status"], paying["next_step"]) == ("awaiting_payment", "confirmation")
    assert paying["payment"]["client_secret"].startswith(paying["payment"]["intent_id"])
    assert paying["payment"]["status"] == "requires_payment_method"


def test_a_confirmed_payment_completes_the_session(buyer: Buyer) -> None:
    buyer.add(make_price(unit_amount=2_000, stock=3), quantity=2)
    done = buyer.pay(buyer.open_session())
    assert done.status_code == 200, done.text
    assert (done.json["status"], done.json["next_step"]) == ("completed", None)
    assert done.json["order"]["payment_state"] == "paid"
    assert done.json["order"]["number"].startswith("K-")
    assert done.json["payment"]["client_secret"] is None
    assert done.json["lines"][0]["quantity"] == 2
    assert done.json["amounts"]["total"] == 4_490
    assert buyer.get("/api/cart").json["items"] == []


def test_the_shape_is_the_promised_one(buyer: Buyer) -> None:
    buyer.add(make_price())
    promised = {
        *("id", "status", "next_step", "needs_delivery", "contact", "billing_address"),
        *("shipping_address", "delivery", "delivery_options", "lines", "amounts", "currency"),
        *("payment", "order", "expires_at"),
    }
    answer = buyer.post(SESSIONS).json
    assert promised <= set(answer)
    assert {"subtotal", "discount", "delivery", "tax", "total"} <= set(answer["amounts"])


def test_a_method_named_early_pays_later(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    named = {"payment_method": "pm_card_visa"}
    buyer.ok(buyer.put(f"{SESSIONS}/{token}/payment", json=named))
    assert buyer.post(f"{SESSIONS}/{token}/confirm", json={}).json["status"] == "completed"


def test_confirming_without_a_method_is_refused(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    buyer.ok(buyer.put(f"{SESSIONS}/{token}/payment", json={}))
    assert buyer.post(f"{SESSIONS}/{token}/confirm", json={}).status_code == 422


def test_the_wrong_order_of_steps_names_the_next_one(buyer: Buyer) -> None:
    buyer.add(make_price())
    token = buyer.post(SESSIONS).json["id"]
    for step, sent in {
        "address": {"billing": BERLIN},
        "delivery": {"method_id": 1},
        "payment": {},
    }.items():
        answer = buyer.put(f"{SESSIONS}/{token}/{step}", json=sent)
        assert answer.status_code == 409
        assert answer.json["errors"] == {"next_step": ["contact"]}
    assert buyer.confirm(token).json["errors"] == {"next_step": ["contact"]}


def test_what_is_being_paid_cannot_be_changed(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    buyer.ok(buyer.put(f"{SESSIONS}/{token}/payment", json={}))
    answer = buyer.put(f"{SESSIONS}/{token}/contact", json=CONTACT)
    assert answer.status_code == 409
    assert answer.json["errors"] == {"next_step": ["confirmation"]}


def test_a_completed_session_names_its_order(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    order = buyer.ok(buyer.pay(token)).json["order"]["token"]
    answer = buyer.put(f"{SESSIONS}/{token}/contact", json=CONTACT)
    assert (answer.status_code, answer.json["errors"]) == (409, {"order": [order]})
    assert buyer.session(token)["order"]["token"] == order


def test_an_ended_session_is_gone(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    the_session(token).status = CheckoutStatus.EXPIRED
    answer = buyer.put(f"{SESSIONS}/{token}/contact", json=CONTACT)
    assert answer.status_code == 410
    assert buyer.post(SESSIONS).status_code == 201


def test_a_decline_has_the_banks_words_and_the_next_card_pays(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    answer = buyer.pay(token, payment_method="pm_card_chargeDeclinedInsufficientFunds")
    assert answer.status_code == 402
    assert "insufficient funds" in answer.json["detail"]
    assert "Nothing was charged" in answer.json["detail"]
    assert the_order().payment_state is PaymentState.FAILED
    assert buyer.confirm(token).json["status"] == "completed"
    assert len(orders()) == 1


def test_a_method_that_is_not_there_is_the_callers_mistake(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    answer = buyer.pay(token, payment_method="pm_nothing")
    assert answer.status_code == 422
    assert answer.json["errors"]["payment_method"] == [answer.json["detail"]]
    assert buyer.confirm(token).json["status"] == "completed"


def test_a_bank_that_wants_to_see_the_customer_is_named(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    answer = buyer.pay(token, payment_method="pm_card_authenticationRequired")
    assert answer.status_code == 200
    assert answer.json["payment"]["status"] == "requires_action"
    assert answer.json["payment"]["redirect_url"].startswith("http")


def test_who_was_sent_to_the_bank_may_take_another_card(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    sent = buyer.pay(token, payment_method="pm_card_authenticationRequired").json["payment"]
    assert sent["status"] == "requires_action"
    assert buyer.ok(buyer.confirm(token)).json["status"] == "completed"
    assert (len(orders()), len(payments())) == (1, 1)


def test_somebody_elses_session_does_not_exist(buyer: Buyer, stranger: Buyer) -> None:
    buyer.add(make_price())
    stranger.add(make_price())
    token = buyer.post(SESSIONS).json["id"]
    assert buyer.get(f"{SESSIONS}/%00").status_code == 404
    assert stranger.get(f"{SESSIONS}/{token}").status_code == 404
    assert stranger.put(f"{SESSIONS}/{token}/contact", json=CONTACT).status_code == 404
    assert stranger.confirm(token).status_code == 404


def test_an_empty_cart_has_no_session(buyer: Buyer) -> None:
    assert buyer.post(SESSIONS).status_code == 409


def test_another_cart_than_the_own_does_not_exist(buyer: Buyer) -> None:
    buyer.add(make_price())
    mine = buyer.get("/api/cart").json["id"]
    assert buyer.post(SESSIONS, json={"cart_id": mine}).status_code == 201
    assert buyer.post(SESSIONS, json={"cart_id": "other"}).status_code == 404


@pytest.mark.parametrize("sent", [{"amount": 1}, {"total": 1}, {"currency": "JPY"}])
def test_c07_amounts_of_the_client_are_refused(buyer: Buyer, sent: dict[str, Any]) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    assert buyer.put(f"{SESSIONS}/{token}/payment", json=sent).status_code == 422
    assert orders() == []


@pytest.mark.parametrize("method", [0, -1, 1.5, "1", True, None, 2**31, [], "NaN"])
def test_x01_a_method_is_a_whole_number(buyer: Buyer, method: object) -> None:
    buyer.add(make_price())
    token = buyer.post(SESSIONS).json["id"]
    answer = buyer.put(f"{SESSIONS}/{token}/delivery", json={"method_id": method})
    assert answer.status_code == 422


def test_problems_of_an_address_name_their_fields(buyer: Buyer) -> None:
    buyer.add(make_price())
    token = buyer.post(SESSIONS).json["id"]
    buyer.put(f"{SESSIONS}/{token}/contact", json=CONTACT)
    sent = {"billing": BERLIN, "shipping": BERLIN | {"postal_code": "1", "city": ""}}
    answer = buyer.put(f"{SESSIONS}/{token}/address", json=sent)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"shipping.postal_code", "shipping.city"}
