"""A draft's link: what it shows, how it is paid, and how it ends."""

from datetime import timedelta

from flask import Flask

from shop.accounts.models import Role
from shop.billing import mirror
from shop.billing.invoices.models import Invoice
from shop.billing.models import PaymentStatus
from shop.billing.tasks import sweep
from shop.catalog.models import Kind, Variant
from shop.checkout.drafts.models import DraftState
from shop.db import commit, session, utcnow
from shop.licenses.models import License
from shop.mail.models import Mail
from shop.operations import invariants
from shop.orders.models import FulfilmentState, Order, PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.admin.drafts.making import change, fresh, link_of, make_draft, send_link, url_of
from tests.browser import Browser
from tests.checkout.buyer import Buyer, open_buyer
from tests.checkout.looking import orders, pay_at_stripe, payments, the_order
from tests.factories import make_price
from tests.orders.factories import make_bank_debit


def broken() -> list[invariants.Violation]:
    """Without the rules about events and mails: no worker delivers them here."""
    return [found for found in invariants.violations() if found.code not in {"I09", "I14", "I18"}]


def test_the_mail_leads_to_what_it_is_and_on_to_paying(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    assert (
        "The link is sent to mara@example.org." in staff.get(send_link(staff, draft).location).text
    )
    mail = session.query(Mail).filter_by(template="draft_link").one()
    assert f"http://localhost{link_of(draft)}" in mail.text
    page = buyer.get(link_of(draft)).text
    assert "Your order is ready" in page
    assert "€19.00" in page
    assert buyer.get(link_of(draft, "/checkout")).location == link_of(draft, "/checkout/payment")
    page = buyer.get(link_of(draft, "/checkout/payment")).text
    assert "Mara Lindt, mara@example.org" in page
    assert f'action="{link_of(draft, "/checkout/payment")}"' in page
    assert "/checkout/contact" in page


def test_paid_by_card_it_is_an_order_like_any_other(staff: Browser, buyer: Buyer) -> None:
    thing = make_price(unit_amount=500, stock=3)
    draft = make_draft(staff, thing, make_price(kind=Kind.LICENSE), quantity=2)
    change(staff, draft, "/delivery", method_id=1)
    begun = buyer.post(link_of(draft, "/checkout/payment"), data={"shown": "5290"})
    page = buyer.get(begun.location).text
    assert f'data-return-url="{link_of(draft, "/checkout/return")}"' in page
    assert session.get_one(Variant, thing.variant_id).reserved == 2
    pay_at_stripe()
    back = buyer.get(link_of(draft, "/checkout/return"))

    order = the_order()
    assert back.location == f"/orders/{order.token}"
    assert (order.payment_state, order.paid) == (PaymentState.PAID, 5_290)
    assert order.fulfilment_state is FulfilmentState.PARTIAL
    assert (order.email, order.delivery_name) == ("mara@example.org", "Standard")
    variant = session.get_one(Variant, thing.variant_id)
    assert (variant.on_hand, variant.reserved) == (1, 0)
    assert session.query(License).one().ended_at is None
    assert session.query(Invoice).one().total == 5_290
    assert session.query(Mail).filter_by(template="order_paid").one().recipient == order.email
    assert fresh(draft).state is DraftState.PAID
    assert order.number in staff.get(url_of(draft)).text
    assert broken() == []


def test_paid_on_stripes_page(staff: Browser, buyer: Buyer, stripe_sandbox: StripeSandbox) -> None:
    draft = make_draft(staff)
    away = buyer.post(link_of(draft, "/checkout/payment/hosted"))
    back = stripe_sandbox.pay_checkout(away.location).headers["Location"]
    path = back.removeprefix("http://localhost")
    assert path.startswith(link_of(draft, "/checkout/return?session_id=cs_"))
    assert buyer.get(path).location == f"/orders/{the_order().token}"
    assert fresh(draft).state is DraftState.PAID


def test_leaving_stripes_page_leads_back_to_it(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    buyer.post(link_of(draft, "/checkout/payment/hosted"))
    page = buyer.get(link_of(draft, "/checkout/canceled")).text
    assert f'href="{link_of(draft)}"' in page
    assert f'href="{link_of(draft, "/checkout")}"' in page


def test_what_staff_does_not_know_the_buyer_is_asked(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    answer = buyer.post(
        link_of(draft, "/checkout/contact"), data={"email": "leo@example.org", "name": "Leo"}
    )
    assert answer.location == link_of(draft, "/checkout/payment")
    change(staff, draft, "/lines", price_id=make_price(stock=1).id, quantity=1)
    assert buyer.get(link_of(draft, "/checkout")).location == link_of(draft, "/checkout/address")
    assert "leo@example.org" in staff.get(url_of(draft)).text


def test_it_leaves_the_cart_of_who_opens_it_alone(staff: Browser, buyer: Buyer) -> None:
    buyer.add(make_price(unit_amount=700))
    draft = make_draft(staff)
    buyer.get(link_of(draft))
    buyer.post(link_of(draft, "/checkout/payment"))
    pay_at_stripe()
    buyer.get(link_of(draft, "/checkout/return"))
    assert [item["amount"] for item in buyer.get("/api/cart").json["items"]] == [700]
    assert staff.get("/api/cart").get_json()["items"] == []
    assert the_order().total == 1_900


def test_a_link_works_once(staff: Browser, buyer: Buyer, app: Flask) -> None:
    draft = make_draft(staff)
    buyer.post(link_of(draft, "/checkout/payment"))
    pay_at_stripe()
    buyer.get(link_of(draft, "/checkout/return"))
    order_url = f"/orders/{the_order().token}"
    other = open_buyer(app)
    assert other.get(link_of(draft)).location == order_url
    assert other.get(link_of(draft, "/checkout/payment")).location == order_url
    assert other.post(link_of(draft, "/checkout/payment")).location == order_url
    assert len(orders()) == len(payments()) == 1


def test_two_who_have_the_link_share_one_payment(staff: Browser, buyer: Buyer, app: Flask) -> None:
    draft = make_draft(staff)
    for one in (buyer, open_buyer(app)):
        one.ok(one.post(link_of(draft, "/checkout/payment")))
    assert len(orders()) == len(payments()) == 1


def test_nobody_guesses_a_link(buyer: Buyer, staff: Browser) -> None:
    draft = make_draft(staff)
    for token in ("x", str(draft.id), draft.cart.token):
        assert buyer.get(f"/pay/{token}").status_code == 404
        assert buyer.get(f"/pay/{token}/checkout/payment").status_code == 404
        assert buyer.post(f"/pay/{token}/checkout/payment").status_code == 404


def test_a_withdrawn_draft_says_so_and_gives_its_payment_up(staff: Browser, buyer: Buyer) -> None:
    thing = make_price(kind=Kind.DIGITAL, stock=1)
    draft = make_draft(staff, thing)
    buyer.post(link_of(draft, "/checkout/payment"))
    assert "The buyer is paying." in staff.get(url_of(draft)).text
    change(staff, draft, "/withdrawal", reason="They changed their mind")
    assert payments()[0].status is PaymentStatus.CANCELED
    assert the_order().payment_state is PaymentState.CANCELED
    assert session.get_one(Variant, thing.variant_id).reserved == 0
    for part in ("", "/checkout", "/checkout/payment"):
        answer = buyer.get(link_of(draft, part))
        assert answer.status_code == 410
        assert "This order was withdrawn" in answer.text
    assert buyer.post(link_of(draft, "/checkout/payment")).status_code == 410
    assert broken() == []


def test_an_expired_link_says_so_until_it_is_sent_again(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    draft.expires_at = utcnow() - timedelta(minutes=1)
    commit()
    answer = buyer.get(link_of(draft))
    assert answer.status_code == 410
    assert "This link has ended" in answer.text
    assert buyer.post(link_of(draft, "/checkout/payment")).status_code == 410
    send_link(staff, draft)
    assert buyer.get(link_of(draft)).status_code == 200


def test_a_price_that_changed_is_told_before_paying(staff: Browser, buyer: Buyer) -> None:
    price = make_price(kind=Kind.DIGITAL, unit_amount=1_900)
    draft = make_draft(staff, price)
    price.is_active = False
    make_price(variant=price.variant, unit_amount=2_500)
    assert "The price is now €25.00, it was €19.00." in buyer.get(link_of(draft)).text
    refused = buyer.post(link_of(draft, "/checkout/payment"), data={"shown": "2500"})
    assert refused.location == link_of(draft, "/checkout/payment")
    assert "Nothing was charged" in buyer.get(refused.location).text
    assert orders() == []
    buyer.post(link_of(draft, "/checkout/payment"), data={"shown": "2500"})
    assert the_order().total == 2_500


def test_what_is_sold_out_is_told_at_the_link(staff: Browser, buyer: Buyer) -> None:
    price = make_price(kind=Kind.DIGITAL, stock=1)
    draft = make_draft(staff, price)
    session.get_one(Variant, price.variant_id).reserved = 1
    commit()
    page = buyer.get(link_of(draft)).text
    assert "Sold out right now." in page
    assert "Go on to payment" not in page
    assert buyer.post(link_of(draft, "/checkout/payment")).location == link_of(draft)
    assert orders() == []


def test_a_change_of_staff_gives_the_payment_under_way_up(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    buyer.post(link_of(draft, "/checkout/payment"))
    change(staff, draft, "/lines", price_id=make_price(kind=Kind.DIGITAL).id, quantity=1)
    assert payments()[0].status is PaymentStatus.CANCELED
    assert "€38.00" in buyer.get(link_of(draft)).text


def test_what_was_paid_meanwhile_is_not_changed(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    buyer.post(link_of(draft, "/checkout/payment"))
    pay_at_stripe()  # and nobody has told us yet
    answer = change(staff, draft, "/withdrawal", reason="Too late")
    page = staff.get(answer.location).text
    assert "This draft was paid" not in page
    assert "It was paid or withdrawn" in page
    sweep()
    assert fresh(draft).state is DraftState.PAID
    assert draft.withdrawn_at is None


def test_of_a_customer_the_order_is_in_their_account(staff: Browser, buyer: Buyer) -> None:
    make_user(email="mara@example.org", email_verified_at=utcnow())
    draft = make_draft(staff)
    assert "Has an account" in staff.get(url_of(draft)).text
    buyer.post(link_of(draft, "/checkout/payment"))
    pay_at_stripe()
    buyer.get(link_of(draft, "/checkout/return"))
    customer = open_buyer(buyer.application)
    customer.sign_in("mara@example.org", PASSWORD)
    assert the_order().number in customer.get("/account/orders").text


def test_a_customer_who_pays_for_somebody_else_does_not_get_it(
    staff: Browser, buyer: Buyer
) -> None:
    make_user(email="leo@example.org", email_verified_at=utcnow(), role=Role.CUSTOMER)
    draft = make_draft(staff)
    buyer.sign_in("leo@example.org", PASSWORD)
    buyer.post(link_of(draft, "/checkout/payment"))
    pay_at_stripe()
    buyer.get(link_of(draft, "/checkout/return"))
    order = session.query(Order).one()
    assert (order.email, order.user_id) == ("mara@example.org", None)


def test_a_debit_that_failed_leads_back_to_the_link(
    staff: Browser, buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    draft = make_draft(staff)
    buyer.post(link_of(draft, "/checkout/payment"))
    pay_at_stripe(make_bank_debit())
    assert buyer.get(link_of(draft, "/checkout/return")).location == f"/orders/{the_order().token}"
    stripe_sandbox.settle(payments()[0].stripe_payment_intent_id or "", succeeds=False)
    mirror.sync(payments()[0].id)
    commit()
    page = buyer.get(f"/orders/{the_order().token}").text
    again = f"/checkout/again/{the_order().token}"
    assert f'href="{again}"' in page
    assert buyer.get(again).location == link_of(draft)
    assert "Go on to payment" in buyer.get(link_of(draft)).text
