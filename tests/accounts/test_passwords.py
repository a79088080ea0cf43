import pytest

from shop.accounts import passwords
from shop.accounts.passwords import LONGEST, SHORTEST, weakness
from tests.accounts.factories import make_user
from tests.accounts.mailbox import ask_for_reset, newest_link
from tests.browser import Browser


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!",
        "P@ssw0rd12345",
        "passwordpassword",
        "123456789012",
        "987654321098",
        "qwertyuiopas",
        "aaaaaaaaaaaa",
        "abababababab",
        "iloveyou!!!!",
        "!!!letmein2026",
        "CorrectHorseBatteryStaple",
        "abcdefghijklm",
    ],
)
def test_what_is_guessed_first_is_no_password(password: str) -> None:
    assert len(password) >= SHORTEST
    assert weakness(password) == passwords.COMMON


@pytest.mark.parametrize("password", ["mara@example.com", "mara.lind2026", "Keystall2026!"])
def test_what_everybody_knows_is_no_password(password: str) -> None:
    known = ("mara@example.com", "mara.lind", "Keystall")
    assert weakness(password, *known) == passwords.ABOUT_YOU


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "three blue teapots",
        "my password is longer",
        "\u043f\u0430\u0440\u043e\u043b\u044c \u0434\u043b\u0438\u043d\u043d\u044b\u0439",
        "1984 was a good book",
        "mara likes long sentences",
    ],
)
def test_anything_else_is_fine(password: str) -> None:
    assert weakness(password, "mara@example.com", "mara", "Keystall") is None


@pytest.mark.parametrize(
    ("length", "status"), [(SHORTEST - 1, 422), (SHORTEST, 303), (LONGEST, 303), (LONGEST + 1, 422)]
)
def test_length_is_the_only_other_rule(client: Browser, length: int, status: int) -> None:
    user = make_user()
    ask_for_reset(client, user.email)
    password = ("three blue teapots " * 20)[:length]
    assert client.post(newest_link(user.email), data={"password": password}).status_code == status


def test_a_weak_one_is_refused_beside_its_field(client: Browser) -> None:
    user = make_user()
    ask_for_reset(client, user.email)
    page = client.post(newest_link(user.email), data={"password": "password1234"})
    assert page.status_code == 422
    assert passwords.COMMON in page.text


def test_the_same_keys_on_another_system_are_the_same_password() -> None:
    kept = passwords.make_hash("\u00fcberall caf\u00e9s")
    assert passwords.is_right("u\u0308berall cafe\u0301s", kept)
    assert not passwords.is_right("uberall cafes", kept)
