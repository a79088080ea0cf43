"""Staff takes something off a draft, says why, and the buyer reads it."""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shop.accounts.models import AuditEntry, Role
from shop.billing.invoices.models import Invoice
from shop.cart.discounts import codes
from shop.cart.discounts.models import Discount, DiscountCode, DiscountUse, UseState
from shop.catalog.models import Kind
from shop.checkout.drafts.models import Draft
from shop.db import commit, session
from shop.mail.models import Mail
from shop.orders.models import PaymentState
from tests.admin.conftest import Open
from tests.admin.drafts.making import change, link_of, main_of, make_draft, send_link, url_of
from tests.admin.drafts.test_paying import broken
from tests.browser import Browser
from tests.checkout.buyer import Buyer
from tests.checkout.looking import pay_at_stripe, the_order
from tests.factories import make_price

WHY = "Sorry for the delay"


def grant(browser: Browser, draft: Draft, **data: Any) -> TestResponse:
    return change(browser, draft, "/discount", **{"name": WHY} | data)


def granted(browser: Browser, draft: Draft, **data: Any) -> str:
    """Its page afterwards."""
    answer = grant(browser, draft, **data)
    assert answer.status_code == 303, main_of(answer)
    return main_of(browser.get(answer.location))


def rows_of(page: str) -> str:
    return re.sub(r"<[^>]+>|\s", " ", page)


@pytest.mark.parametrize(
    ("given", "off", "tax"),
    [
        ({"basis_points": "10"}, 190, 273),
        ({"amount": "5.00"}, 500, 224),
        ({"amount": "1000"}, 1_900, 0),
    ],
)
def test_it_is_read_and_taxed_as_a_code_is(
    staff: Browser, buyer: Buyer, given: dict[str, str], off: int, tax: int
) -> None:
    draft = make_draft(staff)
    assert f"Taken off: {WHY}." in granted(staff, draft, **given)
    send_link(staff, draft)
    assert WHY in session.query(Mail).filter_by(template="draft_link").one().text
    total = 1_900 - off
    for part in ("", "/checkout/payment"):
        page = buyer.get(link_of(draft, part)).text
        assert f"Discount, {WHY}" in page
        assert f"€{total / 100:.2f}" in page
    buyer.post(link_of(draft, "/checkout/payment"), data={"shown": str(total)})
    if total:
        pay_at_stripe()
        buyer.get(link_of(draft, "/checkout/return"))
    order = the_order()
    assert (order.payment_state, order.total, order.discount) == (PaymentState.PAID, total, off)
    assert (order.tax, order.discount_code, order.lines[0].discount) == (tax, WHY, off)
    assert f"Discount, {WHY}" in buyer.get(f"/orders/{order.token}").text
    assert f"Discount, {WHY}" in session.query(Mail).filter_by(template="order_paid").one().text
    if total:
        assert session.query(Invoice).one().total == total
        assert WHY in buyer.get(f"/orders/{order.token}/invoice").text
    assert session.query(DiscountUse).one().state is UseState.USED
    assert broken() == []


def test_of_several_lines_each_gives_its_part(staff: Browser, buyer: Buyer) -> None:
    prices = [make_price(kind=Kind.DIGITAL, unit_amount=amount) for amount in (1_000, 2_000)]
    draft = make_draft(staff, *prices)
    granted(staff, draft, amount="1.00")
    buyer.post(link_of(draft, "/checkout/payment"), data={"shown": "2900"})
    assert [line.discount for line in the_order().lines] == [33, 67]


def test_it_is_audited(staff: Browser) -> None:
    draft = make_draft(staff)
    granted(staff, draft, basis_points="10")
    (entry,) = session.query(AuditEntry).filter_by(act="draft.grant")
    assert entry.data["done"] == f"Taken off: {WHY}."


