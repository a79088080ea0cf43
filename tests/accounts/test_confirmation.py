"""Acts that could do harm ask once more who is there, and lose nothing that was sent."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask, jsonify, request
from sqlalchemy import select, update

from shop.accounts import access, confirmation
from shop.accounts.models import Role, SignInSession, User
from shop.accounts.sessions import FRESH
from shop.accounts.throttle import LIMITS
from shop.app import create_app
from shop.config import Settings
from shop.db import commit, db, session, utcnow
from shop.errors import ShopError
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.second_factors import code_of, enter, make_guarded, wrong_code
from tests.browser import Browser, open_browser

DESK = Blueprint("desk", __name__)


@DESK.route("/desk", methods=["GET", "POST"])
def act() -> Any:
    """A dangerous act, as the back office has them."""
    access.demand_fresh()
    return jsonify(list(request.form.items(multi=True)))


@DESK.post("/desk/refund")
def act_and_fail() -> str:
    access.demand_fresh()
    raise ShopError("There is nothing left to give back.")


@DESK.post("/api/desk")
def act_by_api() -> str:
    access.demand_fresh()
    return "done"


@pytest.fixture
def desk(app: Flask, settings: Settings) -> Iterator[Flask]:
    """The shop with a page more, on the same database."""
    more = create_app(settings)
    more.testing = True
    more.register_blueprint(DESK)
    with more.app_context():
        yield more
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def browser(desk: Flask) -> Browser:
    return open_browser(desk)


@pytest.fixture
def user(browser: Browser) -> User:
    user = make_user(role=Role.SUPPORT)
    browser.sign_in(user.email, PASSWORD)
    return user


def grow_stale(age: timedelta = FRESH) -> None:
    session.execute(update(SignInSession).values(confirmed_at=utcnow() - age))
    commit()


def typed(page: str) -> list[tuple[str, str]]:
    """What the page sends once more, without what it asks for."""
    return re.findall(r'<textarea name="([^"]+)" hidden>\n([^<]*)</textarea>', page)


def action(page: str) -> str:
    found = re.search(r'class="sheet stack" method="post" action="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_right_after_the_sign_in_nobody_is_asked(browser: Browser, user: User, method: str) -> None:
    assert browser.open("/desk", method=method).status_code == 200
    grow_stale(FRESH - timedelta(minutes=1))
    assert browser.open("/desk", method=method).status_code == 200


def test_a_visitor_signs_in_first(browser: Browser) -> None:
    assert browser.get("/desk").location == "/sign-in?next=/desk"


def test_a_page_leads_to_the_question_and_back(browser: Browser, user: User) -> None:
    grow_stale()
    asked = browser.get("/desk?order=7")
    assert (asked.status_code, asked.location) == (303, "/confirm?next=/desk?order%3D7")
    page = browser.get(asked.location).text
    assert 'name="confirm_password"' in page
    data = {"confirm_password": PASSWORD, "next": "/desk?order=7"}
    assert browser.post("/confirm", data=data).location == "/desk?order=7"
    assert browser.get("/desk?order=7").status_code == 200


def test_what_was_sent_goes_on_after_the_answer(browser: Browser, user: User) -> None:
    grow_stale()
    form = {"amount": "1900", "ids": ["1", "2"], "reason": 'She\'s\n"right"', "next": "/admin/"}
    asked = browser.post("/desk?order=7", data=form)
    assert asked.status_code == 403
    assert action(asked.text) == "/desk?order=7"
    assert [name for name, _ in typed(asked.text)] == ["amount", "ids", "ids", "reason", "next"]

    again = form | {"confirm_password": "wrong horse"}
    refused = browser.post("/desk?order=7", data=again)
    assert refused.status_code == 422
    assert "That is not your current password." in refused.text
    assert typed(refused.text) == typed(asked.text)
    assert refused.text.count('name="confirm_password"') == 1

    done = browser.post("/desk?order=7", data=form | {"confirm_password": PASSWORD})
    assert done.status_code == 200
    assert [1, 2, form["reason"]] == [
        *(int(value) for name, value in done.get_json() if name == "ids"),
        dict(done.get_json())["reason"],
    ]
    assert browser.post("/desk", data=form).status_code == 200


def test_a_form_without_its_csrf_token_is_carried_nowhere(browser: Browser, user: User) -> None:
    grow_stale()
    browser.has_token = False
    data = {"amount": "1900", "confirm_password": PASSWORD}
    answer = browser.post("/desk", data=data)
    assert answer.status_code == 400
    assert "1900" not in answer.text
    [confirmed_at] = session.scalars(select(SignInSession.confirmed_at))
    assert confirmed_at
    assert confirmed_at <= utcnow() - FRESH


def test_a_password_in_the_form_is_asked_for_again(browser: Browser, user: User) -> None:
    grow_stale()
    page = browser.post("/desk", data={"password": "for somebody new"}).text
    assert "for somebody new" not in page
    assert 'name="password" type="password"' in page


def test_a_file_is_to_be_chosen_again(browser: Browser, user: User) -> None:
    grow_stale()
    data = {"title": "Mug", "image": (io.BytesIO(b"png"), "mug.png")}
    headers = {"Referer": "http://localhost/desk/products/7"}
    page = browser.post("/desk", data=data, headers=headers).text
    assert "A file cannot wait here" in page
    assert action(page) == "/confirm"
    assert 'name="next" value="/desk/products/7"' in page
    assert typed(page) == []


def test_what_is_too_long_is_not_carried(browser: Browser, user: User) -> None:
    grow_stale()
    page = browser.post("/desk", data={"text": "x" * confirmation.MOST_CARRIED}).text
    assert "too long to wait here" in page
    assert "xxxx" not in page


def test_with_a_second_factor_the_password_is_not_enough(browser: Browser) -> None:
    user = make_guarded(browser, role=Role.ADMIN)
    grow_stale()
    asked = browser.post("/desk", data={"amount": "1900"})
    assert 'name="confirm_code"' in asked.text
    assert 'name="confirm_password"' not in asked.text
    for wrong in ({"confirm_password": PASSWORD}, {"confirm_code": wrong_code(user)}):
        assert browser.post("/desk", data={"amount": "1900"} | wrong).status_code == 422
        assert browser.post("/confirm", data=wrong).status_code == 422
    code = code_of(user)
    assert browser.post("/desk", data={"confirm_code": code}).status_code == 200
    grow_stale()
    assert browser.post("/desk", data={"confirm_code": code}).status_code == 422


def test_an_act_that_fails_gives_no_code_back_and_asks_no_second_time(
    browser: Browser, desk: Flask
) -> None:
    user = make_guarded(browser, role=Role.ADMIN)
    grow_stale()
    data = {"confirm_code": code_of(user)}
    assert browser.post("/desk/refund", data=data).status_code == 409
    assert browser.post("/desk/refund").status_code == 409
    phone = open_browser(desk)
    phone.sign_in(user.email, PASSWORD)
    assert enter(phone, data["confirm_code"]) == 422


def test_guesses_are_counted_and_lose_nothing(browser: Browser, user: User) -> None:
    grow_stale()
    form = {"amount": "1900", "confirm_password": "wrong horse"}
    answers = [browser.post("/desk", data=form) for _ in range(LIMITS["pair"] + 1)]
    assert [answer.status_code for answer in answers] == [422] * LIMITS["pair"] + [429]
    assert "Too many passwords were wrong" in answers[-1].text
    assert ("amount", "1900") in typed(answers[-1].text)


def test_one_browser_confirms_for_itself_alone(browser: Browser, user: User, desk: Flask) -> None:
    phone = open_browser(desk)
    phone.sign_in(user.email, PASSWORD)
    grow_stale()
    browser.post("/confirm", data={"confirm_password": PASSWORD})
    assert browser.get("/desk").status_code == 200
    assert phone.get("/desk").status_code == 303


def test_the_moment_is_not_in_the_cookie(browser: Browser, user: User, desk: Flask) -> None:
    fresh = browser.cookie("session")
    grow_stale()
    browser.set_cookie("session", fresh)
    assert browser.get("/desk").status_code == 303


def test_an_api_call_is_told(browser: Browser, user: User) -> None:
    grow_stale()
    answer = browser.post("/api/desk")
    assert answer.status_code == 403
    assert "/confirm" in answer.get_json()["detail"]


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a08_the_question_leads_nowhere_else(browser: Browser, user: User, after: str) -> None:
    assert browser.get("/confirm", query_string={"next": after}).location == "/account"
    grow_stale()
    data = {"confirm_password": PASSWORD, "next": after}
    assert browser.post("/confirm", data=data).location == "/account"
