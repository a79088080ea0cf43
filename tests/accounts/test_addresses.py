"""Confirming the address of an account, and changing it."""

from datetime import timedelta

import pytest
from flask import Flask

from shop.accounts.models import User
from shop.db import session, utcnow
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.mailbox import ask_for_reset, mails_to, newest_link
from tests.browser import Browser, open_browser

EMAIL, NEW = "mara@example.com", "mara@new.example.com"
BANNER = f"Is {EMAIL} yours?"


@pytest.fixture
def user(app: Flask) -> User:
    return make_user(email=EMAIL)


@pytest.fixture
def signed_in(client: Browser, user: User) -> Browser:
    client.sign_in(EMAIL, PASSWORD)
    return client


def ask_to_change(client: Browser, email: str = NEW, password: str = PASSWORD) -> int:
    data = {"email": email, "current_password": password}
    return client.post("/account/email", data=data).status_code


def test_the_account_asks_until_the_address_is_confirmed(signed_in: Browser, user: User) -> None:
    assert BANNER in signed_in.get("/account/security").text
    assert signed_in.post("/account/email/confirmation").status_code == 303
    link = newest_link(EMAIL)
    page = signed_in.get(link)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    session.refresh(user)
    assert user.email_verified_at is None

    assert signed_in.post(link).location == "/account"
    assert BANNER not in signed_in.get("/account/security").text
    assert signed_in.post(link).status_code == 410
    assert signed_in.post("/account/email/confirmation").status_code == 303
    assert len(mails_to(EMAIL)) == 1


def test_asking_again_and_again_is_slowed_down(signed_in: Browser) -> None:
    statuses = [signed_in.post("/account/email/confirmation").status_code for _ in range(6)]
    assert statuses == [303] * 5 + [429]


@pytest.mark.usefixtures("signed_in")
def test_only_the_account_itself_confirms(client: Browser, other_client: Browser) -> None:
    """Or a stranger could send the mail to somebody else, for them to click."""
    client.post("/account/email/confirmation")
    link = newest_link(EMAIL)
    assert other_client.get(link).location.startswith("/sign-in?next=/verify-email/")
    assert other_client.post(link).status_code == 303
    other_client.sign_in(make_user().email, PASSWORD)
    assert other_client.get(link).status_code == 403
    assert other_client.post(link).status_code == 403
    assert client.post(link).location == "/account"


def test_signing_in_on_another_device_leads_back_to_the_link(
    signed_in: Browser, other_client: Browser
) -> None:
    signed_in.post("/account/email/confirmation")
    link = newest_link(EMAIL)
    data = {"email": EMAIL, "password": PASSWORD, "next": link}
    assert other_client.post("/sign-in", data=data).location == link
    assert other_client.post(link).location == "/account"


def test_a_new_address_counts_when_its_mail_is_answered(signed_in: Browser, user: User) -> None:
    assert ask_to_change(signed_in) == 303
    assert NEW in signed_in.get("/account/security").text
    session.refresh(user)
    assert (user.email, user.email_verified_at) == (EMAIL, None)
    [notice] = mails_to(EMAIL)
    assert NEW in notice.text

    assert signed_in.post(newest_link(NEW)).status_code == 303
    session.refresh(user)
    assert user.email == NEW
    assert user.email_verified_at
    assert utcnow() - user.email_verified_at < timedelta(minutes=1)
    assert mails_to(EMAIL)[-1].subject == "Your account has a new address"
    assert signed_in.sign_in(EMAIL, PASSWORD).status_code == 422
    assert signed_in.sign_in(NEW, PASSWORD).status_code == 303


def test_the_password_is_needed_and_not_guessed(signed_in: Browser) -> None:
    statuses = [ask_to_change(signed_in, password="wrong horse") for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert mails_to(NEW) == []


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), "", "nobody", "a@b@example.com"])
def test_an_address_that_is_none_or_the_same_is_said(signed_in: Browser, email: str) -> None:
    answer = signed_in.post("/account/email", data={"email": email, "current_password": PASSWORD})
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def test_a02_another_persons_address_gets_the_same_answer(signed_in: Browser) -> None:
    make_user(email="noah@example.com")
    assert ask_to_change(signed_in, "noah@example.com") == 303
    assert "noah@example.com" in signed_in.get("/account/security").text
    [mail] = mails_to("noah@example.com")
    assert mail.subject == "This address has an account already"
    assert "/verify-email/" not in mail.text


def test_an_address_that_was_taken_meanwhile_stays_theirs(signed_in: Browser, user: User) -> None:
    ask_to_change(signed_in)
    make_user(email=NEW)
    answer = signed_in.post(newest_link(NEW))
    assert answer.status_code == 409
    session.refresh(user)
    assert user.email == EMAIL


def test_a_new_password_stops_a_new_address(signed_in: Browser, app: Flask, user: User) -> None:
    """What the mail to the old address says."""
    ask_to_change(signed_in)
    owner = open_browser(app)
    ask_for_reset(owner, EMAIL)
    owner.post(newest_link(EMAIL), data={"password": "three blue teapots"})
    assert owner.post(newest_link(NEW)).status_code == 410


def test_a06_a_new_address_ends_the_links_to_the_old(signed_in: Browser, app: Flask) -> None:
    ask_to_change(signed_in)
    thief = open_browser(app)
    ask_for_reset(thief, EMAIL)
    link = newest_link(EMAIL)
    assert signed_in.post(newest_link(NEW)).status_code == 303
    assert thief.post(link, data={"password": "three blue teapots"}).status_code == 410
