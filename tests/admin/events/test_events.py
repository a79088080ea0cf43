"""Stripe's events, mails, comparisons and health, as staff see them."""

import json
import re

import pytest
from sqlalchemy import select, text

from shop.accounts.models import AuditEntry, Role
from shop.billing.models import StripeEvent
from shop.billing.reconciling.models import Reconciliation
from shop.db import commit, session, utcnow
from shop.leases import State
from shop.mail.models import Mail
from stripe_sandbox.testing import StripeSandbox
from tests.admin.conftest import Open
from tests.queries import count_queries

SECRET = "mara.lindqvist@example.com"


def make_event(stripe_id: str = "evt_1", **given: object) -> StripeEvent:
    payload = json.dumps({"id": stripe_id, "data": {"object": {"email": SECRET}}}).encode()
    values = {"type": "payment_intent.succeeded", "object_id": "pi_1", "api_version": "x",
              "payload": payload, "created_at": utcnow(), "state": State.DEAD,
              "attempts": 8, "error": "Timeout: no answer"}  # fmt: skip
    event = StripeEvent(stripe_id=stripe_id, **(values | given))
    session.add(event)
    commit()
    return event


def make_mail(**given: object) -> Mail:
    values = {"key": "order:1:paid", "template": "order_paid", "recipient": "mara@example.com",
              "subject": "Your order", "text": "Your key is CANARY-KEY",
              "html": "<p>CANARY-KEY</p>", "reference": "order:K-1",
              "state": State.DEAD}  # fmt: skip
    mail = Mail(**(values | given))
    session.add(mail)
    commit()
    return mail


def acts() -> list[str]:
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


def test_a_dead_event_is_tried_again(open_as: Open) -> None:
    event = make_event()
    admin = open_as(Role.ADMIN)
    page = admin.get("/admin/events/evt_1")
    assert "Timeout: no answer" in page.text

    assert admin.post("/admin/events/evt_1/replay").status_code == 303
    session.expire_all()
    assert (event.state, event.attempts) == (State.PENDING, 0)
    assert acts() == ["stripe event.replay"]
    assert admin.post("/admin/events/evt_1/replay").status_code == 409


def test_many_are_tried_again(open_as: Open) -> None:
    ids = [str(make_event(f"evt_{i}").id) for i in range(3)]
    done = make_event("evt_9", state=State.DONE)
    admin = open_as(Role.ADMIN)

    answer = admin.post(
        "/admin/events/action/", data={"action": "replay", "rowid": [*ids, str(done.id)]}
    )
    assert answer.status_code == 303
    assert "3 of 4 changed" in admin.get("/admin/events/").text
    assert set(session.scalars(select(StripeEvent.state))) == {State.PENDING, State.DONE}


def test_a_payload_is_for_who_may_see_personal_data(open_as: Open) -> None:
    make_event()
    assert SECRET in open_as(Role.SUPPORT).get("/admin/events/evt_1").text
    assert SECRET not in open_as(Role.READ_ONLY).get("/admin/events/evt_1").text


def test_m05_an_event_can_be_neither_changed_nor_deleted(open_as: Open) -> None:
    event = make_event()
    admin = open_as(Role.ADMIN)
    for url in ("edit", "delete", "removal", "edit/?id=1", "delete/?id=1"):
        for path in (f"/admin/events/{url}", f"/admin/events/evt_1/{url}"):
            assert admin.post(path, data={"id": event.id}).status_code in {404, 405}
    assert session.scalars(select(StripeEvent.stripe_id)).all() == ["evt_1"]


def test_reading_a_mail_is_noted(open_as: Open) -> None:
    mail = make_mail()
    support = open_as(Role.SUPPORT)
    assert "CANARY-KEY" not in support.get(f"/admin/mails/{mail.id}").text
    assert "CANARY-KEY" in support.post(f"/admin/mails/{mail.id}/text").text
    assert acts() == ["mail.read"]
    assert open_as(Role.READ_ONLY).post(f"/admin/mails/{mail.id}/text").status_code == 403


