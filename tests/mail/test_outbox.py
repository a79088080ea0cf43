"""Mails are written once, sent once, and tried again."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop import leases
from shop.config import Settings
from shop.db import commit, rollback, session, utcnow
from shop.leases import State
from shop.mail import kinds, outbox, tasks, transports
from shop.mail.kinds import Kind, Placeholder, Words
from shop.mail.models import Mail
from tests.catalog.race import race
from tests.mail.factories import make_mail
from tests.mail.smtp import SmtpServer, smtp_server

GREETING = Kind(
    "greeting",
    kinds.ORDERS,
    "Greeting",
    "Never.",
    Words("Hello", "Dear {name}, hello."),
    {"name": Placeholder("Whoever it is", "Ada")},
)


@pytest.fixture
def smtp(app: Flask, settings: Settings) -> Iterator[SmtpServer]:
    """The shop sends by SMTP, to a server of this test."""
    with smtp_server() as server:
        settings.mail_url = server.url
        yield server
        settings.mail_url = ""


def write(key: str = "order:1:paid", name: str = "Ada") -> bool:
    return outbox.write(GREETING, key=key, to="ada@example.org", name=name)


def count_mails() -> int | None:
    return session.scalar(select(func.count(Mail.id)))


def try_again(mail: Mail) -> bool:
    mail.due_at = utcnow() - timedelta(seconds=1)
    commit()
    return outbox.send(mail.id)


@pytest.mark.usefixtures("either_app")
def test_a_key_is_used_once() -> None:
    assert [write(), write(), write("order:2:paid")] == [True, False, True]
    assert count_mails() == 2


@pytest.mark.usefixtures("either_app")
def test_a_key_is_used_once_by_twenty_at_the_same_moment(either_app: Flask) -> None:
    commit()
    written = race(either_app, 20, lambda _n: write())

    assert sorted(map(str, written)) == ["False"] * 19 + ["True"]
    assert count_mails() == 1


@pytest.mark.usefixtures("either_app")
def test_a_mail_goes_with_the_transaction_that_wrote_it() -> None:
    write()
    rollback()

    assert count_mails() == 0
    assert write()


@pytest.mark.usefixtures("either_app")
def test_names_are_text_in_the_html_part() -> None:
    write(name="<script>alert(1)</script>")

    [mail] = session.scalars(select(Mail))
    assert "<script>" in mail.text
    assert "&lt;script&gt;" in mail.html


def test_it_reaches_the_server(smtp: SmtpServer, settings: Settings) -> None:
    mail = make_mail(subject="Grüße zur Bestellung", text="Danke für 5 €.")

    assert outbox.send(mail.id)

    [received] = smtp.mails
    assert smtp.recipients == ["ada@example.org"]
    assert received["Subject"] == "Grüße zur Bestellung"
    assert received["From"] == settings.mail_from
    assert text_of(received) == "Danke für 5 €."
    assert received.get_body(("html",)) is not None
    assert (mail.state, mail.attempts) == (State.DONE, 1)
    assert mail.sent_at


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content()).strip()


def test_a_sent_mail_is_not_sent_again(smtp: SmtpServer) -> None:
    mail = make_mail()

    assert [outbox.send(mail.id), outbox.send(mail.id), try_again(mail)] == [True, False, False]
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("mood", ["busy", "refusing"])
def test_x09_what_the_server_refuses_is_tried_again(smtp: SmtpServer, mood: str) -> None:
    mail = make_mail()
    smtp.mood = mood  # type: ignore[assignment]  # one of its moods

    assert not outbox.send(mail.id)
    assert (mail.state, mail.attempts, smtp.mails) == (State.FAILED, 1, [])
    assert "SMTPRecipientsRefused" in (mail.error or "")

    smtp.mood = "kind"
    assert try_again(mail)
    assert (len(smtp.mails), mail.attempts, mail.state) == (1, 2, State.DONE)


def test_x09_a_mail_taken_without_an_answer_comes_again_under_the_same_id(smtp: SmtpServer) -> None:
    mail = make_mail()
    smtp.mood = "forgetful"
    assert not outbox.send(mail.id)

    smtp.mood = "kind"
    assert try_again(mail)

    first, second = smtp.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    assert mail.attempts == 2


def test_every_mail_has_an_id_of_its_own(smtp: SmtpServer) -> None:
    for _ in range(3):
        outbox.send(make_mail().id)

    assert len({mail["Message-ID"] for mail in smtp.mails}) == 3


def test_no_library_retries_behind_our_back(smtp: SmtpServer) -> None:
    smtp.mood = "busy"
    outbox.send(make_mail().id)

    assert smtp.tries == 1


def test_a_server_that_is_gone_is_tried_until_the_mail_is_dead(
    app: Flask, settings: Settings
) -> None:
    mail = make_mail()
    settings.mail_url = "smtp://127.0.0.1:9"
    try:
        for _ in range(leases.MOST_TRIES):
            assert not try_again(mail)
    finally:
        settings.mail_url = ""

    assert (mail.state, mail.attempts) == (State.DEAD, 8)
    assert "ConnectionRefused" in (mail.error or "")


def test_a_domain_in_other_letters_is_spelled_as_servers_know_it(smtp: SmtpServer) -> None:
    assert outbox.send(make_mail(recipient="info@müller.example.org").id)
    assert smtp.recipients == ["info@xn--mller-kva.example.org"]


def test_a_name_in_other_letters_needs_a_server_that_can_write_it(smtp: SmtpServer) -> None:
    smtp.extensions = [b"8BITMIME", b"SMTPUTF8"]
    assert outbox.send(make_mail(recipient="müller@müller.example.org").id)

    assert smtp.recipients == ["müller@xn--mller-kva.example.org"]
    [sender] = [command for command in smtp.commands if command.startswith(b"mail FROM")]
    assert b"SMTPUTF8" in sender
    assert "müller@" in str(smtp.mails[0]["To"])


def test_a_name_that_the_server_cannot_write_is_not_tried_again(smtp: SmtpServer) -> None:
    mail = make_mail(recipient="müller@example.org")

    assert not outbox.send(mail.id)
    assert (mail.state, mail.attempts, mail.lease) == (State.DEAD, 1, None)
    assert "SMTPUTF8" in (mail.error or "")
    assert smtp.recipients == []
    assert tasks.sweep() == 0


def test_a_name_in_other_letters_is_readable_in_a_file(app: Flask, settings: Settings) -> None:
    folder = settings.data_dir / "mail"
    before = set(folder.glob("*.eml"))
    assert outbox.send(make_mail(recipient="müller@example.org").id)

    [file] = set(folder.glob("*.eml")) - before
    assert "To: müller@example.org" in file.read_text()


def test_a_taken_mail_is_sent_whatever_the_good_bye(smtp: SmtpServer) -> None:
    smtp.mood = "rude"

    assert outbox.send(make_mail().id)
    assert len(smtp.mails) == 1


def test_a_server_that_drips_is_left_before_the_lease_ends(
    smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leases.LEASE.total_seconds() > transports.LIMIT
    monkeypatch.setattr(transports, "LIMIT", 1)
    mail = make_mail()
    smtp.mood = "slow"

    assert not outbox.send(mail.id)
    assert mail.state is State.FAILED
    assert "took longer than 1 seconds" in (mail.error or "")


def test_x09_a_subject_starts_no_header(smtp: SmtpServer) -> None:
    outbox.send(make_mail(subject="Order\r\nBcc: eve@example.org\n\nBody").id)

    [received] = smtp.mails
    assert received["Subject"] == "Order Bcc: eve@example.org Body"
    assert received["Bcc"] is None
    assert smtp.recipients == ["ada@example.org"]


@pytest.mark.parametrize(
    "recipient",
    [
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org, eve@example.org",
        "ada@example.org\x00",
        "Ada <eve@example.org>",
        "<ada@example.org>",
        "nobody",
        "",
    ],
)
def test_x09_a_recipient_is_one_address_or_nobody(smtp: SmtpServer, recipient: str) -> None:
    mail = make_mail(recipient=recipient)

    assert not outbox.send(mail.id)
    assert (mail.state, mail.attempts, smtp.mails, smtp.recipients) == (State.FAILED, 1, [], [])


def test_the_sweep_sends_what_is_due_and_goes_on_behind_a_bad_one(smtp: SmtpServer) -> None:
    make_mail(recipient="nobody\n")
    make_mail()
    make_mail(due_at=utcnow() + timedelta(minutes=1))

    assert tasks.sweep() == 2
    assert len(smtp.mails) == 1
    assert tasks.sweep() == 0


def test_without_a_server_mails_are_files(app: Flask, settings: Settings) -> None:
    mail = make_mail(subject="In a folder")
    assert outbox.send(mail.id)

    folder = settings.data_dir / "mail"
    name = str(outbox.compose(mail)["Message-ID"]).strip("<>").partition("@")[0]
    assert b"Subject: In a folder" in (folder / f"{name}.eml").read_bytes()
    assert list(folder.glob("*.part")) == []
