"""The page of one person."""

from flask import Flask

from shop.accounts.models import AuditEntry, Role, User
from shop.billing.disputes.models import Dispute
from shop.billing.models import Payment
from shop.billing.subscriptions import timeline as subscription_timeline
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.db import commit, session, utcnow
from shop.downloads import news
from shop.downloads.models import Download, Grant
from shop.leases import State
from shop.licenses import machines
from shop.licenses.finds import Question
from shop.mail.models import Mail
from shop.orders import timeline
from shop.orders.models import Order
from tests.accounts.factories import make_user
from tests.admin.conftest import Open
from tests.admin.support.cast import Customer, make_customer, make_guest
from tests.billing.subscriptions.subscriber import make_plan
from tests.browser import open_browser
from tests.licenses.factories import make_license
from tests.queries import count_queries

MOST_QUERIES = 12


def make_subscription(customer: Customer, n: int = 1) -> int:
    price = make_plan()
    one = Subscription(
        user_id=customer.user_id or 0, product_id=price.variant.product_id, price_id=price.id,
        quantity=1, status=SubscriptionStatus.PAST_DUE, started_at=utcnow(),
        stripe_subscription_id=f"sub_mara{n}", stripe_customer_id="cus_mara",
    )  # fmt: skip
    session.add(one)
    session.flush()  # its entries need the id
    subscription_timeline.note(one, "past_due", "A payment failed.")
    id = one.id
    commit()
    return id


def make_history(customer: Customer) -> None:
    """Something of each kind."""
    order = session.get_one(Order, customer.bought.order_id)
    timeline.note(order, "paid", "The payment arrived.")
    session.add(Download(grant_id=customer.grant_id, file_name="editor.zip", nonce="n1"))
    news.ask(session.get_one(Grant, customer.grant_id), wants=True)
    payment = session.query(Payment).filter_by(order_id=order.id).one()
    session.add(
        Dispute(
            stripe_dispute_id=f"du_{order.id}", stripe_charge_id="ch_1", payment_id=payment.id,
            amount=1900, currency="EUR", status="needs_response", opened_at=utcnow(),
        )
    )  # fmt: skip
    commit()


def test_all_about_an_account(open_as: Open, app: Flask) -> None:
    mara = make_customer()
    make_history(mara)
    make_subscription(mara)
    session.query(User).filter_by(id=mara.user_id).one().email_verified_at = None
    commit()

    page = open_as(Role.SUPPORT).get(f"{mara.url}?about=order:{mara.number}").text

    for told in (
        "Mara Lindqvist", "Payment due", "Dispute", "Never verified", "Searched for", mara.number,
        mara.invoice, "€19.00 in 1 order", "1 of 3 seats", "Mara-laptop", "Atlas", "Past due",
        "The payment arrived.", "A payment failed.", "Downloaded editor.zip",
        f"Agreed: “{news.WORDS}”", "took a seat",
        f"Mail “Thank you for order {mara.number}”", "On its way", "25 of 25 downloads are left",
        f"/admin/support/acts/key/{mara.bought.id}", "cus_mara", "Germany",
    ):  # fmt: skip
        assert told in page, told
    assert "Guest" not in page


def test_all_about_a_guest(open_as: Open) -> None:
    guest = make_guest()
    page = open_as(Role.SUPPORT).get(guest.url).text
    for told in ("Greta Gast", "Guest", guest.number, guest.invoice, "took a seat", "Thank you"):
        assert told in page, told
    assert "Send sign-in link" not in page


def test_of_an_account_without_orders_no_amount_is_told(open_as: Open) -> None:
    user = make_user(email="new@example.org")
    commit()
    page = open_as(Role.SUPPORT).get(f"/admin/support/people/{user.id}").text
    assert "<dt>From orders</dt><dd>None yet</dd>" in page


def test_what_they_have_costs_no_more_questions(open_as: Open, app: Flask) -> None:
    mara = make_customer()
    user = session.get_one(User, mara.user_id)
    for n in range(3):
        make_subscription(mara, n)
        bought = make_license(user)
        machines.activate(Question(bought.key, fingerprint=f"f{n}"), f"device {n}")
        commit()
    make_history(mara)
    browser = open_as(Role.SUPPORT)
    browser.get(mara.url)

    with count_queries() as queries:
        answer = browser.get(f"{mara.url}?about=order:{mara.number}")

    assert answer.status_code == 200
    assert len(queries) <= MOST_QUERIES, queries


