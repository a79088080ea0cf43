"""Row A10: a second factor, whose codes are good once and not for long."""

from base64 import b32encode
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from shop.accounts.models import User
from shop.accounts.second_factor import factors, recovery
from shop.accounts.second_factor.models import RecoveryCode, SecondFactor
from shop.accounts.throttle import CODE_LIMITS, codes
from shop.db import commit, session, utcnow
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.mailbox import NEW_PASSWORD, ask_for_reset, mails_to, newest_link
from tests.accounts.second_factors import (
    app_of,
    code_of,
    enter,
    is_signed_in,
    make_guarded,
    set_up,
    wrong_code,
)
from tests.browser import Browser, open_browser
from tests.catalog.race import race

NOON = datetime(2026, 11, 21, 12, 0, 15, tzinfo=UTC)


@pytest.fixture
def user(client: Browser) -> User:
    """With a second factor; signed in to `client`."""
    return make_guarded(client)


def subjects(user: User) -> list[str]:
    return [mail.subject for mail in mails_to(user.email)]


def test_the_codes_are_those_of_the_rfc(app: Flask) -> None:
    """RFC 6238, appendix B, the last six digits."""
    user = make_user()
    factors.begin(user)
    secret = b32encode(b"12345678901234567890").decode()
    session.execute(update(SecondFactor).values(secret=secret, confirmed_at=utcnow()))
    for at, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert factors.take_step(user, code, datetime.fromtimestamp(at, UTC))


