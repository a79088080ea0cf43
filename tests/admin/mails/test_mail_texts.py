"""The words of mails: changed, tried out, taken back; and never a mail that is not sent."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from shop.accounts.models import AuditEntry, Role
from shop.catalog.models import Kind
from shop.db import commit, session, utcnow
from shop.mail import kinds, outbox
from shop.mail.models import Mail, MailText
from shop.operations.health import NotWell, check_mail_texts
from shop.orders import letters
from tests.admin.conftest import Open
from tests.admin.orders.desk import paid_order
from tests.browser import Browser

URL = "/admin/mail-texts/order_paid"
SUBJECT = "Hurray: {number}"
TEXT = """Dear {name},

your **{total}** are here.

{downloads}

{license_keys}

[All about it]({order_link})
"""


def form(**given: Any) -> dict[str, Any]:
    return {"subject": SUBJECT, "text": TEXT} | given


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found[1]


def save(browser: Browser, **given: Any) -> Any:
    data = form(seen=seen_on(browser.get(URL).text)) | given
    return browser.post(f"{URL}/words", data=data)


def paid_mail() -> Mail:
    session.expire_all()
    newest = select(Mail).where(Mail.template == "order_paid").order_by(Mail.id.desc())
    return session.scalars(newest).all()[0]


@pytest.fixture
def browser(open_as: Open) -> Browser:
    return open_as(Role.ADMIN)


def test_every_kind_is_listed(browser: Browser) -> None:
    page = unescape(browser.get("/admin/mail-texts/").text)
    for kind in kinds.known():
        assert f'<a href="/admin/mail-texts/{kind.key}">{kind.name}</a>' in page
        assert kind.when in page
        assert browser.get(f"/admin/mail-texts/{kind.key}/preview").status_code == 200
    assert browser.get("/admin/mail-texts/nothing").status_code == 404


def test_a_changed_mail_is_sent_and_can_be_taken_back(browser: Browser) -> None:
    answer = save(browser)
    assert (answer.status_code, answer.location) == (303, URL)
    order = paid_order(Kind.DIGITAL)
    mail = paid_mail()
    assert mail.subject == f"Hurray: {order.number}"
    assert f"All about it:\nhttp://localhost/orders/{order.token}" in mail.text
    assert "<strong>" in mail.html
    assert outbox.send(mail.id)

    page = browser.get(URL).text
    assert "Changed" in browser.get("/admin/mail-texts/").text
    assert "Back to the delivered words" in page
    assert browser.post(f"{URL}/delivered").status_code == 303
    order = paid_order(Kind.DIGITAL)
    assert paid_mail().subject == f"Thank you for order {order.number}"
    assert "Take your own words back" in browser.get(URL).text
    assert browser.post(f"{URL}/own").status_code == 303
    order = paid_order(Kind.DIGITAL)
    assert paid_mail().subject == f"Hurray: {order.number}"


def test_each_change_is_audited_with_both_versions(browser: Browser) -> None:
    save(browser)
    browser.post(f"{URL}/delivered")
    first, second = session.scalars(select(AuditEntry).filter_by(act="mail_text.update"))
    delivered = {"subject": letters.PAID.words.subject, "text": letters.PAID.words.text}
    assert (first.subject, first.actor) == ("mail_text:order_paid", "admin@staff.example")
    assert first.data == {"before": delivered, "after": form()}
    assert second.data == {"before": form(), "after": delivered}
    row = session.scalars(select(MailText)).one()
    assert (row.is_used, row.changed_by) == (False, "admin@staff.example")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": TEXT + "{{ ''.__class__ }}"}, "“{{ ''.__class__ }}” is no placeholder."),
        ({"text": TEXT + "{% include 'x' %}"}, "“{% include 'x' %}” is no placeholder."),
        ({"subject": "{{ config }}"}, "“{{ config }}” is no placeholder."),
        ({"text": TEXT + "{ordr_link}"}, "There is no {ordr_link} in this mail. Did you mean"),
        ({"text": TEXT.replace("{downloads}", "")}, "{downloads} is missing:"),
        ({"text": TEXT.replace("{license_keys}", "")}, "{license_keys} is missing:"),
        ({"text": "Hello"}, "{order_link} is missing:"),
        ({"subject": ""}, "A mail needs a subject."),
    ],
)
def test_what_cannot_be_sent_is_said_beside_the_field(
    browser: Browser, given: dict[str, str], said: str
) -> None:
    for act in ("words", "test"):
        seen = seen_on(browser.get(URL).text)
        answer = browser.post(f"{URL}/{act}", data=form(seen=seen) | given)
        page = unescape(answer.text)
        [field] = given
        assert answer.status_code == 422
        error = page.split(f'id="{field}-error"')[1].split("</p>")[0]
        assert said in error
        assert unescape(given[field]) in page
    assert session.scalars(select(MailText)).all() == []
    assert session.scalars(select(Mail)).all() == []
    preview = browser.post(f"{URL}/preview", data=form() | given)
    assert (preview.status_code, preview.mimetype) == (422, "text/plain")
    assert said in preview.text


def test_two_editors_are_told_of_each_other(browser: Browser) -> None:
    seen = seen_on(browser.get(URL).text)
    save(browser, subject="The first")
    answer = browser.post(f"{URL}/words", data=form(subject="The second", seen=seen))
    assert answer.status_code == 409
    assert "Somebody else saved this meanwhile." in answer.text
    assert "The first" in answer.text
    assert 'value="The second"' in answer.text
    again = browser.post(f"{URL}/words", data=form(subject="The second", seen=seen_on(answer.text)))
    assert again.status_code == 303
    assert session.scalars(select(MailText.subject)).all() == ["The second"]


def test_the_preview_is_closed_in(browser: Browser) -> None:
    data = form(text=TEXT + "\n<script>alert(1)</script>")
    preview = browser.post(f"{URL}/preview", data=data)
    policy = preview.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script>" not in preview.text
    assert "Mara Lindner" in preview.text
    assert "<title>Hurray: K-7Q4M-2XB9</title>" in preview.text
    text = browser.post(f"{URL}/preview?part=text", data=data)
    assert text.mimetype == "text/plain"
    assert "Subject: Hurray: K-7Q4M-2XB9" in text.text
    page = browser.get(URL).text
    assert re.search(r'<iframe [^>]*name="preview" [^>]*sandbox src="[^"]+/preview"', page)


def test_a_test_goes_to_who_asks_and_saves_nothing(browser: Browser) -> None:
    seen = seen_on(browser.get(URL).text)
    answer = browser.post(f"{URL}/test", data=form(seen=seen))
    assert answer.status_code == 200
    assert "A test mail is on its way to admin@staff.example" in answer.text
    assert f'value="{SUBJECT}"' in answer.text
    assert seen_on(answer.text) == seen
    mail = session.scalars(select(Mail)).one()
    assert (mail.recipient, mail.subject) == ("admin@staff.example", "Hurray: K-7Q4M-2XB9")
    assert outbox.send(mail.id)
    assert session.scalars(select(MailText)).all() == []
    assert session.scalars(select(AuditEntry.act)).all()[-1] == "mail_text.test"


def store(**given: Any) -> None:
    values = {"kind": "order_paid", "is_used": True, "changed_at": utcnow(), "changed_by": "x"}
    session.add(MailText(**(values | form() | given)))
    commit()


@pytest.mark.parametrize(
    "broken",
    [
        {"text": "Hello {{ ''.__class__ }}"},
        {"text": "No link at all"},
        {"text": TEXT + "{was_once_known}"},
        {"subject": "{order_link}"},
    ],
)
def test_broken_words_stop_no_mail(browser: Browser, broken: dict[str, str]) -> None:
    store(**broken)
    order = paid_order(Kind.DIGITAL)
    assert paid_mail().subject == f"Thank you for order {order.number}"
    with pytest.raises(NotWell, match="delivered words: Order paid"):
        check_mail_texts()
    assert "Order paid" in browser.get("/admin/health/").text
    assert "Cannot be used" in browser.get("/admin/mail-texts/").text
    assert "These words cannot be used." in browser.get(URL).text


def test_good_words_are_well(app: Flask) -> None:
    store()
    check_mail_texts()


def test_words_that_are_no_good_any_more_cannot_be_taken_back(browser: Browser) -> None:
    store(text="No link at all", is_used=False)
    assert browser.post(f"{URL}/own").status_code == 303
    assert "cannot be used any more" in browser.get(URL).text
    assert session.scalars(select(MailText.is_used)).all() == [False]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_others_than_admins_do_not_come_in(open_as: Open, role: Role) -> None:
    other = open_as(role)
    for path in ("/admin/mail-texts/", URL, f"{URL}/preview"):
        assert other.get(path).status_code == 403
    assert other.post(f"{URL}/words", data=form()).status_code == 403
    assert session.scalars(select(MailText)).all() == []
