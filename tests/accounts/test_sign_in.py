from functools import partial
from urllib.parse import quote

import pytest
from flask import Flask

from shop.accounts import demo, people
from shop.accounts.models import Role
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.second_factors import make_guarded
from tests.browser import Browser, open_browser
from tests.work import work_of

WRONG = "That e-mail address and password do not belong together."


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("mara@example.com", "wrong horse"),
        ("nobody@example.com", PASSWORD),
        ("mara@example.com\0", PASSWORD),
        ("x" * 5000, "y" * 5000),
        ("\u202emara@example.com", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ],
)
def test_a02_every_wrong_pair_gets_the_same_answer(
    either_app: Flask, email: str, password: str
) -> None:
    make_user(email="mara@example.com")
    answer = open_browser(either_app).sign_in(email, password)
    assert answer.status_code == 422
    assert WRONG in answer.text


def test_a02_nobody_takes_as_long_as_a_wrong_password(app: Flask) -> None:
    make_user(email="mara@example.com")

    people.identify("warm-up@example.com", "wrong horse")
    known, unknown = (
        work_of(partial(people.identify, email, "wrong horse"))
        for email in ("mara@example.com", "nobody@example.com")
    )
    assert known.hashes == 1
    assert known.is_like(unknown), (known, unknown)


def test_what_was_typed_stays_but_not_the_password(client: Browser) -> None:
    page = client.sign_in("mara@example.com", "wrong horse").text
    assert 'value="mara@example.com"' in page
    assert "wrong horse" not in page


@pytest.mark.parametrize(
    "spelling",
    ["MARA@example.com", " mara@Example.COM ", "\uff4d\uff41ra@example.com", "mara@EXAMPLE.com"],
)
def test_x02_spellings_of_an_address_are_one_person(client: Browser, spelling: str) -> None:
    make_user(email="mara@example.com")
    assert client.sign_in(spelling, PASSWORD).status_code == 303


@pytest.mark.parametrize("page", ["/account", "/account/security"])
def test_an_account_page_leads_to_sign_in_and_back(client: Browser, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 303
    form = client.get(answer.location).text
    assert f'value="{page}"' in form
    user = make_user()
    data = {"email": user.email, "password": PASSWORD, "next": page}
    assert client.post("/sign-in", data=data).location == page


def test_who_is_signed_in_needs_no_form(client: Browser) -> None:
    client.sign_in(make_user().email, PASSWORD)
    assert client.get("/sign-in?next=/cart").location == "/cart"
    assert client.get("/register").location == "/account"


def test_a02_a_wrong_password_says_nothing_of_the_account(client: Browser, app: Flask) -> None:
    """Whether it is there, closed, staff, a demo or has a second factor: all pages are one."""
    people_there = [
        make_user(),
        make_user(is_active=False),
        make_user(role=Role.ADMIN),
        make_guarded(client),
        demo.create_demo_accounts()[Role.SUPPORT],
    ]
    pages = set()
    for email in ("nobody@example.com", *(user.email for user in people_there)):
        answer = open_browser(app).sign_in(email, "wrong horse")
        token = answer.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        page = answer.text.replace(token, "").replace(email, "").replace(quote(email), "")
        pages.add((answer.status_code, page, tuple(sorted(answer.headers.keys()))))
    assert len(pages) == 1


def test_a02_a_second_factor_takes_no_time_before_the_password_is_right(
    client: Browser, app: Flask
) -> None:
    known, plain = make_guarded(client).email, make_user().email

    people.identify(plain, "wrong horse")
    guarded, unguarded = (
        work_of(partial(people.identify, email, "wrong horse")) for email in (known, plain)
    )
    assert guarded.is_like(unguarded), (guarded, unguarded)
