import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from shop.accounts import passwords, people
from shop.accounts.models import MailedLink, Purpose, Role, User
from shop.db import commit, session
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.mailbox import NEW_PASSWORD, mails_to, newest_link, register
from tests.browser import Browser, open_browser

EMAIL = "mara@example.com"
ODD = ["\u202eevil", "a\0b", "a\u200db", "\U0001f600" * 5, "\u0130stanbul", "x" * 10_000]
ODD += ["<script>", "a\nb", "%00", "\ufeff", "{{ 7*7 }}", "'; DROP TABLE users; --"]


def count_people() -> int | None:
    return session.scalar(select(func.count(User.id)))


def open_account(client: Browser, **data: str) -> int:
    """The status, when the mail is answered with this."""
    client.post("/register", data={"email": EMAIL})
    answer = client.post(newest_link(EMAIL), data={"password": NEW_PASSWORD} | data)
    return answer.status_code


def test_the_answered_mail_opens_the_account_and_signs_in(client: Browser) -> None:
    answer = client.post("/register", data={"email": EMAIL})
    assert (answer.status_code, answer.location) == (303, "/mail-sent")
    assert EMAIL in client.get("/mail-sent").text
    assert client.get("/account").status_code == 303
    assert count_people() == 0

    answer = client.post(newest_link(EMAIL), data={"name": "Mara Lind", "password": NEW_PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Hello, Mara Lind" in client.get("/account").text
    assert session.scalars(User.with_email(EMAIL)).one().email_verified_at
    assert client.sign_in(EMAIL, NEW_PASSWORD).status_code == 303


def test_the_mail_may_be_answered_elsewhere(client: Browser, other_client: Browser) -> None:
    client.post("/register", data={"email": EMAIL})
    other_client.post(newest_link(EMAIL), data={"password": NEW_PASSWORD})

    assert other_client.get("/account").status_code == 200
    assert client.get("/account").status_code == 303
    assert client.sign_in(EMAIL, NEW_PASSWORD).status_code == 303


def test_next_is_followed_after_the_mail(client: Browser) -> None:
    client.post("/register", data={"email": EMAIL, "next": "/checkout"})
    assert 'href="/checkout"' in client.get("/mail-sent").text
    assert client.post(newest_link(EMAIL), data={"password": NEW_PASSWORD}).location == "/checkout"


def test_what_was_typed_at_the_sign_in_comes_along(client: Browser) -> None:
    page = client.sign_in(EMAIL, "wrong horse").text
    assert f'href="/register?email={EMAIL}"' in page
    assert f'href="/password-reset?email={EMAIL}"' in page
    assert f'value="{EMAIL}"' in client.get("/register", query_string={"email": EMAIL}).text


def test_nobody_makes_themselves_an_admin(client: Browser) -> None:
    assert open_account(client, role="admin", is_active="1", session_epoch="7") == 303
    user = session.get_one(User, 1)
    assert (user.role, user.session_epoch) == (Role.CUSTOMER, 0)


def test_a02_a_taken_address_gets_the_same_answer(client: Browser, other_client: Browser) -> None:
    make_user(email=EMAIL)
    pages = []
    for browser, email in ((client, EMAIL), (other_client, "noah@example.com")):
        answer = browser.post("/register", data={"email": email})
        assert (answer.status_code, answer.location) == (303, "/mail-sent")
        pages.append(browser.get("/mail-sent").text.replace(email, ""))

    taken, new = ([without_tokens(page)] for page in pages)
    assert taken == new
    assert [len(mails_to(email)) for email in (EMAIL, "noah@example.com")] == [1, 1]
    assert session.scalars(User.with_email("noah@example.com")).one_or_none() is None


def without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf_token" not in line]


def test_a_taken_address_leads_to_a_new_password(client: Browser) -> None:
    make_user(email=EMAIL)
    client.post("/register", data={"email": EMAIL})
    [mail] = mails_to(EMAIL)
    assert mail.subject == "You have an account already"
    assert "/password-reset/" in newest_link(EMAIL)
    assert client.sign_in(EMAIL, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("first", "twin"),
    [
        ("jos\u00e9@example.com", "jose\u0301@example.com"),  # NFC, NFD
        ("mara@example.com", "MARA@EXAMPLE.COM"),
        ("mara@example.com", "  mara@example.com "),
        ("mara@example.com", "\uff4dara@example.com"),  # full-width m
        ("stra\u00dfe@example.com", "STRASSE@example.com"),
    ],
)
def test_x02_twins_are_one_account(client: Browser, first: str, twin: str) -> None:
    make_user(email=first)
    assert client.post("/register", data={"email": twin}).status_code == 303
    assert [len(mails_to(first)), len(mails_to(twin.strip()))] == (
        [1, 1] if first == twin.strip() else [1, 0]
    )
    assert session.scalars(select(MailedLink.purpose)).all() == [Purpose.RESET]


def test_an_account_that_was_made_meanwhile_is_kept(client: Browser) -> None:
    client.post("/register", data={"email": EMAIL})
    link = newest_link(EMAIL)
    people.register(EMAIL, "", PASSWORD)
    commit()

    assert client.post(link, data={"password": NEW_PASSWORD}).location == "/sign-in"
    assert client.sign_in(EMAIL, PASSWORD).status_code == 303


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("field", ["email", "next"])
def test_x02_odd_text_is_asked_with_or_refused(either_app: Flask, field: str, text: str) -> None:
    value = f"{text}@example.com" if field == "email" else text
    answer = open_browser(either_app).post("/register", data={"email": EMAIL} | {field: value})
    assert answer.status_code in {303, 422}
    assert session.scalar(select(func.count(MailedLink.id))) == (answer.status_code == 303)


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("field", ["name", "password"])
def test_x02_odd_text_is_stored_or_refused(either_app: Flask, field: str, text: str) -> None:
    value = f"{text} but long" if field == "password" else text
    status = open_account(open_browser(either_app), **{field: value})
    assert status in {303, 422}
    assert count_people() == (status == 303)


def test_what_was_typed_stays_but_not_the_password(client: Browser) -> None:
    client.post("/register", data={"email": EMAIL})
    data = {"name": "Mara Lind", "password": "short"}
    page = client.post(newest_link(EMAIL), data=data)
    assert page.status_code == 422
    assert 'value="Mara Lind"' in page.text
    assert "short" not in page.text
    assert 'id="password-error"' in page.text
    assert client.post(newest_link(EMAIL), data={"password": NEW_PASSWORD}).status_code == 303


def test_the_password_is_hashed(
    client: Browser, production_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", production_hasher)
    register(client, EMAIL)
    kept = session.get_one(User, 1).password_hash
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.is_right(NEW_PASSWORD, kept)


@pytest.mark.parametrize("page", ["/register", "/password-reset"])
def test_what_is_missing_is_named(client: Browser, page: str) -> None:
    answer = client.post(page, data={"email": ""})
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def test_there_is_no_mail_to_speak_of_before_one_is_asked_for(client: Browser) -> None:
    assert client.get("/mail-sent").location == "/sign-in"
