"""The fold for a code, on the cart and beside every step; without JavaScript."""

import re
from typing import Any

import pytest

from shop.cart.discounts.applying import guesses
from shop.catalog.models import Kind
from shop.db import commit
from tests.cart.discounts.factories import counts, make_discount
from tests.checkout.buyer import Buyer
from tests.checkout.looking import orders, the_order
from tests.factories import make_price

PLACES = ["/cart/discount", "/checkout/discount"]
REFUSED = "This code is for orders of €90.00 or more."


def type_in(buyer: Buyer, url: str, code: str = "spring 10", **more: str) -> Any:
    return buyer.post(url, data={"code": code, **more})


def test_the_cart_has_a_fold_and_then_the_code(buyer: Buyer) -> None:
    make_discount()
    buyer.add(make_price(unit_amount=1_900), 2)
    assert "<summary>Discount code</summary>" in buyer.get("/cart").text
    assert type_in(buyer, "/cart/discount").location == "/cart"
    page = buyer.get("/cart").text
    assert "<dt>Discount, SPRING10</dt><dd>-€3.80</dd>" in page
    assert "<dt>After discount</dt><dd>€34.20</dd>" in page
    assert "<summary>Another discount code</summary>" in page
    assert buyer.post("/cart/discount/removal").location == "/cart"
    page = buyer.get("/cart").text
    assert "The discount code is removed." in page
    assert "SPRING10" not in page


@pytest.mark.parametrize("url", PLACES)
def test_a_refusal_stands_beside_the_field(buyer: Buyer, url: str) -> None:
    make_discount(least_subtotal=9_000, currency="EUR")
    buyer.add(make_price())
    buyer.fill_pages()
    answer = type_in(buyer, url, "  spring & 10 ", step="payment")
    assert answer.status_code == 422
    assert re.search(f'<p class="err" id="code-error"><svg.*</svg>{REFUSED}</p>', answer.text)
    assert 'aria-describedby="code-error" aria-invalid="true"' in answer.text
    assert "<details open>" in answer.text
    assert "autofocus" in answer.text
    assert 'value="  spring &amp; 10 "' in answer.text
    assert buyer.get("/api/cart").json["discount"] is None


@pytest.mark.parametrize("url", PLACES)
def test_too_many_guesses(buyer: Buyer, url: str) -> None:
    buyer.add(make_price())
    for _ in range(30):
        with buyer.application.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
            guesses.count("")
    answer = type_in(buyer, url, "guess", step="contact")
    assert answer.status_code == 429
    assert "Too many codes were wrong. Please wait" in answer.text


@pytest.mark.parametrize("step", ["contact", "address", "delivery", "payment"])
def test_beside_a_step_it_comes_back_to_it(buyer: Buyer, step: str) -> None:
    make_discount()
    buyer.add(make_price())
    buyer.fill_pages()
    refused = type_in(buyer, "/checkout/discount", "nope", step=step)
    assert refused.status_code == 422
    assert f'name="step" value="{step}"' in refused.text
    assert refused.text.count('aria-invalid="true"') == 1  # the step's own form was not sent
    assert type_in(buyer, "/checkout/discount", step=step).location == f"/checkout/{step}"
    page = buyer.get(f"/checkout/{step}").text
    assert "<dt>Discount, SPRING10</dt><dd>-€1.90</dd>" in page
    removed = buyer.post("/checkout/discount/removal", data={"step": step})
    assert removed.location == f"/checkout/{step}"
    assert "SPRING10" not in buyer.get(f"/checkout/{step}").text


def test_an_unknown_step_is_the_payment(buyer: Buyer) -> None:
    make_discount()
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.fill_pages()
    answer = type_in(buyer, "/checkout/discount", step="//evil.example")
    assert answer.location == "/checkout/payment"


def test_without_a_cart_it_leads_to_the_cart(buyer: Buyer) -> None:
    assert type_in(buyer, "/checkout/discount", step="contact").location == "/cart"
    assert type_in(buyer, "/cart/discount").status_code == 404


def test_a_code_beside_a_payment_under_way_starts_it_anew(buyer: Buyer) -> None:
    make_discount(most_uses=1)
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.fill_pages()
    buyer.ok(buyer.post("/checkout/payment"))
    refused = type_in(buyer, "/checkout/discount", "nope", step="payment")
    assert (refused.status_code, "data-client-secret" in refused.text) == (422, True)
    buyer.ok(type_in(buyer, "/checkout/discount", step="payment"))
    page = buyer.get("/checkout/payment").text
    assert 'name="shown" value="1710"' in page
    buyer.ok(buyer.post("/checkout/payment", data={"shown": "1710"}))
    assert [(order.payment_state, order.total) for order in orders()] == [
        ("canceled", 1_900),
        ("pending", 1_710),
    ]
    assert counts() == ([1], [1])
    assert "Pay €17.10" in buyer.get("/checkout/payment").text


def test_c08_a_code_that_ended_is_told_on_the_page(buyer: Buyer) -> None:
    discount = make_discount()
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.ok(type_in(buyer, "/cart/discount"))
    buyer.fill_pages()
    discount.is_active = False
    commit()
    assert "This code is not in use any more." in buyer.get("/cart").text
    answer = buyer.post("/checkout/payment", data={"shown": "1710"}, follow_redirects=True)
    said = "This code is not in use any more. Nothing was charged. Continue to pay the new total."
    assert said in answer.text
    assert (orders(), "SPRING10" in answer.text) == ([], False)
    buyer.ok(buyer.post("/checkout/payment", data={"shown": "1900"}))
    assert the_order().total == 1_900