def test_a_mail_is_sent_again_to_a_better_address(open_as: Open) -> None:
    mail = make_mail()
    support = open_as(Role.SUPPORT)
    wrong = support.post(f"/admin/mails/{mail.id}/again", data={"email": "mara@@example"})
    assert wrong.status_code == 422
    assert 'value="mara@@example"' in wrong.text

    for _ in range(2):
        answer = support.post(f"/admin/mails/{mail.id}/again", data={"email": "m@example.com"})
        assert answer.status_code == 303
    again = session.scalars(select(Mail).where(Mail.id != mail.id).order_by(Mail.id)).all()
    assert [one.recipient for one in again] == ["m@example.com"] * 2
    assert {(one.text, one.subject, one.reference) for one in again} == {
        (mail.text, mail.subject, mail.reference)
    }
    assert again[0].key == "order:1:paid:again:1"


def test_what_cannot_be_read_any_more_is_not_sent_again(open_as: Open) -> None:
    mail = make_mail()
    session.execute(text("UPDATE mails SET text = 'sealed:1:of-another-key'"))
    commit()
    url = f"/admin/mails/{mail.id}/again"
    answer = open_as(Role.SUPPORT).post(url, data={"email": "m@example.com"})
    assert answer.status_code == 409
    assert "cannot be read any more" in answer.text
    assert len(session.scalars(select(Mail.id)).all()) == 1


def test_a_failed_mail_is_tried_again(open_as: Open) -> None:
    mail = make_mail()
    answer = open_as(Role.ADMIN).post(
        "/admin/mails/action/", data={"action": "revive", "rowid": str(mail.id)}
    )
    assert answer.status_code == 303
    session.expire_all()
    assert mail.state != State.DEAD


def test_m02_no_list_or_csv_has_the_words_of_a_mail(open_as: Open) -> None:
    make_mail()
    admin = open_as(Role.ADMIN)
    for path in ("/admin/mails/", "/admin/mails/export/csv/"):
        answer = admin.get(path).text
        assert "Your order" in answer
        assert "CANARY" not in answer


def test_a_comparison_shows_what_differed(open_as: Open) -> None:
    difference = {"kind": "payment", "id": "pi_1", "here": ["processing"],
                  "at_stripe": ["succeeded"], "repaired": False}  # fmt: skip
    session.add(Reconciliation(since=utcnow(), differences=[difference]))
    commit()
    admin = open_as(Role.ADMIN)
    assert "1, 1 left" in admin.get("/admin/comparisons/").text
    link = re.search(r'href="(/admin/comparisons/\d+)"', admin.get("/admin/comparisons/").text)
    assert link
    assert "<code>pi_1</code>" in admin.get(link[1]).text


@pytest.mark.usefixtures("stripe_sandbox")
def test_a_comparison_is_made_on_demand(open_as: Open, stripe_sandbox: StripeSandbox) -> None:
    admin = open_as(Role.ADMIN)
    assert admin.post("/admin/comparisons/run").status_code == 303
    assert acts() == ["stripe.reconcile"]


def test_health_names_what_is_wrong_and_its_cure(
    open_as: Open, stripe_sandbox: StripeSandbox
) -> None:
    make_event()
    page = open_as(Role.ADMIN).get("/admin/health/").text
    assert "1 Stripe events failed too often and wait for a person" in page
    assert "shop stripe dead" in page
    assert "<td>Stripe events</td><td>0</td><td>1</td>" in page


def test_the_books_are_checked_on_demand(open_as: Open, stripe_sandbox: StripeSandbox) -> None:
    admin = open_as(Role.ADMIN)
    assert "All books agree." in admin.post("/admin/health/books").text
    assert "books.check" in acts()


@pytest.mark.parametrize("path", ["events", "mails", "comparisons", "audit", "orders"])
def test_lists_ask_few_questions(open_as: Open, path: str) -> None:
    for i in range(60):
        make_event(f"evt_{i}")
    make_mail()
    admin = open_as(Role.ADMIN)
    with count_queries() as queries:
        assert admin.get(f"/admin/{path}/").status_code == 200
    assert len(queries) <= 8
