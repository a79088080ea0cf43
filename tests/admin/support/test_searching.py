"""One box for whatever somebody has in hand."""

from decimal import Decimal

import pytest
from flask import Flask

from shop.accounts.models import Role
from shop.admin.support import matches, searching, shapes
from shop.billing.models import Payment, Refund, StripeEvent
from shop.billing.subscriptions.models import StripeCustomer
from shop.db import commit, session, utcnow
from shop.licenses import rotation
from shop.orders.models import Order
from tests.accounts.factories import make_user
from tests.admin.conftest import Open
from tests.admin.support.cast import make_customer, make_guest


def found(typed: str) -> list[str]:
    emails = [one.email for one in searching.find(typed)]
    session.rollback()
    return emails


MARA, GUEST = "mara@lindqvist.example", "gast@brot.example"


def test_a_customer_is_found_by_whatever_they_name(either_app: Flask) -> None:
    mara = make_customer()
    make_guest()
    key = mara.bought.key
    for typed in (
        MARA, MARA.upper(), "mara@", "@lindqvist", "lindqvist.ex", "ara@lind",
        mara.number, mara.number.lower(), f"#{mara.number}", mara.number.removeprefix("K-"),
        mara.invoice, key, key.lower(), key.replace("-", ""), key[-5:], key[-4:].lower(),
        f"…-{key[-5:]}", mara.intent, "Mara-lap", "mara-laptop", "Lindqvist Werft", "Mara Lind",
        "lindq", f"DE 812 345 67{mara.bought.order_id}", mara.token,
        f"https://shop.example/orders/{mara.token}/invoice",
        f"https://shop.example/downloads/{mara.grant_token}", f"  {MARA}  ",
    ):  # fmt: skip
        assert found(typed) == [MARA], typed


def test_a_guest_is_found_by_the_same(either_app: Flask) -> None:
    make_customer()
    guest = make_guest()
    key = guest.bought.key
    for typed in (
        GUEST, "@brot.example", "rot.exam", guest.number, guest.invoice, key, key[-5:],
        guest.intent, "greta-laptop", "Gast Werft", "Greta G", guest.token,
        f"/downloads/{guest.grant_token}",
    ):  # fmt: skip
        assert found(typed) == [GUEST], typed


def test_a_card_with_date_and_amount(either_app: Flask) -> None:
    make_customer()
    make_guest()
    assert set(found("4242")) == {MARA, GUEST}
    assert set(found("4242 2026-11-20 19.00")) == {MARA, GUEST}
    assert set(found("4242 19,00 € 20.11.2026".replace(" €", "€"))) == {MARA, GUEST}
    assert set(found("4242 2026-11-21")) == {MARA, GUEST}  # a day to either side
    for typed in ("4243", "4242 2026-11-23", "4242 18.99", "4242 2026-11-20 190", "4242 x"):
        assert found(typed) == [], typed


def test_whatever_stripe_calls_it(either_app: Flask) -> None:
    mara = make_customer()
    session.add(StripeCustomer(user_id=mara.user_id or 0, stripe_customer_id="cus_mara1"))
    payment = session.query(Payment).one()
    session.add(Refund(payment_id=payment.id, stripe_refund_id="re_back1", amount=100))
    session.add(
        StripeEvent(
            stripe_id="evt_one1", type="payment_intent.succeeded", object_id=mara.intent,
            api_version="x", payload=b"{}", created_at=utcnow(),
        )
    )  # fmt: skip
    commit()
    for typed in ("cus_mara1", "re_back1", "evt_one1", mara.intent):
        assert found(typed) == [MARA], typed
    for typed in ("cus_nobody", "pi_other1", "evt_other1", "sub_other1", "ch_other1", "in_other1"):
        assert found(typed) == [], typed


def test_a_key_that_was_replaced(either_app: Flask) -> None:
    mara = make_customer()
    rotation.rotate(mara.bought.license)
    commit()

    assert found(mara.bought.key) == [MARA]
    assert found(mara.bought.key[-5:]) == [MARA]


def test_an_earlier_address_and_a_guest_who_has_an_account(either_app: Flask) -> None:
    mara = make_customer()
    order = session.get_one(Order, mara.bought.order_id)
    order.email = "before@old.example"
    guest = make_guest()
    make_user(email=GUEST, name="Greta")
    commit()

    assert found("before@old.example") == [MARA]
    (greta,) = searching.find(guest.number)
    assert greta.user is not None


def test_many_are_at_most_fifty(either_app: Flask) -> None:
    for n in range(60):
        session.add(make_user(email=f"number{n}@many.example"))
    commit()
    assert len(found("@many.example")) == matches.MOST
    assert found("number7@many.example") == ["number7@many.example"]


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "a", "%", "%%%", "___", "\0", "x\0y", "' OR 1=1", "@", "\\", "é" * 300, "0" * 9],
)
def test_nonsense_finds_nobody(either_app: Flask, typed: str) -> None:
    make_customer()
    assert found(typed) == []


def test_shapes() -> None:
    assert shapes.card("4242 1.234,50") == shapes.Card("4242", None, Decimal("1234.5"))
    assert shapes.card("424") is shapes.card("4242 a b") is shapes.card("٤٢٤٢") is None
    assert shapes.order_numbers("k7q4m2x")[0] == "K-7Q4M2X"


# The page


def test_one_person_is_shown_at_once_several_are_listed(open_as: Open) -> None:
    mara, guest = make_customer(), make_guest()
    browser = open_as(Role.SUPPORT)

    answer = browser.get(f"/admin/support/?q={mara.number}")
    assert (answer.status_code, answer.location) == (303, f"{mara.url}?about=order:{mara.number}")
    answer = browser.get("/admin/support/?q=gast@brot.example")
    assert answer.location == guest.url

    page = browser.get("/admin/support/?q=4242").text
    assert "2 people fit" in page
    assert f"Visa …4242 paid order {mara.number}" in page
    assert f'href="{guest.url}?about=order:{guest.number}"' in page


def test_nobody_is_told_what_can_be_typed(open_as: Open) -> None:
    browser = open_as(Role.SUPPORT)
    page = browser.get("/admin/support/?q=nobody@nowhere.example").text
    assert "Nobody fits" in page
    assert "What can be typed" in page
    assert "Ask Stripe" not in page

    page = browser.get("/admin/support/?q=pi_unknown1").text
    assert "We do not know pi_unknown1" in page
    assert "Ask Stripe" in page


def test_who_may_not_see_all_finds_masked_people(open_as: Open) -> None:
    make_customer()
    make_guest()
    page = open_as(Role.READ_ONLY).get("/admin/support/?q=4242").text
    assert "m…@lindqvist.example" in page
    assert MARA not in page
    assert "Lindqvist<" not in page
