import pytest

from shop.checkout.contacts import BadContact, normalize


def errors_of(email: str, name: str = "Mara") -> dict[str, list[str]]:
    with pytest.raises(BadContact) as caught:
        normalize(email, name)
    return caught.value.errors


def test_a_contact_is_cleaned() -> None:
    assert normalize(" mara@Example.org ", "  Mara   Lindt ") == ("mara@example.org", "Mara Lindt")


def test_what_is_missing_is_named() -> None:
    assert errors_of("", "") == {
        "email": ["Enter your e-mail address."],
        "name": ["Enter your name."],
    }
    assert "looks like mara@example.org" in errors_of("mara@")["email"][0]


@pytest.mark.parametrize(
    "email",
    ["mara", "a@b", "a b@example.org", "a@b.c\x00", "a\ud800@example.org", "josé@example.org"],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    assert "email" in errors_of(email)


def test_x02_a_name_of_any_script_is_kept() -> None:
    assert normalize("a@example.org", "مارا 👩‍🚀 Łucja")[1] == "مارا 👩‍🚀 Łucja"
    assert "name" in errors_of("a@example.org", "M\u202eara")
    assert "name" in errors_of("a@example.org", "x" * 201)