def test_it_is_changed_and_taken_back(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    granted(staff, draft, basis_points="10")
    assert 'value="10"' in staff.get(url_of(draft, "/discount")).text.replace("10.00", "10")
    assert "As agreed" in granted(staff, draft, amount="4.00", name="As agreed")
    assert session.query(Discount).count() == 1
    assert "€15.00" in buyer.get(link_of(draft)).text
    change(staff, draft, "/discount/removal")
    assert "€19.00" in buyer.get(link_of(draft)).text
    assert session.query(Discount).count() == session.query(DiscountCode).count() == 0


def test_only_staff_takes_it_away(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    friends = Discount(name="Friends", basis_points=5_000)
    key = codes.normalize("FRIEND")
    session.add(DiscountCode(code="FRIEND", key=key, discount=friends))
    commit()
    granted(staff, draft, basis_points="10")
    page = buyer.get(link_of(draft, "/checkout/payment")).text
    assert "Discount code" not in page
    assert "/checkout/discount/removal" not in page
    assert buyer.post(link_of(draft, "/checkout/discount/removal")).status_code == 422
    refused = buyer.post(link_of(draft, "/checkout/discount"), data={"code": "friend"})
    assert refused.status_code == 422
    assert "€17.10" in buyer.get(link_of(draft)).text
    secret = session.query(DiscountCode.key).filter(DiscountCode.key != key).scalar()
    buyer.add(make_price(kind=Kind.DIGITAL))
    for typed in (WHY, secret):
        assert buyer.post("/cart/discount", data={"code": typed}).status_code == 422


def test_it_takes_the_place_of_a_code(staff: Browser) -> None:
    draft = make_draft(staff)
    friends = Discount(name="Friends", basis_points=5_000)
    session.add(DiscountCode(code="FRIEND", key=codes.normalize("FRIEND"), discount=friends))
    commit()
    change(staff, draft, "/code", code="friend")
    assert "place of the code FRIEND" in staff.get(url_of(draft, "/discount")).text
    assert "€17.10" in granted(staff, draft, basis_points="10")
    answer = change(staff, draft, "/code", code="friend")
    assert "cannot be combined" in staff.get(answer.location).text
    assert friends.uses == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "", "amount": "1"}, "Say what for."),
        ({"name": " ", "amount": "1"}, "Say what for."),
        ({"name": "x" * 81, "amount": "1"}, "Say it shorter."),
        ({}, "Give either a percentage or an amount."),
        ({"amount": "1", "basis_points": "1"}, "Give either a percentage or an amount."),
        ({"basis_points": "101"}, "Between 0 and 100"),
        ({"basis_points": "0"}, "A percentage is from 0.01 to 100."),
        ({"amount": "-1"}, "Write an amount of EUR"),
        ({"amount": "x"}, "Write an amount of EUR"),
    ],
)
def test_what_is_wrong_is_said(staff: Browser, wrong: dict[str, str], said: str) -> None:
    draft = make_draft(staff)
    answer = grant(staff, draft, **wrong)
    assert (answer.status_code, said in answer.text) == (422, True), main_of(answer)
    assert session.query(Discount).count() == 0


def test_a_role_takes_off_no_more_than_it_gives_back(staff: Browser, open_as: Open) -> None:
    thing = make_price(kind=Kind.DIGITAL, unit_amount=30_000)
    draft, admin = make_draft(staff, thing), open_as(Role.ADMIN)
    answer = grant(staff, draft, basis_points="100")
    assert "Your role takes up to €200.00 off one order" in staff.get(answer.location).text
    assert session.query(Discount).count() == 0
    (entry,) = session.query(AuditEntry).filter_by(act="refused")
    assert (entry.data["refused"], entry.data["amount"]) == ("draft.grant", 30_000)
    granted(staff, draft, basis_points="60")
    more = change(staff, draft, "/lines", price_id=thing.id, quantity=1)
    assert "Your role takes up to" in staff.get(more.location).text
    assert [line.quantity for line in draft.cart.lines] == [1]
    granted(admin, draft, basis_points="100")
    less = change(staff, draft, "/lines", price_id=make_price(unit_amount=1).id, quantity=1)
    assert "Your role takes up to" in staff.get(less.location).text
    change(staff, draft, "/discount/removal")
    assert session.query(Discount).count() == 0


def test_it_is_no_discount_of_the_shop(staff: Browser, open_as: Open) -> None:
    draft, admin = make_draft(staff), open_as(Role.ADMIN)
    granted(staff, draft, basis_points="10")
    found = session.query(Discount).one()
    assert WHY not in admin.get("/admin/discounts/?tab=all").text
    for url in (f"/admin/discounts/{found.id}/edit", f"/admin/discount-codes/{found.id}"):
        assert admin.get(url).status_code == 404
        found.is_granted = False
        commit()
        assert admin.get(url).status_code == 200
        found.is_granted = True
        commit()


def test_changing_it_gives_a_payment_up(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    granted(staff, draft, basis_points="10")
    buyer.post(link_of(draft, "/checkout/payment"), data={"shown": "1710"})
    granted(staff, draft, basis_points="20")
    assert the_order().payment_state is PaymentState.CANCELED
    assert [use.state for use in session.query(DiscountUse)] == [UseState.RELEASED]
    change(staff, draft, "/discount/removal")
    assert session.query(Discount).count() == 1  # that order tells of it
    assert broken() == []
