"""Row A06: a link that sets a new password, once."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import update

from shop.accounts import entry, people, tokens
from shop.accounts.links import LinkIsOver
from shop.accounts.models import MailedLink, Purpose, User
from shop.accounts.throttle import asks
from shop.db import commit, session, utcnow
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.mailbox import NEW_PASSWORD, ask_for_reset, mails_to, newest_link
from tests.browser import Browser, open_browser
from tests.catalog.race import race
from tests.work import work_of

EMAIL = "mara@example.com"


@pytest.fixture
def user(app: Flask) -> User:
    return make_user(email=EMAIL, email_verified_at=utcnow())


def answer(client: Browser, link: str, password: str = NEW_PASSWORD) -> int:
    return client.post(link, data={"password": password}).status_code


@pytest.mark.usefixtures("user")
def test_a_new_password_signs_in_here_and_nowhere_else(
    client: Browser, other_client: Browser, app: Flask
) -> None:
    other_client.sign_in(EMAIL, PASSWORD)
    ask_for_reset(client, EMAIL, next="/cart")
    done = client.post(newest_link(EMAIL), data={"password": NEW_PASSWORD})

    assert (done.status_code, done.location) == (303, "/cart")
    assert client.get("/account").status_code == 200
    assert other_client.get("/account").status_code == 303
    assert open_browser(app).sign_in(EMAIL, PASSWORD).status_code == 422
    assert open_browser(app).sign_in(EMAIL, NEW_PASSWORD).status_code == 303
    assert mails_to(EMAIL)[-1].subject == "Your password was changed"


@pytest.mark.usefixtures("user")
def test_programs_that_check_mails_use_no_link_up(client: Browser) -> None:
    ask_for_reset(client, EMAIL)
    link = newest_link(EMAIL)
    for method in ("GET", "HEAD", "GET"):
        page = client.open(link, method=method)
        assert page.status_code == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "private, no-store"
    assert answer(client, link, "too short") == 422
    assert answer(client, link) == 303


@pytest.mark.usefixtures("user")
def test_a06_a_link_is_used_once(client: Browser) -> None:
    ask_for_reset(client, EMAIL)
    link = newest_link(EMAIL)
    assert [answer(client, link), answer(client, link, "four green teapots")] == [303, 410]
    assert client.sign_in(EMAIL, NEW_PASSWORD).status_code == 303
    assert "does not work any more" in client.get(link).text


@pytest.mark.usefixtures("user")
def test_a06_a_link_is_what_was_sent_and_nothing_like_it(client: Browser) -> None:
    ask_for_reset(client, EMAIL)
    link = newest_link(EMAIL)
    last = "B" if link[-1] == "A" else "A"
    for wrong in (link[:-1], link[:-1] + last, link + "=", link + "%20", link.swapcase()):
        assert answer(client, wrong) in {404, 410}
    assert answer(client, link.replace("/password-reset/", "/register/")) == 410
    assert answer(client, link) == 303


@pytest.mark.usefixtures("user")
def test_a06_a_newer_link_ends_the_older(client: Browser) -> None:
    ask_for_reset(client, EMAIL)
    older = newest_link(EMAIL)
    ask_for_reset(client, EMAIL)
    assert answer(client, older) == 410
    assert answer(client, newest_link(EMAIL)) == 303


@pytest.mark.usefixtures("user")
def test_a06_a_link_ends_after_an_hour(client: Browser) -> None:
    ask_for_reset(client, EMAIL)
    link = newest_link(EMAIL)
    hour = timedelta(hours=1)
    [expiry] = session.scalars(
        MailedLink.__table__.select().with_only_columns(MailedLink.expires_at)
    )
    assert hour - timedelta(minutes=1) < expiry - utcnow() <= hour
    session.execute(update(MailedLink).values(expires_at=utcnow()))
    assert answer(client, link) == 410


@pytest.mark.usefixtures("user")
def test_a06_signing_in_ends_a_link(client: Browser, other_client: Browser) -> None:
    ask_for_reset(client, EMAIL)
    other_client.sign_in(EMAIL, PASSWORD)
    assert answer(client, newest_link(EMAIL)) == 410


def test_a06_another_password_or_a_closed_account_ends_a_link(client: Browser, user: User) -> None:
    ask_for_reset(client, EMAIL)
    people.change_password(user, PASSWORD)
    assert answer(client, newest_link(EMAIL)) == 410

    ask_for_reset(client, EMAIL)
    user.is_active = False
    assert answer(client, newest_link(EMAIL)) == 410


def test_a06_one_of_five_succeeds(either_app: Flask) -> None:
    make_user(email=EMAIL)
    ask_for_reset(open_browser(either_app), EMAIL)
    secret = newest_link(EMAIL).rpartition("/")[2]
    commit()

    def act(number: int) -> int:
        entry.enter(Purpose.RESET, secret, f"{NEW_PASSWORD} {number}")
        return number

    results = race(either_app, 5, act)
    winners = [result for result in results if isinstance(result, int)]
    assert len(winners) == 1
    assert sum(isinstance(result, LinkIsOver) for result in results) == 4
    assert people.identify(EMAIL, f"{NEW_PASSWORD} {winners[0]}")


def test_it_proves_the_address_and_ends_what_a_stranger_made(client: Browser) -> None:
    """Somebody may have opened the account with an address that was not theirs."""
    user = make_user(email=EMAIL)
    tokens.create(user, "Of a stranger")
    ask_for_reset(client, EMAIL)
    assert answer(client, newest_link(EMAIL)) == 303
    session.refresh(user)
    assert user.email_verified_at
    assert tokens.of(user) == []


def test_tokens_of_a_verified_owner_stay(client: Browser, user: User) -> None:
    tokens.create(user, "Build server")
    ask_for_reset(client, EMAIL)
    assert answer(client, newest_link(EMAIL)) == 303
    assert len(tokens.of(user)) == 1


def test_the_mail_goes_to_the_account_and_not_to_a_twin_spelling(client: Browser) -> None:
    make_user(email="mike@example.org")
    ask_for_reset(client, "M\u0131KE@example.org".replace("\u0131", "\uff29"))
    assert len(mails_to("mike@example.org")) == 1


def test_an_unknown_address_is_told_by_mail_and_gets_an_account(client: Browser) -> None:
    ask_for_reset(client, "noah@example.com")
    [mail] = mails_to("noah@example.com")
    assert mail.subject == "There is no account with this address"
    assert answer(client, newest_link("noah@example.com")) == 303
    assert session.scalars(User.with_email("noah@example.com")).one().email_verified_at


@pytest.mark.parametrize("page", ["/register", "/password-reset"])
def test_a02_nobody_takes_as_long_as_somebody(client: Browser, page: str) -> None:
    make_user(email=EMAIL)

    def ask(email: str) -> None:
        asks.forget()
        client.post(page, data={"email": email})

    for warm_up in (EMAIL, "noah@example.com"):
        ask(warm_up)
    known, unknown = (work_of(partial(ask, email)) for email in (EMAIL, "noah@example.com"))
    assert known.is_like(unknown), (known, unknown)


def test_mails_are_not_sent_without_end(client: Browser, user: User) -> None:
    answers = [client.post("/password-reset", data={"email": EMAIL}).status_code for _ in range(7)]
    assert answers == [303] * 5 + [429] * 2
    assert len(mails_to(EMAIL)) == 5
    assert client.post("/register", data={"email": EMAIL.upper()}).status_code == 429
    assert client.post("/register", data={"email": "noah@example.com"}).status_code == 303


def test_one_visitor_does_not_write_to_everybody(client: Browser) -> None:
    statuses = [
        client.post("/register", data={"email": f"p{n}@example.com"}).status_code for n in range(21)
    ]
    assert statuses == [303] * 20 + [429]


@pytest.mark.usefixtures("user")
def test_a07_the_link_does_not_follow_the_host_header(client: Browser) -> None:
    headers = {"X-Forwarded-Host": "evil.example"}
    client.post("/password-reset", data={"email": EMAIL}, headers=headers)
    [mail] = mails_to(EMAIL)
    assert "evil" not in mail.text + mail.html
    evil = client.post("/password-reset", data={"email": EMAIL}, headers={"Host": "evil.example"})
    assert evil.status_code == 400


@pytest.mark.usefixtures("user")
def test_the_database_holds_no_secret_of_a_link(client: Browser) -> None:
    ask_for_reset(client, EMAIL)
    secret = newest_link(EMAIL).rpartition("/")[2]
    rows = session.execute(MailedLink.__table__.select()).all()
    assert secret not in str(rows)
