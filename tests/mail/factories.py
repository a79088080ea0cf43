from itertools import count
from typing import Any

from shop.db import commit, session
from shop.mail.models import Mail

_numbers = count(1)


def make_mail(**given: Any) -> Mail:
    """A mail in the outbox, due now."""
    values = {
        "key": f"mail:{next(_numbers)}",
        "template": "test",
        "recipient": "ada@example.org",
        "subject": "Your order",
        "text": "Thank you.",
        "html": "<p>Thank you.</p>",
    }
    mail = Mail(**(values | given))
    session.add(mail)
    commit()
    return mail
