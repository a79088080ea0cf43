import pytest
from flask import Flask

from shop.accounts.models import Role, User
from shop.db import session
from tests.browser import Browser, open_browser

DATA = {"email": "mara@example.com", "name": "Mara Lind", "password": "ten letters"}
ODD = ["\u202eevil", "a\0b", "a\u200db", "\U0001f600" * 3, "\u0130stanbul", "x" * 10_000]
ODD += ["<script>", "a\nb", "%00", "\ufeff", "{{ 7*7 }}", "'; DROP TABLE users; --"]
TAKEN = "There is already an account with this e-mail address."


def people() -> list[User]:
    return list(session.scalars(User.__table__.select().with_only_columns(User.id)))


def test_register_signs_in(client: Browser) -> None:
    answer = client.post("/register", data=DATA)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Hello, Mara Lind" in client.get("/account").text


def test_next_is_followed(client: Browser) -> None:
    assert client.post("/register", data=DATA | {"next": "/checkout"}).location == "/checkout"


def test_a_name_is_not_needed(client: Browser) -> None:
    assert client.post("/register", data=DATA | {"name": ""}).status_code == 303


def test_nobody_makes_themselves_an_admin(client: Browser) -> None:
    client.post("/register", data=DATA | {"role": "admin", "is_active": "1", "session_epoch": "7"})
    user = session.get_one(User, 1)
    assert (user.role, user.session_epoch) == (Role.CUSTOMER, 0)


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
def test_x02_twins_are_one_account(
    client: Browser, other_client: Browser, first: str, twin: str
) -> None:
    assert client.post("/register", data=DATA | {"email": first}).status_code == 303
    answer = other_client.post("/register", data=DATA | {"email": twin})
    assert answer.status_code == 422
    assert len(people()) == 1


def test_a_taken_address_is_said_plainly(client: Browser, other_client: Browser) -> None:
    client.post("/register", data=DATA)
    page = other_client.post("/register", data=DATA).text
    assert TAKEN in page
    assert 'value="Mara Lind"' in page
    assert "ten letters" not in page


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("field", ["email", "name", "password", "next"])
def test_x02_odd_text_is_stored_or_refused(either_app: Flask, field: str, text: str) -> None:
    value = f"{text}@example.com" if field == "email" else text
    answer = open_browser(either_app).post("/register", data=DATA | {field: value})
    assert answer.status_code in {303, 422}
    assert len(people()) == (answer.status_code == 303)


@pytest.mark.parametrize(("length", "status"), [(9, 422), (10, 303), (256, 303), (257, 422)])
def test_the_password_has_a_length_and_no_other_rule(
    client: Browser, length: int, status: int
) -> None:
    assert client.post("/register", data=DATA | {"password": "a" * length}).status_code == status


def test_the_password_is_hashed(client: Browser) -> None:
    client.post("/register", data=DATA)
    kept = session.get_one(User, 1).password_hash
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("field", ["email", "password"])
def test_what_is_missing_is_named(client: Browser, field: str, app: Flask) -> None:
    answer = client.post("/register", data=DATA | {field: ""})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