def test_a10_the_password_alone_opens_no_session(client: Browser, user: User, app: Flask) -> None:
    phone = open_browser(app)
    answer = phone.sign_in(user.email, PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/sign-in/second-factor")
    assert not is_signed_in(phone)
    assert phone.get("/api/me").status_code == 401
    assert enter(phone, wrong_code(user)) == 422
    assert not is_signed_in(phone)
    assert enter(phone, code_of(user)) == 303
    assert is_signed_in(phone)


def test_it_leads_on_to_the_page_that_was_wanted(user: User, app: Flask) -> None:
    phone = open_browser(app)
    data = {"email": user.email, "password": PASSWORD, "next": "/account/security"}
    phone.post("/sign-in", data=data)
    answer = phone.post("/sign-in/second-factor", data={"code": code_of(user)})
    assert answer.location == "/account/security"


@pytest.mark.parametrize(("steps", "is_right"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_a10_a_code_is_good_for_one_step_around(user: User, steps: int, is_right: int) -> None:
    code = app_of(user).at(NOON, counter_offset=steps)
    assert factors.take_step(user, code, NOON) == bool(is_right)


def test_a10_a_step_is_used_once_and_ends_those_before_it(user: User) -> None:
    totp = app_of(user)
    assert factors.take_step(user, totp.at(NOON), NOON)
    assert not factors.take_step(user, totp.at(NOON), NOON)
    assert not factors.take_step(user, totp.at(NOON, counter_offset=-1), NOON)
    later = NOON + timedelta(seconds=30)
    assert not factors.take_step(user, totp.at(NOON), later)
    assert factors.take_step(user, totp.at(later), later)


def test_a10_of_two_tries_with_one_code_one_wins(either_app: Flask) -> None:
    user = make_guarded(open_browser(either_app))
    user_id, code = user.id, app_of(user).at(NOON)
    commit()

    def act(_number: int) -> bool:
        return factors.take_step(session.get_one(User, user_id), code, NOON)

    assert sorted(map(bool, race(either_app, 2, act))) == [False, True]


def test_without_its_guard_the_race_has_two_winners(postgres_app: Flask) -> None:
    """The control: who looks first and writes later lets both in."""
    user = make_guarded(open_browser(postgres_app))
    factor_id = session.scalars(
        select(SecondFactor.id).where(SecondFactor.user_id == user.id)
    ).one()
    both_looked = Barrier(2, timeout=30)
    commit()

    def act(_number: int) -> bool:
        factor = session.get_one(SecondFactor, factor_id)
        is_new = factor.last_step < 1
        both_looked.wait()
        factor.last_step = 1
        return is_new

    assert race(postgres_app, 2, act) == [True, True]


def test_a10_of_five_tries_with_one_recovery_code_one_wins(either_app: Flask) -> None:
    user = make_guarded(open_browser(either_app))
    code = recovery.renew(user)[0]
    user_id = user.id
    commit()

    def act(_number: int) -> bool:
        return recovery.take(session.get_one(User, user_id), code)

    assert sum(map(bool, race(either_app, 5, act))) == 1
    assert recovery.left(user) == recovery.MANY - 1


def test_a10_a_code_that_was_used_signs_nobody_in(user: User, app: Flask) -> None:
    first, second = open_browser(app), open_browser(app)
    for browser in (first, second):
        browser.sign_in(user.email, PASSWORD)
    code = code_of(user)
    assert enter(first, code) == 303
    assert enter(second, code) == 422
    assert not is_signed_in(second)


def test_a_used_code_and_a_wrong_one_get_the_same_answer(user: User, app: Flask) -> None:
    first, second = open_browser(app), open_browser(app)
    for browser in (first, second):
        browser.sign_in(user.email, PASSWORD)
    code = code_of(user)
    enter(first, code)
    pages = [
        second.post("/sign-in/second-factor", data={"code": given}).text
        for given in (code, wrong_code(user), "ABCD-EFGH-JKMN-PQRS", "x", "\0", "١٢٣٤٥٦")
    ]
    tokens = [page.partition('name="csrf_token" value="')[2].partition('"')[0] for page in pages]
    assert len({page.replace(token, "") for page, token in zip(pages, tokens, strict=True)}) == 1


def test_a10_guessing_codes_is_slow_and_the_wait_ends(user: User, app: Flask) -> None:
    phone = open_browser(app)
    phone.sign_in(user.email, PASSWORD)
    wrong = wrong_code(user)
    answers = [enter(phone, wrong) for _ in range(CODE_LIMITS["pair"] + 2)]
    assert answers == [422] * CODE_LIMITS["pair"] + [429] * 2
    assert enter(phone, code_of(user)) == 429
    codes.forget()  # what the end of its window does, see test_throttle
    assert enter(phone, code_of(user)) == 303


def test_who_waits_is_known_in_this_browser_alone_and_not_for_long(user: User, app: Flask) -> None:
    stranger = open_browser(app)
    assert stranger.get("/sign-in/second-factor").location == "/sign-in"
    assert enter(stranger, code_of(user)) == 303
    assert not is_signed_in(stranger)

    phone = open_browser(app)
    phone.sign_in(user.email, PASSWORD)
    with phone.session_transaction() as cookie:
        cookie["waiting"] = cookie["waiting"] | {"until": utcnow().timestamp() - 1}
    assert phone.get("/sign-in/second-factor").location == "/sign-in"
    enter(phone, code_of(user))
    assert not is_signed_in(phone)


@pytest.mark.parametrize("change", ["password", "closed"])
def test_who_waits_is_forgotten_when_the_account_changes(
    user: User, app: Flask, change: str
) -> None:
    phone = open_browser(app)
    phone.sign_in(user.email, PASSWORD)
    if change == "password":
        user.end_sessions()
    else:
        user.is_active = False
    commit()
    enter(phone, code_of(user))
    assert not is_signed_in(phone)


def test_a06_a_mailed_link_does_not_go_around_it(user: User, app: Flask) -> None:
    phone = open_browser(app)
    ask_for_reset(phone, user.email)
    answer = phone.post(newest_link(user.email), data={"password": NEW_PASSWORD})
    assert answer.location == "/sign-in/second-factor"
    assert not is_signed_in(phone)
    assert enter(phone, code_of(user)) == 303
    assert is_signed_in(phone)


def test_setting_it_needs_the_password(client: Browser) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    wrong = client.post("/account/security/second-factor", data={"password": "wrong horse"})
    assert wrong.status_code == 422
    assert "That is not your current password." in wrong.text
    assert client.get("/account/security/second-factor/app").status_code == 303
    assert session.scalar(select(SecondFactor.id)) is None


def test_it_counts_once_a_first_code_was_right(client: Browser, app: Flask) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    client.post("/account/security/second-factor", data={"password": PASSWORD})
    wrong = client.post("/account/security/second-factor/app", data={"code": wrong_code(user)})
    assert wrong.status_code == 422
    assert "That code is not right" in wrong.text
    assert open_browser(app).sign_in(user.email, PASSWORD).location == "/account"
    done = client.post("/account/security/second-factor/app", data={"code": code_of(user)})
    assert done.status_code == 201
    assert subjects(user) == ["Your account has a second factor"]
    assert open_browser(app).sign_in(user.email, PASSWORD).location == "/sign-in/second-factor"


def test_the_code_that_set_it_up_is_used(client: Browser, app: Flask) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    client.post("/account/security/second-factor", data={"password": PASSWORD})
    code = code_of(user)
    client.post("/account/security/second-factor/app", data={"code": code})
    phone = open_browser(app)
    phone.sign_in(user.email, PASSWORD)
    assert enter(phone, code) == 422


def test_setting_it_signs_out_everywhere_else(client: Browser, other_client: Browser) -> None:
    user = make_user()
    for browser in (client, other_client):
        browser.sign_in(user.email, PASSWORD)
    set_up(client, user)
    assert is_signed_in(client)
    assert not is_signed_in(other_client)


def test_the_secret_is_shown_while_it_is_set_up_and_sealed(client: Browser) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    client.post("/account/security/second-factor", data={"password": PASSWORD})
    secret = app_of(user).secret
    page = client.get("/account/security/second-factor/app").text
    assert secret in page.replace(" ", "")
    assert "<svg" in page
    assert secret not in str(session.execute(text("SELECT * FROM second_factors")).all())

    client.post("/account/security/second-factor/app", data={"code": code_of(user)})
    assert client.get("/account/security/second-factor/app").status_code == 303
    for path in ("/account/security/second-factor", "/account/security"):
        assert secret not in client.get(path).text.replace(" ", "")


def test_another_browser_does_not_see_what_is_set_up(
    client: Browser, other_client: Browser
) -> None:
    user = make_user()
    for browser in (other_client, client):
        browser.sign_in(user.email, PASSWORD)
    session.execute(text("UPDATE sign_in_sessions SET confirmed_at = NULL"))
    client.post("/account/security/second-factor", data={"password": PASSWORD})
    assert client.get("/account/security/second-factor/app").status_code == 200
    assert other_client.get("/account/security/second-factor/app").status_code == 303


def test_what_was_set_up_too_slowly_is_over(client: Browser) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    client.post("/account/security/second-factor", data={"password": PASSWORD})
    session.execute(update(SecondFactor).values(created_at=utcnow() - factors.SETTING_UP))
    code = code_of(user)
    assert (
        client.post("/account/security/second-factor/app", data={"code": code}).status_code == 303
    )
    assert not factors.is_set(user)


def test_the_password_does_not_replace_one_that_is_set(client: Browser, user: User) -> None:
    before = app_of(user).secret
    answer = client.post("/account/security/second-factor", data={"password": PASSWORD})
    assert answer.status_code == 409
    assert app_of(user).secret == before


def test_recovery_codes_are_good_once_and_counted(client: Browser, app: Flask) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    given = set_up(client, user)
    assert len(set(given)) == 10
    kept = str(session.scalars(select(RecoveryCode.code_hash)).all())
    assert not any(code in kept for code in given)

    phone = open_browser(app)
    phone.sign_in(user.email, PASSWORD)
    assert enter(phone, f" {given[3].lower().replace('-', ' ')} ") == 303
    assert "You have 9 left" in phone.get("/account/security/second-factor").text
    assert subjects(user)[-1] == "A recovery code was used"
    assert "there are 9 left" in mails_to(user.email)[-1].text.replace("\n", " ")

    phone.post("/sign-out")
    phone.sign_in(user.email, PASSWORD)
    assert enter(phone, given[3]) == 422


def test_new_recovery_codes_end_the_old(client: Browser, user: User, app: Flask) -> None:
    old = recovery.renew(user)[0]
    commit()
    answer = client.post("/account/security/second-factor/recovery-codes")
    assert answer.status_code == 201
    assert recovery.left(user) == 10
    assert subjects(user)[-1] == "You have new recovery codes"
    phone = open_browser(app)
    phone.sign_in(user.email, PASSWORD)
    assert enter(phone, old) == 422


def test_somebody_elses_recovery_code_opens_nothing(
    client: Browser, other_client: Browser, user: User
) -> None:
    other = make_guarded(other_client)
    theirs = recovery.renew(other)[0]
    commit()
    phone = open_browser(client.application)
    phone.sign_in(user.email, PASSWORD)
    assert enter(phone, theirs) == 422
    assert recovery.left(other) == 10


def test_removing_it_is_told_and_leaves_the_password(
    client: Browser, user: User, app: Flask
) -> None:
    assert client.post("/account/security/second-factor/removal").status_code == 303
    assert subjects(user)[-1] == "Your second factor was removed"
    assert session.scalar(select(RecoveryCode.id)) is None
    assert open_browser(app).sign_in(user.email, PASSWORD).location == "/account"


def test_removing_nothing_is_told_to_nobody(client: Browser) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    assert client.post("/account/security/second-factor/removal").status_code == 303
    assert client.post("/account/security/second-factor/recovery-codes").status_code == 303
    client.post("/account/security/second-factor", data={"password": PASSWORD})
    client.post("/account/security/second-factor/removal")
    assert subjects(user) == []
    assert client.get("/account/security/second-factor/app").status_code == 200


def test_when_the_sealing_key_is_gone_recovery_codes_still_work(user: User, app: Flask) -> None:
    code = recovery.renew(user)[0]
    session.execute(text("UPDATE second_factors SET secret = 'sealed:1:' || :x"), {"x": "A" * 80})
    commit()
    phone = open_browser(app)
    phone.sign_in(user.email, PASSWORD)
    assert enter(phone, "123456") == 422
    assert enter(phone, code) == 303
