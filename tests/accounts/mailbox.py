"""What people find in their mailbox, and how they answer it."""

import re

from sqlalchemy import select

from shop.db import session
from shop.mail.models import Mail
from tests.browser import Browser

LINK = re.compile(r"http://localhost(/(?:register|password-reset|verify-email)/[\w-]{43})")
NEW_PASSWORD = "three blue teapots"


def mails_to(address: str) -> list[Mail]:
    """Oldest first."""
    mine = select(Mail).where(Mail.recipient == address)
    return list(session.scalars(mine.order_by(Mail.id)))


def newest_link(address: str) -> str:
    """The path in their newest mail that leads into an account."""
    texts = [mail.text for mail in mails_to(address)]
    links = [link for text in texts for link in LINK.findall(text)]
    return str(links[-1])


def ask_for_reset(client: Browser, email: str, **more: str) -> None:
    answer = client.post("/password-reset", data={"email": email} | more)
    assert (answer.status_code, answer.location) == (303, "/mail-sent")


def register(client: Browser, email: str, **more: str) -> None:
    """All of it: the form, the mail, the password."""
    assert client.post("/register", data={"email": email} | more).status_code == 303
    answer = client.post(newest_link(email), data={"password": NEW_PASSWORD})
    assert answer.status_code == 303, answer.text
