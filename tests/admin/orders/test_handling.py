"""Notes, the end of unpaid orders, mails once more, corrected addresses."""

import pytest

from shop.accounts.models import Role
from shop.billing.models import Payment, PaymentStatus
from shop.catalog.models import Kind, Variant
from shop.db import commit, session
from shop.mail.models import Mail
from shop.orders.models import FulfilmentState, PaymentState, TimelineEntry
from tests.admin.conftest import Open
from tests.admin.orders.desk import audited, paid_order, send, token_on, url_of
from tests.factories import make_price
from tests.orders.factories import confirm, make_order, make_payment

pytestmark = pytest.mark.usefixtures("app")


def test_a_note_is_kept_once(open_as: Open) -> None:
    order = paid_order(Kind.DIGITAL)
    browser = open_as(Role.SUPPORT)
    data = {"text": "Calls back on Monday.", "token": token_on(browser.get(url_of(order)))}
    for _ in range(2):
        assert browser.post(url_of(order, "/notes"), data=data).status_code == 303
    (entry,) = session.query(TimelineEntry).filter_by(kind="note")
    assert (entry.actor, entry.text) == ("support@staff.example", "Calls back on Monday.")
    assert len(audited("order.note")) == 1


def test_an_empty_note_is_asked_for_again(open_as: Open) -> None:
    order = paid_order(Kind.DIGITAL)
    answer = open_as(Role.SUPPORT).post(url_of(order, "/notes"), data={"text": "", "token": "t"})
    assert answer.status_code == 422
    assert "Write something." in answer.text


def test_an_unpaid_order_is_canceled_at_stripe_too(open_as: Open) -> None:
    order = make_order(make_price(stock=3))
    make_payment(order)
    browser = open_as(Role.SUPPORT)
    assert send(browser, url_of(order, "/cancellation")).status_code == 303
    session.expire_all()
    assert order.payment_state is PaymentState.CANCELED
    assert session.query(Payment).one().status is PaymentStatus.CANCELED
    assert session.query(Variant).one().reserved == 0
    assert audited("order.cancel")[0].reason == "They asked for it"


def test_a_paid_order_is_not_canceled(open_as: Open) -> None:
    order = paid_order(Kind.DIGITAL)
    browser = open_as(Role.SUPPORT)
    answer = browser.post(
        url_of(order, "/cancellation"), data={"reason": "x"}, follow_redirects=True
    )
    assert "Only an order that nobody has paid" in answer.text
    assert audited("order.cancel") == []


def test_one_that_is_paid_in_this_moment_is_not_canceled(open_as: Open) -> None:
    order = make_order(make_price(stock=3))
    payment = make_payment(order)
    confirm(payment)
    order.payment_state = PaymentState.PENDING  # as if nobody had told us yet
    payment.status = PaymentStatus.REQUIRES_ACTION
    commit()
    send(open_as(Role.SUPPORT), url_of(order, "/cancellation"))
    session.expire_all()
    assert order.payment_state is not PaymentState.CANCELED
    assert audited("order.cancel") == []


def test_a_mail_is_sent_again_to_a_corrected_address(open_as: Open) -> None:
    order = paid_order(Kind.DIGITAL)
    (mail,) = session.query(Mail)
    browser = open_as(Role.SUPPORT)
    url = url_of(order, f"/mails/{mail.id}")
    data = {"token": token_on(browser.get(url)), "email": "right@example.org", "keep": "y"}
    for _ in range(2):
        assert browser.post(url, data={"reason": "typo", **data}).status_code == 303
    session.expire_all()
    first, again = session.query(Mail).order_by(Mail.id)
    assert (again.recipient, again.text) == ("right@example.org", first.text)
    assert again.key != first.key
    assert order.email == "right@example.org"
    (entry,) = audited("order.email")
    assert entry.data == {"before": "ada@example.org", "after": "right@example.org"}


def test_a_mail_of_another_order_or_to_nobody(open_as: Open) -> None:
    order, other = paid_order(Kind.DIGITAL), paid_order(Kind.DIGITAL)
    first, second = session.query(Mail).order_by(Mail.id)
    browser = open_as(Role.SUPPORT)
    assert browser.get(url_of(order, f"/mails/{second.id}")).status_code == 404
    assert browser.get(url_of(other, "/mails/x")).status_code == 404
    answer = send(browser, url_of(order, f"/mails/{first.id}"), email="no address")
    assert answer.status_code == 422
    assert "not a whole e-mail address" in answer.text
    assert session.query(Mail).count() == 2


MOVED = {
    "shipping-name": "Ada Lovelace",
    "shipping-country": "DE",
    "shipping-line1": "2 Side St",
    "shipping-postal_code": "20095",
    "shipping-city": "Hamburg",
}


def test_the_address_is_corrected_by_the_rules_of_the_country(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    browser, url = open_as(Role.SUPPORT), url_of(order, "/address")
    answer = send(browser, url, **(MOVED | {"shipping-postal_code": "123"}))
    assert answer.status_code == 422
    assert "This is not a postal code here (Germany)." in answer.text
    assert "2 Side St" in answer.text
    assert send(browser, url, **MOVED).status_code == 303
    session.expire_all()
    assert order.shipping_address
    assert order.shipping_address["city"] == "Hamburg"
    (entry,) = audited("order.address")
    assert entry.data["before"]["city"] == "Berlin"


def test_another_country_has_other_taxes(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    moved = MOVED | {"shipping-country": "FR", "shipping-postal_code": "75001"}
    answer = send(open_as(Role.SUPPORT), url_of(order, "/address"), **moved)
    assert answer.status_code == 422
    assert "Taxes and delivery were those of the country" in answer.text
    assert audited("order.address") == []


def test_what_was_sent_goes_nowhere_else(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL)
    order.fulfilment_state = FulfilmentState.FULFILLED
    commit()
    answer = open_as(Role.SUPPORT).post(
        url_of(order, "/address"), data=MOVED | {"reason": "x", "token": "t"}
    )
    assert answer.status_code == 409
    session.expire_all()
    assert order.shipping_address
    assert order.shipping_address["city"] == "Berlin"