def test_the_timeline_is_narrowed_and_paged(open_as: Open) -> None:
    mara = make_customer()
    make_history(mara)
    browser = open_as(Role.SUPPORT)
    money = browser.get(f"{mara.url}?show=money").text
    assert "The payment arrived." in money
    assert "Downloaded" not in money
    assert "took a seat" not in money
    licenses = browser.get(f"{mara.url}?show=licenses").text
    assert "Downloaded" in licenses
    assert "The payment arrived." not in licenses

    order = session.get_one(Order, mara.bought.order_id)
    for n in range(40):
        timeline.note(order, "paid", f"Entry number {n}.")
    commit()
    first = browser.get(f"{mara.url}?show=money").text
    second = browser.get(f"{mara.url}?show=money&page=2").text
    entries = [f"Entry number {n}." for n in range(40)]
    assert sorted(e for e in entries if e in first + second) == sorted(entries)
    assert not [e for e in entries if e in first and e in second]
    assert "Older" in first
    assert "Older" not in second
    for odd in ("0", "-3", "x", "9" * 30):
        assert browser.get(f"{mara.url}?page={odd}").status_code == 200


def test_mails_are_told_with_their_state(open_as: Open) -> None:
    mara = make_customer()
    session.query(Mail).update({"state": State.DEAD})
    commit()
    assert "Could not be sent" in open_as(Role.SUPPORT).get(f"{mara.url}?show=mail").text


def test_what_is_hidden_is_shown_by_a_noted_post(open_as: Open) -> None:
    mara, guest = make_customer(), make_guest()
    browser = open_as(Role.SUPPORT)
    assert "Hafenstr." not in browser.get(mara.url).text

    for one, subject in ((mara, f"customer:{mara.user_id}"), (guest, f"order:{guest.number}")):
        page = browser.post(f"{one.url}/details").text
        assert "Hafenstr. 1, Kiel" in page
        assert "DE81234567" in page
        entry = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert entry
        assert (entry.act, entry.subject) == ("customer.reveal", subject)
        session.rollback()
    assert browser.get(f"{mara.url}/details").status_code == 405


def test_who_may_only_read_sees_no_name_and_no_way_to_it(open_as: Open) -> None:
    mara = make_customer()
    browser = open_as(Role.READ_ONLY)
    page = browser.get(mara.url).text
    for secret in ("Mara Lindqvist", "mara@lindqvist", "Hafenstr", "DE81234567", "/acts/"):
        assert secret not in page, secret
    assert browser.post(f"{mara.url}/details").status_code == 403


def test_why_somebody_has_access(open_as: Open) -> None:
    mara, guest = make_customer(), make_guest()
    browser = open_as(Role.SUPPORT)
    for one in (mara, guest):
        page = browser.get(f"{one.url}/access").text
        assert f"Bought with order {one.number}" in page
        assert "Active, without an end date." in page


def test_z02_nobody_is_nobodys_page(open_as: Open) -> None:
    make_customer()
    browser = open_as(Role.SUPPORT)
    for path in ("people/987654", f"people/{10**30}", "people/x", "guests/K-NOBODY", "people/-1"):
        for end in ("", "/access"):
            assert browser.get(f"/admin/support/{path}{end}").status_code == 404, path


def test_a_guests_order_of_an_account_leads_to_the_account(open_as: Open) -> None:
    mara = make_customer()
    answer = open_as(Role.SUPPORT).get(f"/admin/support/guests/{mara.number}")
    assert answer.location == f"{mara.url}?about=order:{mara.number}"


def test_customers_and_visitors_see_nothing(open_as: Open, app: Flask) -> None:
    mara = make_customer()
    assert open_as(Role.CUSTOMER).get(mara.url).status_code == 403
    assert open_as(Role.CATALOG).get(mara.url).status_code == 403
    assert open_browser(app).get(mara.url).status_code == 303
