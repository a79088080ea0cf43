"""Back from the bank, from Stripe's page, or from nowhere."""

from flask import Flask

from shop.billing import mirror
from shop.catalog.models import Kind
from shop.checkout.models import CheckoutStatus
from shop.db import commit
from shop.orders.models import PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.catalog.race import race
from tests.checkout.buyer import Buyer, open_buyer
from tests.checkout.looking import (
    orders,
    pay_at_stripe,
    payments,
    the_order,
    the_session,
)
from tests.factories import make_price
from tests.orders.factories import make_bank_debit


def start_paying(buyer: Buyer, *, hosted: bool = False, stock: int | None = None) -> str:
    """The address that leads on: the card form, or Stripe's page."""
    buyer.add(make_price(unit_amount=1_900, kind=Kind.DIGITAL, stock=stock))
    buyer.fill_pages()
    answer = buyer.ok(buyer.post("/checkout/payment" + ("/hosted" if hosted else "")))
    return str(answer.location)


def test_paid_here(buyer: Buyer) -> None:
    start_paying(buyer)
    pay_at_stripe()
    intent = payments()[0].stripe_payment_intent_id
    answer = buyer.get(f"/checkout/return?payment_intent={intent}")
    assert answer.location == f"/orders/{the_order().token}"
    assert the_order().payment_state is PaymentState.PAID
    assert the_session().status is CheckoutStatus.COMPLETED
    assert buyer.get("/api/cart").json["items"] == []


def test_paid_on_stripes_page(buyer: Buyer, stripe_sandbox: StripeSandbox) -> None:
    page = start_paying(buyer, hosted=True)
    back = stripe_sandbox.pay_checkout(page)
    assert back.status_code in {302, 303}
    path = back.headers["Location"].removeprefix("http://localhost")
    assert path.startswith("/checkout/return?session_id=cs_")
    assert buyer.get(path).location == f"/orders/{the_order().token}"
    assert the_order().paid == 1_900


def test_leaving_stripes_page_leads_to_a_way_on(buyer: Buyer) -> None:
    start_paying(buyer, hosted=True)
    page = buyer.get("/checkout/canceled")
    assert "Nothing was charged" in page.text
    assert buyer.get("/checkout").location == "/checkout/payment"


def test_c10_an_unpaid_return_fulfils_nothing(buyer: Buyer) -> None:
    start_paying(buyer)
    answer = buyer.get("/checkout/return", follow_redirects=True)
    assert answer.request.path == "/checkout/payment"
    assert "The payment is not finished. Nothing was charged." in answer.text
    assert the_order().payment_state is PaymentState.PENDING


def test_c10_somebody_elses_payment_is_not_shown(buyer: Buyer, stranger: Buyer) -> None:
    start_paying(buyer)
    pay_at_stripe()
    intent = payments()[0].stripe_payment_intent_id
    stranger.add(make_price())
    assert stranger.get(f"/checkout/return?payment_intent={intent}").status_code == 404
    assert stranger.get("/checkout/return").status_code == 404
    for query in ("payment_intent=pi_other", "payment_intent=%00", "session_id=cs_other"):
        assert buyer.get(f"/checkout/return?{query}").status_code == 404
    assert the_order().payment_state is PaymentState.PENDING


def test_c11_success_page_and_webhook_at_once_fulfil_once(racing_app: Flask) -> None:
    buyer = open_buyer(racing_app)
    start_paying(buyer, stock=3)
    pay_at_stripe()
    payment_id = payments()[0].id
    commit()

    def finish(number: int) -> object:
        return buyer.get("/checkout/return") if number == 0 else mirror.sync(payment_id)

    race(racing_app, 2, finish)
    assert the_order().payment_state is PaymentState.PAID
    assert [entry.kind for entry in the_order().entries].count("paid") == 1


def test_c12_a_bank_that_takes_days(buyer: Buyer, stripe_sandbox: StripeSandbox) -> None:
    start_paying(buyer)
    pay_at_stripe(make_bank_debit())
    assert buyer.get("/checkout/return").location == f"/orders/{the_order().token}"
    assert the_order().payment_state is PaymentState.PROCESSING
    assert buyer.get("/checkout/payment").location == "/checkout/return"
    stripe_sandbox.settle(payments()[0].stripe_payment_intent_id or "")
    mirror.sync(payments()[0].id)
    commit()
    assert the_session().status is CheckoutStatus.COMPLETED
    assert buyer.get("/api/cart").json["items"] == []


def test_a_decline_leads_back_with_the_reason(buyer: Buyer) -> None:
    start_paying(buyer)
    pay_at_stripe("pm_card_chargeDeclinedInsufficientFunds")
    answer = buyer.get("/checkout/return", follow_redirects=True)
    assert answer.request.path == "/checkout/payment"
    assert "insufficient funds. Nothing was charged." in answer.text


def test_who_did_not_convince_the_bank_may_try_again(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    start_paying(buyer)
    pay_at_stripe("pm_card_authenticationRequired")
    stripe_sandbox.authenticate(payments()[0].stripe_payment_intent_id or "", passes=False)
    answer = buyer.get("/checkout/return", follow_redirects=True)
    assert answer.request.path == "/checkout/payment"
    assert "could not confirm that it was you. Nothing was charged. Try again" in answer.text


def test_stripe_away_at_the_return_shows_the_order_as_it_is(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    start_paying(buyer)
    pay_at_stripe()
    stripe_sandbox.fault("500", "/v1/payment_intents", times=4)
    answer = buyer.get("/checkout/return")
    assert answer.location == f"/orders/{the_order().token}"
    assert the_order().payment_state is PaymentState.PENDING


def test_what_was_added_while_paying_stays_in_the_cart(buyer: Buyer) -> None:
    start_paying(buyer)
    other = make_price()
    buyer.add(other, 2)
    pay_at_stripe()
    buyer.ok(buyer.get("/checkout/return"))
    assert [item["price_id"] for item in buyer.get("/api/cart").json["items"]] == [other.id]
    assert len(orders()) == 1


def test_who_signed_in_elsewhere_while_paying_finds_the_way_back(
    buyer: Buyer, stranger: Buyer
) -> None:
    """The other device's cart took the place of the one that is being paid."""
    email = make_user().email
    commit()
    buyer.sign_in(email, PASSWORD)
    start_paying(buyer)
    stranger.add(make_price(kind=Kind.DIGITAL))
    stranger.sign_in(email, PASSWORD)
    pay_at_stripe()
    answer = buyer.get("/checkout/return")
    assert answer.location == f"/orders/{the_order().token}"
