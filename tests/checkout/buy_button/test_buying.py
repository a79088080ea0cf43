"""From the click on another site to the order."""

from flask import Flask
from sqlalchemy import select

from shop.billing import mirror
from shop.catalog.models import Price
from shop.checkout import expiry
from shop.checkout.buy_button.clients import clicks
from shop.checkout.models import CheckoutStatus
from shop.db import commit, session
from shop.mail.models import Mail
from shop.orders.models import PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.catalog.race import race
from tests.checkout.buy_button.clicker import (
    BILLED_IN_BERLIN,
    TO_BERLIN,
    Clicker,
    open_clicker,
    pay,
    variant_of,
)
from tests.checkout.looking import let_time_pass, orders, payments, the_order, the_session
from tests.downloads.factories import make_digital, make_release
from tests.factories import make_price, make_variant

ABROAD = {"postal_code": "1010", "city": "Wien", "country": "AT"}


def make_download() -> Price:
    digital = make_digital()
    make_release(digital)
    return make_price(variant=make_variant(product=digital), unit_amount=1190)


def test_a_click_leads_to_stripe_and_back_to_the_download(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    answer = clicker.click(make_download())
    assert answer.status_code == 201
    assert answer.json["id"].startswith("cs_test_")
    assert the_order().email == ""

    back = pay(stripe_sandbox, answer.json["url"], **BILLED_IN_BERLIN)
    assert back == f"/checkout/bought/{the_order().token}"
    page = clicker.get(back, follow_redirects=True)
    assert page.request.path == f"/orders/{the_order().token}"
    assert "Thank you, Mara." in page.text
    assert "Ready to download" in page.text
    assert_the_order_is_whole()


def assert_the_order_is_whole() -> None:
    order = the_order()
    assert (order.email, order.name) == ("mara@example.org", "Mara Lindt")
    assert order.billing_address["city"] == "Berlin"
    assert order.shipping_address is None
    assert (order.total, order.paid, order.tax) == (1190, 1190, 190)
    assert the_session().status is CheckoutStatus.COMPLETED
    assert [mail.recipient for mail in session.scalars(select(Mail))] == ["mara@example.org"]


def test_the_webhook_alone_completes_the_order(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    """Whichever event comes first, and however often."""
    pay(stripe_sandbox, clicker.page(make_download()), **BILLED_IN_BERLIN)
    intent = stripe_sandbox.events("payment_intent.succeeded")[0]["data"]["object"]["id"]
    for _ in range(2):
        mirror.sync_intent(intent)
        commit()
        mirror.sync_checkout(payments()[0].stripe_checkout_session_id or "")
        commit()
    assert_the_order_is_whole()
    assert [entry.kind for entry in the_order().entries] == ["placed", "buy_button", "paid"]


def test_goods_are_sent_where_stripes_page_was_told(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    price = make_price(unit_amount=1190, stock=3)
    page = clicker.page(price)
    assert variant_of(price).reserved == 1
    clicker.ok(clicker.get(pay(stripe_sandbox, page, **TO_BERLIN, **ABROAD)))

    order = the_order()
    assert order.shipping_address
    assert (order.shipping_address["city"], order.billing_address["city"]) == ("Berlin", "Wien")
    assert (order.delivery_name, order.delivery) == ("Standard", 490)
    assert (order.subtotal, order.total, order.paid) == (1190, 1680, 1680)
    assert order.tax == 190 + 78
    assert payments()[0].amount == 1680
    assert (variant_of(price).on_hand, variant_of(price).reserved) == (2, 0)


def test_the_tax_is_that_of_where_it_goes_from_the_same_total(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    page = clicker.page(make_price(unit_amount=12_500))
    assert the_order().tax == 1996  # 19 % in Germany, where the shop is
    to_vienna = TO_BERLIN | {"shipping_country": "AT", "shipping_postal_code": "1010"}
    clicker.ok(clicker.get(pay(stripe_sandbox, page, **to_vienna)))
    order = the_order()
    assert (order.total, order.tax) == (12_500, 2083)
    assert (order.lines[0].tax_rate, order.lines[0].tax) == (2000, 2083)


def test_c11_the_way_back_and_an_event_at_once_fill_it_in_once(
    racing_app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    clicks.forget()
    clicker = open_clicker(racing_app)
    page = clicker.page(make_price(unit_amount=12_500, stock=3), origin=None)
    back = pay(stripe_sandbox, page, **TO_BERLIN | {"shipping_country": "AT"})
    payment_id = payments()[0].id
    commit()

    def look(number: int) -> object:
        return clicker.get(back) if number == 0 else mirror.sync(payment_id)

    race(racing_app, 3, look)
    commit()
    assert (the_order().payment_state, the_order().tax) == (PaymentState.PAID, 2083)
    assert [entry.kind for entry in the_order().entries] == ["placed", "buy_button", "paid"]
    assert (the_order().attention, payments()[0].amount) == ("", 12_500)


def test_a_bank_debit_is_paid_days_later(clicker: Clicker, stripe_sandbox: StripeSandbox) -> None:
    page = clicker.page(make_download())
    debit = {"method": "sepa_debit", "iban": "DE89370400440532013000"}
    clicker.ok(clicker.get(pay(stripe_sandbox, page, **debit, **BILLED_IN_BERLIN)))
    assert the_order().payment_state is PaymentState.PROCESSING
    assert the_order().email == "mara@example.org"
    stripe_sandbox.settle(payments()[0].stripe_payment_intent_id or "")
    mirror.sync(payments()[0].id)
    commit()
    assert the_order().payment_state is PaymentState.PAID


def test_a_decline_on_the_page_changes_nothing_but_the_state(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    page = clicker.page(make_price(stock=1))
    declined = stripe_sandbox.pay_checkout(page, number="4000000000000002", **TO_BERLIN)
    assert declined.status_code == 422
    mirror.sync(payments()[0].id)
    commit()
    assert (the_order().payment_state, the_order().attention) == (PaymentState.FAILED, "")
    assert clicker.get(pay(stripe_sandbox, page, **TO_BERLIN)).status_code == 303
    assert the_order().payment_state is PaymentState.PAID


def test_s03_a_page_that_nobody_paid_frees_its_stock(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    price = make_price(stock=2)
    page = clicker.page(price)
    assert expiry.expire_due() == 0
    let_time_pass(minutes=31)
    assert expiry.expire_due() == 1
    assert variant_of(price).reserved == 0
    assert the_order().payment_state is PaymentState.CANCELED
    assert stripe_sandbox.pay_checkout(page, **TO_BERLIN).status_code == 410


def test_stripes_own_end_of_the_page_frees_it_too(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    price = make_price(stock=2)
    checkout = clicker.click(price).json["id"]
    stripe_sandbox.expire_checkout(checkout)
    mirror.sync_checkout(checkout)
    commit()
    assert variant_of(price).reserved == 0
    assert the_session().status is CheckoutStatus.CANCELED


def test_when_stripe_is_away_nothing_stays_held(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    price = make_price(stock=1)
    stripe_sandbox.fault("500", "/v1/checkout/sessions", times=4)
    assert clicker.click(price).status_code == 503
    assert variant_of(price).reserved == 0
    stripe_sandbox.clear_faults()
    assert clicker.click(price).status_code == 201
    assert [order.payment_state for order in orders()] == [
        PaymentState.CANCELED,
        PaymentState.PENDING,
    ]


def test_several_products_are_one_checkout(clicker: Clicker, stripe_sandbox: StripeSandbox) -> None:
    download, book = make_download(), make_price(unit_amount=5000)
    products = [{"priceId": price.id} for price in (download, book, book)]
    answer = clicker.ok(clicker.send(products=products))
    clicker.ok(clicker.get(pay(stripe_sandbox, answer.json["url"], **TO_BERLIN)))
    assert [(line.price_id, line.quantity) for line in the_order().lines] == [
        (download.id, 1),
        (book.id, 2),
    ]
    assert the_order().delivery == 0  # free from 50 euros


def test_stripe_away_on_the_way_back_shows_the_order_as_it_is(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    back = pay(stripe_sandbox, clicker.page(make_download()), **BILLED_IN_BERLIN)
    stripe_sandbox.fault("500", "/v1/checkout/sessions", times=4)
    assert clicker.get(back).location == f"/orders/{the_order().token}"
    assert the_order().payment_state is PaymentState.PENDING
    stripe_sandbox.clear_faults()
    clicker.ok(clicker.get(back))
    assert the_order().payment_state is PaymentState.PAID


def test_who_only_knows_the_checkouts_id_does_not_reach_the_order(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    """As the page with the button does."""
    answer = clicker.ok(clicker.click(make_download()))
    pay(stripe_sandbox, answer.json["url"], **BILLED_IN_BERLIN)
    assert the_order().token not in answer.text
    for path in ("/checkout/return?session_id={}", "/checkout/bought/{}", "/orders/{}"):
        assert clicker.get(path.format(answer.json["id"])).status_code == 404
