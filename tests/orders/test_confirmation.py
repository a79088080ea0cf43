"""The page after paying says where the receipt goes, to whoever may see the order."""

import pytest
from sqlalchemy import select

from shop.db import commit, session
from shop.orders.models import Order, PaymentState
from tests.browser import Browser
from tests.downloads.factories import make_grant, make_paid_order

LINKS = "The same mail holds the links to your downloads."


def test_the_receipt_goes_to_the_address_of_the_order(client: Browser) -> None:
    page = client.get(f"/orders/{make_paid_order().token}").text
    assert "Your receipt goes to <strong>ada@example.org</strong>." in page
    assert LINKS not in page


def test_a_mail_with_downloads_is_told_as_such(client: Browser) -> None:
    make_grant()
    order = session.scalars(select(Order)).one()
    assert LINKS in client.get(f"/orders/{order.token}").text


@pytest.mark.parametrize(
    "state", [PaymentState.PENDING, PaymentState.FAILED, PaymentState.REFUNDED]
)
def test_only_a_paid_order_tells_of_a_receipt(client: Browser, state: PaymentState) -> None:
    order = make_paid_order()
    order.payment_state = state
    commit()
    assert "Your receipt" not in client.get(f"/orders/{order.token}").text


def test_an_order_without_an_address_promises_no_mail(client: Browser) -> None:
    order = make_paid_order()
    order.email = ""
    commit()
    page = client.get(f"/orders/{order.token}").text
    assert "We have your payment." in page
    assert "Your receipt" not in page


def test_a_guessed_address_shows_nobodys_mail(client: Browser) -> None:
    order = make_paid_order()
    for guess in (str(order.id), order.number, order.token[:-1], order.token.swapcase()):
        answer = client.get(f"/orders/{guess}")
        assert answer.status_code == 404
        assert order.email not in answer.text
