"""The steps as a browser without JavaScript meets them."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from shop.catalog.models import Kind
from shop.checkout.models import CheckoutSession
from shop.db import session
from tests.checkout.buyer import BERLIN, CONTACT, Buyer
from tests.factories import make_price


def slip_total(page: str) -> str:
    found = re.search(r'class="total"><dt>Total</dt><dd>([^<]+)', page)
    assert found
    return unescape(found[1])


def sessions() -> int:
    return session.scalar(select(func.count(CheckoutSession.id))) or 0


def test_an_empty_cart_has_nothing_to_check_out(buyer: Buyer) -> None:
    for path in ("/checkout", "/checkout/contact", "/checkout/payment"):
        assert buyer.get(path).location == "/cart"


def test_every_step_leads_to_the_next(buyer: Buyer) -> None:
    buyer.add(make_price(unit_amount=2_000, stock=3))
    assert buyer.get("/checkout").location == "/checkout/contact"
    saved = buyer.post("/checkout/contact", data=CONTACT)
    assert (saved.status_code, saved.location) == (303, "/checkout/address")
    typed = {f"shipping-{name}": value for name, value in BERLIN.items()}
    assert buyer.post("/checkout/address", data=typed).location == "/checkout/delivery"
    chosen = buyer.post("/checkout/delivery", data={"method_id": 2})
    assert chosen.location == "/checkout/payment"
    page = buyer.get("/checkout/payment").text
    assert "Torstraße 1, 10119 Berlin, Germany" in page
    assert slip_total(page) == "€32.90"


def test_no_step_can_be_skipped(buyer: Buyer) -> None:
    buyer.add(make_price())
    for step in ("address", "delivery", "payment"):
        assert buyer.get(f"/checkout/{step}").location == "/checkout/contact"
    assert buyer.post("/checkout/delivery", data={"method_id": 1}).location == "/checkout/contact"
    assert buyer.post("/checkout/payment").location == "/checkout/contact"


def test_the_address_of_a_refused_code_leads_to_the_step(buyer: Buyer) -> None:
    buyer.add(make_price())
    refused = buyer.post("/checkout/discount", data={"code": "NONE", "step": "contact"})
    assert refused.status_code == 422
    again = buyer.get("/checkout/discount", follow_redirects=True)
    assert again.request.path == "/checkout/contact"


def test_a_name_may_be_too_long(buyer: Buyer) -> None:
    buyer.add(make_price())
    answer = buyer.post("/checkout/contact", data=CONTACT | {"name": "x" * 201})
    assert answer.status_code == 422
    assert "Use at most 200 characters." in answer.text
    assert "x" * 201 in answer.text


def test_looking_writes_nothing(buyer: Buyer) -> None:
    buyer.add(make_price())
    buyer.ok(buyer.get("/checkout/contact"))
    assert sessions() == 0
    buyer.post("/checkout/contact", data=CONTACT)
    buyer.post("/checkout/contact", data=CONTACT)
    assert sessions() == 1


def test_costs_are_told_from_the_first_step(buyer: Buyer) -> None:
    buyer.add(make_price(unit_amount=2_000))
    page = buyer.get("/checkout/contact").text
    assert "Delivery, Standard, estimated" in page
    assert slip_total(page) == "€24.90"
    assert "here for Germany" in page


def test_a_download_needs_little(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL, unit_amount=1_900))
    buyer.post("/checkout/contact", data=CONTACT)
    page = buyer.get("/checkout/address").text
    assert 'name="billing-line1"' not in page
    typed = {"billing-name": "Mara", "billing-postal_code": "10119", "billing-country": "DE"}
    assert buyer.post("/checkout/address", data=typed).location == "/checkout/payment"
    assert buyer.get("/checkout/delivery").location == "/checkout/payment"
    assert slip_total(buyer.get("/checkout/payment").text) == "€19.00"


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(buyer: Buyer) -> None:
    buyer.add(make_price())
    answer = buyer.post("/checkout/contact", data={"email": "mara@", "name": "Mara"})
    assert answer.status_code == 422
    assert "This is not a whole e-mail address." in answer.text
    assert 'value="mara@"' in answer.text
    assert 'value="Mara"' in answer.text
    buyer.post("/checkout/contact", data=CONTACT)
    typed = {f"shipping-{name}": value for name, value in BERLIN.items()}
    answer = buyer.post("/checkout/address", data=typed | {"shipping-postal_code": "1040"})
    assert answer.status_code == 422
    assert "It looks like 26133." in answer.text
    assert 'value="Torstraße 1"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_another_country_has_other_fields_and_keeps_what_was_typed(buyer: Buyer) -> None:
    buyer.add(make_price())
    buyer.post("/checkout/contact", data=CONTACT)
    typed = {f"shipping-{name}": value for name, value in BERLIN.items()}
    answer = buyer.post("/checkout/address/country", data=typed | {"shipping-country": "US"})
    assert answer.status_code == 200
    assert "ZIP code" in answer.text
    assert "Texas" in answer.text
    assert 'value="Torstraße 1"' in answer.text
    assert "here for United States" in answer.text
    assert buyer.get("/checkout").location == "/checkout/address"


def test_where_nothing_is_delivered_is_said_at_the_address(buyer: Buyer) -> None:
    price = make_price()
    price.variant.weight = 40_000
    buyer.add(price)
    buyer.post("/checkout/contact", data=CONTACT)
    paris = BERLIN | {"country": "FR", "postal_code": "75011", "city": "Paris"}
    typed = {f"shipping-{name}": value for name, value in paris.items()}
    answer = buyer.post("/checkout/address", data=typed)
    assert answer.status_code == 422
    assert "We cannot deliver this order there yet (France)." in answer.text


def test_the_invoice_may_go_elsewhere(buyer: Buyer) -> None:
    buyer.add(make_price())
    buyer.post("/checkout/contact", data=CONTACT)
    typed = {f"shipping-{name}": value for name, value in BERLIN.items()}
    half = typed | {"billing-line1": "Rue 1", "billing-country": "FR", "billing-name": "Firma"}
    assert buyer.post("/checkout/address", data=half).status_code == 422
    whole = half | {"billing-postal_code": "75011", "billing-city": "Paris"}
    assert buyer.post("/checkout/address", data=whole).status_code == 303
    checkout = session.scalars(select(CheckoutSession)).one()
    assert checkout.billing_address
    assert checkout.billing_address["country"] == "FR"
    assert checkout.shipping_address
    assert checkout.shipping_address["city"] == "Berlin"


def test_a_delivery_that_does_not_go_there_is_refused(buyer: Buyer) -> None:
    buyer.add(make_price())
    buyer.post("/checkout/contact", data=CONTACT)
    typed = {f"shipping-{name}": value for name, value in BERLIN.items()}
    buyer.post("/checkout/address", data=typed)
    for method in ("99", "", "x"):
        answer = buyer.post("/checkout/delivery", data={"method_id": method})
        assert answer.status_code == 422, method


@pytest.mark.parametrize("path", ["contact", "address", "payment", "payment/hosted"])
def test_forms_of_other_sites_are_refused(buyer: Buyer, path: str) -> None:
    buyer.add(make_price())
    buyer.has_token = False
    assert buyer.post(f"/checkout/{path}", data=CONTACT).status_code == 400


def test_only_the_card_form_may_load_stripe(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.fill_pages()
    before = buyer.get("/checkout/payment")
    assert "script-src" not in before.headers["Content-Security-Policy"]
    assert buyer.post("/checkout/payment").location == "/checkout/payment"
    page = buyer.get("/checkout/payment")
    assert "script-src" in page.headers["Content-Security-Policy"]
    assert "/endive/stripe.js" in page.text
    assert re.search(r'data-client-secret="pi_\w+_secret_\w+"', page.text)
    assert "Pay €19.00" in page.text
