"""Who buys: an address that mail can reach, and a name to greet."""

from email_validator import EmailNotValidError, validate_email

from shop.checkout import text
from shop.errors import BadInput

LONGEST_NAME = 200
NO_EMAIL = "Enter your e-mail address."
NO_NAME = "Enter your name."
LONG_NAME = f"Use at most {LONGEST_NAME} characters."
BAD_EMAIL = "This is not a whole e-mail address. It looks like mara@example.org."


class BadContact(BadInput):
    message = "Some of your contact details need fixing."


def normalize(email: str, name: str) -> tuple[str, str]:
    """:raises BadContact: with the problems by field."""
    errors: dict[str, list[str]] = {}
    try:
        email = _email(text.clean(email))
    except ValueError as error:
        errors["email"] = [str(error)]
    try:
        name = _name(text.clean(name))
    except ValueError as error:
        errors["name"] = [str(error)]
    if errors:
        raise BadContact(None, **errors)
    return email, name


def _email(given: str) -> str:
    if not given:
        raise ValueError(NO_EMAIL)
    try:
        known = validate_email(given, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValueError(BAD_EMAIL) from None  # also what few mail servers can deliver to
    return known.normalized


def _name(given: str) -> str:
    if not given:
        raise ValueError(NO_NAME)
    if len(given) > LONGEST_NAME:
        raise ValueError(LONG_NAME)
    return given
