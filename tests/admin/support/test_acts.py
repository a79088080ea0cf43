"""What support does: with a reason, a right and an audit entry each."""

from datetime import timedelta

import pytest
from flask import Flask

from shop.accounts import letters
from shop.accounts.models import AuditEntry, MailedLink, Purpose, Role
from shop.admin.support.acts import ACTS
from shop.billing.models import Payment
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.db import commit, session, utcnow
from shop.downloads.models import Grant
from shop.leases import State
from shop.licenses.models import Activation, Deactivation, License
from shop.mail.models import Mail
from stripe_sandbox.testing import StripeSandbox
from tests.admin.conftest import Open
from tests.admin.support.cast import Customer, make_customer, make_guest
from tests.billing.subscriptions.subscriber import make_plan, make_subscriber
from tests.browser import Browser

REASON = "ticket 4711"


@pytest.fixture
def support(open_as: Open) -> Browser:
    return open_as(Role.SUPPORT)


def do(browser: Browser, act: str, id: int, **fields: object) -> str:
    """Do it; where that leads."""
    answer = browser.post(f"/admin/support/acts/{act}/{id}", data={"reason": REASON, **fields})
    assert answer.status_code == 303, answer.text
    session.expire_all()
    return str(answer.location)


def page(browser: Browser, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.text


def audited() -> tuple[str, str, str]:
    entry = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert entry
    found = (entry.act, entry.subject, entry.reason)
    session.rollback()
    return found


def mail_to(address: str, template: str) -> Mail:
    query = session.query(Mail).filter_by(recipient=address, template=template)
    mail = query.order_by(Mail.id.desc()).first()
    assert mail
    return mail


def test_z01_each_act_asks_for_the_right(open_as: Open) -> None:
    ids = ids_of(make_customer())
    reader, finance = open_as(Role.READ_ONLY), open_as(Role.FINANCE)
    before = session.query(AuditEntry).count()
    for act, id in ids.items():
        for browser in (reader, finance):
            for answer in (
                browser.get(f"/admin/support/acts/{act}/{id}"),
                browser.post(f"/admin/support/acts/{act}/{id}", data={"reason": REASON}),
            ):
                assert answer.status_code == 403, act
    assert session.query(AuditEntry).count() == before + 4 * len(ids)


def test_without_a_reason_nothing_happens(support: Browser) -> None:
    mara = make_customer()
    for act, id in ids_of(mara).items():
        assert support.get(f"/admin/support/acts/{act}/{id}").status_code == 200
        answer = support.post(f"/admin/support/acts/{act}/{id}", data={"reason": "  "})
        assert answer.status_code == 422
        assert "Say why" in answer.text or "Write something" in answer.text
    assert session.query(AuditEntry).count() == 0
    assert mara.bought.license.machines == 1
    assert mara.bought.license.suspended_at is None


def ids_of(customer: Customer) -> dict[str, int]:
    mail = session.query(Mail).filter_by(reference=customer.number).one()
    return {
        "sign-in": customer.user_id or 0, "note": customer.user_id or 0, "mail": mail.id,
        "downloads": customer.grant_id, "seat": customer.activation_id,
        "key": customer.bought.id, "suspend": customer.bought.id, "restore": customer.bought.id,
        "payment": customer.bought.order_id,
    }  # fmt: skip


def test_z02_what_is_not_there_is_not_found(support: Browser) -> None:
    for act in ACTS:
        for id in ("987654", str(10**30), "x"):
            assert support.get(f"/admin/support/acts/{act}/{id}").status_code == 404
            post = support.post(f"/admin/support/acts/{act}/{id}", data={"reason": REASON})
            assert post.status_code == 404
    assert support.get("/admin/support/acts/steal/1").status_code == 404


def test_a_link_to_sign_in_is_mailed_to_its_owner(support: Browser) -> None:
    mara = make_customer()
    assert do(support, "sign-in", mara.user_id or 0) == mara.url

    link = session.query(MailedLink).one()
    assert (link.purpose, link.email) == (Purpose.RESET, "mara@lindqvist.example")
    assert "/password-reset/" in mail_to("mara@lindqvist.example", letters.RESET.key).text
    assert audited() == ("customer.send_link", f"customer:{mara.user_id}", REASON)
    _, _, secret = mail_to("mara@lindqvist.example", letters.RESET.key).text.partition("-reset/")
    assert secret[:40] not in page(support, mara.url)


def test_a_note_stands_in_the_timeline(support: Browser) -> None:
    mara = make_customer()
    do(support, "note", mara.user_id or 0, reason="Asked for a <b>quote</b>.")
    assert "a &lt;b&gt;quote&lt;/b&gt;." in page(support, f"{mara.url}?show=staff")


def test_a_mail_is_sent_again_and_two_clicks_are_one(support: Browser) -> None:
    mara = make_customer()
    mail = mail_to("mara@lindqvist.example", "order_paid")
    id, mail.state = mail.id, State.DONE
    commit()

    assert do(support, "mail", id) == mara.url
    again = mail_to("mara@lindqvist.example", "order_paid")
    assert again.id != id
    assert again.text == f"All about {mara.number}"
    assert again.key != session.get_one(Mail, id).key
    answer = support.post(f"/admin/support/acts/mail/{id}", data={"reason": REASON})
    assert answer.status_code == 422
    assert "on its way already" in answer.text
    assert 'value="ticket 4711"' in answer.text

    waiting = again.id
    answer = support.post(f"/admin/support/acts/mail/{waiting}", data={"reason": REASON})
    assert "on its way already" in answer.text


def test_a_mail_that_was_given_up_gets_its_tries_back(support: Browser) -> None:
    make_guest()
    mail = mail_to("gast@brot.example", "order_paid")
    id, mail.state, mail.attempts = mail.id, State.DEAD, 8
    commit()
    do(support, "mail", id)
    assert session.query(Mail).filter_by(template="order_paid").count() == 1
    assert session.get_one(Mail, id).attempts < 8


def test_a_mail_with_a_link_that_is_good_once_is_not(support: Browser) -> None:
    mara = make_customer()
    do(support, "sign-in", mara.user_id or 0)
    id = mail_to("mara@lindqvist.example", letters.RESET.key).id
    assert support.get(f"/admin/support/acts/mail/{id}").status_code == 404
    assert f"/acts/mail/{id}" not in page(support, mara.url)


def test_downloads_get_more_and_longer(support: Browser) -> None:
    mara = make_customer()
    over = utcnow() - timedelta(days=3)
    session.get_one(Grant, mara.grant_id).expires_at = over
    commit()
    do(support, "downloads", mara.grant_id, downloads="5", days="10")

    grant = session.get_one(Grant, mara.grant_id)
    assert grant.most == 30
    assert grant.expires_at
    assert timedelta(days=9) < grant.expires_at - utcnow() <= timedelta(days=10)
    answer = support.post(
        f"/admin/support/acts/downloads/{mara.grant_id}", data={"reason": REASON, "days": "x"}
    )
    assert answer.status_code == 422
    answer = support.post(f"/admin/support/acts/downloads/{mara.grant_id}", data={"reason": REASON})
    assert "would change nothing" in answer.text


def test_a_seat_is_freed_however_often_its_owner_did(support: Browser) -> None:
    guest = make_guest()
    assert do(support, "seat", guest.activation_id) == guest.url
    seat = session.get_one(Activation, guest.activation_id)
    assert seat.deactivation is Deactivation.STAFF
    assert guest.bought.license.machines == 0
    assert audited() == ("license.free_seat", f"license:{guest.bought.id}", REASON)
    answer = support.post(
        f"/admin/support/acts/seat/{guest.activation_id}", data={"reason": REASON}
    )
    assert answer.status_code == 422


def test_a_key_is_replaced_and_mailed_and_never_shown(support: Browser) -> None:
    for one, address in (
        (make_customer(), "mara@lindqvist.example"), (make_guest(), "gast@brot.example"),
    ):  # fmt: skip
        for _ in range(4):  # more often than its owner may
            do(support, "key", one.bought.id)
        key = one.bought.license.key or ""
        assert key != one.bought.key
        assert key in mail_to(address, "license_key").text
        assert key not in page(support, one.url)
        assert one.bought.key not in page(support, one.url)
        assert one.bought.license.machines == 0


def test_a_license_rests_and_is_restored(support: Browser) -> None:
    mara = make_customer()
    do(support, "suspend", mara.bought.id)
    license = session.get_one(License, mara.bought.id)
    assert (license.suspended_at is not None, license.suspend_reason) == (True, REASON)
    assert "Restore" in page(support, mara.url)
    session.expire_all()

    do(support, "restore", mara.bought.id)
    assert session.get_one(License, mara.bought.id).suspended_at is None
    answer = support.post(
        f"/admin/support/acts/suspend/{mara.bought.id}", data={"reason": "dispute"}
    )
    assert answer.status_code == 422
    assert "Say more than" in answer.text


def test_a_subscription_is_canceled_kept_paused_and_resumed(
    app: Flask, stripe_sandbox: StripeSandbox, support: Browser
) -> None:
    subscriber = make_subscriber(stripe_sandbox)
    one = subscriber.subscribe(make_plan())
    id = one.id
    commit()

    do(support, "cancel", id)
    assert session.get_one(Subscription, id).ends_at is not None
    answer = support.post(f"/admin/support/acts/pause/{id}", data={"reason": REASON})
    assert "is canceled. Keep it first" in answer.text
    do(support, "keep", id)
    assert session.get_one(Subscription, id).ends_at is None
    do(support, "cancel", id)
    do(support, "keep", id)
    assert session.get_one(Subscription, id).ends_at is None

    do(support, "pause", id)
    assert session.get_one(Subscription, id).status is SubscriptionStatus.PAUSED
    do(support, "resume", id)
    assert session.get_one(Subscription, id).status is SubscriptionStatus.ACTIVE
    assert audited() == ("subscription.resume", f"subscription:{id}", REASON)


def test_resync_shows_what_changed(
    app: Flask, stripe_sandbox: StripeSandbox, support: Browser
) -> None:
    subscriber = make_subscriber(stripe_sandbox)
    one = subscriber.subscribe(make_plan())
    id, one.quantity = one.id, 7
    stripe_id = one.stripe_subscription_id
    commit()

    url = do(support, "follow", id)
    assert "seats: 7 → 1" in page(support, url)
    assert session.get_one(Subscription, id).quantity == 1
    url = do(support, "follow", id)
    assert "was up to date" in page(support, url)
    answer = support.post("/admin/support/resync", data={"stripe_id": stripe_id})
    assert answer.location == f"/admin/support/?q={stripe_id}"


def test_what_is_unknown_is_asked_of_stripe(
    app: Flask, stripe_sandbox: StripeSandbox, support: Browser
) -> None:
    for id in ("pi_nothing1", "ch_nothing1", "evt_nothing1", "in_nothing1", "re_nothing1"):
        answer = support.post("/admin/support/resync", data={"stripe_id": id})
        assert answer.status_code == 303
        told = page(support, answer.location)
        assert "does not know" in told or "Nothing of this shop is called" in told, id
    assert support.post("/admin/support/resync", data={"stripe_id": "x' OR 1"}).status_code == 404
    answer = support.post("/admin/support/resync", data={"stripe_id": "cus_1234"})
    assert "Nothing of this kind" in page(support, answer.location)


def test_without_stripe_nothing_is_lost(support: Browser) -> None:
    mara = make_customer()
    payment = session.query(Payment).filter_by(order_id=mara.bought.order_id).one()
    payment.stripe_payment_intent_id = None
    commit()
    answer = support.post(
        f"/admin/support/acts/payment/{mara.bought.order_id}", data={"reason": REASON}
    )
    assert answer.status_code == 422
    assert "no payment for this order" in answer.text
