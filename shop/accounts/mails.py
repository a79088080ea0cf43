"""What we write to people about their account."""

from shop import config
from shop.mail import outbox
from shop.mail.kinds import Kind


def send(kind: Kind, to: str, path: str, key: str, **names: str) -> None:
    """Write the letter in this transaction.

    :param path: where its button leads, such as `/sign-in`.
    :param key: what makes it unique among all mails about accounts.
    """
    link = config.current().base_url + path
    outbox.write(kind, key=f"account:{key}", to=to, link=link, **names)
