"""Mails leave through a table: written with what they tell, sent after it, once.

A try is recorded before it is made. Every try of a mail has the same Message-ID, so that a server
which took it and lost our connection can drop the second.
"""

from dataclasses import asdict
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256

from email_validator import validate_email
from sqlalchemy import func, select

from shop import config, db, leases
from shop.db import session, utcnow
from shop.errors import ShopError
from shop.jobs import enqueue
from shop.logs import log
from shop.mail import texts, transports
from shop.mail.kinds import Kind, Value
from shop.mail.models import Mail
from shop.mail.texts import Letter


def write(kind: Kind, *, key: str, to: str, reference: str = "", **values: Value) -> bool:
    """Put a mail into the outbox of this transaction; False when its key was used before.

    :param key: what makes this mail unique, such as `order:17:paid`.
    :param reference: what it is about, for people who look for it.
    :param values: of the kind's own placeholders.
    """
    addressed = {"key": key, "recipient": to, "reference": reference, "template": kind.key}
    return _put(addressed | asdict(texts.write(kind, values)))


def put(kind: Kind, letter: Letter, *, key: str, to: str) -> bool:
    """Put words that are written already into the outbox."""
    addressed = {"key": key, "recipient": to, "reference": "", "template": kind.key}
    return _put(addressed | asdict(letter))


class NotAgain(ShopError):
    """The mail cannot be sent again, or not now."""


def repeat(mail: Mail, to: str, time: str = "") -> bool:
    """Put the same words into the outbox once more, to this address; False when that was just done.

    :param time: names this time, so that a form that is sent twice is one mail. Without it, the
        times are counted, and two clicks at once are one mail.
    :raises NotAgain: when its words cannot be read any more.
    """
    if not (mail.text and mail.html):
        raise NotAgain("The words of this mail cannot be read any more.")
    base = mail.key.partition(":again:")[0]
    values = {name: getattr(mail, name) for name in ("template", "subject", "text", "html")}
    key = f"{base}:again:{time or _times(base) + 1}"
    return _put(values | {"key": key, "recipient": to, "reference": mail.reference})


def _times(base: str) -> int:
    """How often this mail was sent again."""
    earlier = select(func.count()).where(Mail.key.startswith(f"{base}:again:", autoescape=True))
    return session.scalar(earlier) or 0


def _put(values: dict[str, str]) -> bool:
    now = utcnow()
    state = {"state": leases.State.PENDING, "attempts": 0, "due_at": now, "created_at": now}
    mail_id = db.insert_once(Mail, **values, **state)
    if mail_id is None:
        return False
    enqueue("shop.mail.tasks.send_mail", mail_id)
    return True


def send_again(mail_id: int) -> None:
    """The same words to the same address; what was never sent gets its tries back.

    :raises NotAgain: when it is on its way, or cannot be read any more.
    """
    mail = session.get_one(Mail, mail_id)
    if mail.state in {leases.State.FAILED, leases.State.DEAD}:
        leases.revive(Mail, mail_id)
        enqueue("shop.mail.tasks.send_mail", mail_id)
        return
    base = mail.key.partition(":again:")[0]
    on_its_way = select(Mail.id).where(
        Mail.key.startswith(base, autoescape=True), Mail.state == leases.State.PENDING
    )
    if session.scalar(on_its_way.limit(1)) is not None:
        raise NotAgain("It is on its way already.")
    repeat(mail, mail.recipient)


def send(mail_id: int) -> bool:
    """Send the mail if it is due; False when there was nothing to do or it failed."""
    lease = leases.claim(Mail, mail_id)
    if lease is None:
        return False
    db.commit()  # the try is on record, and no lock is held while the server answers
    mail = session.get_one(Mail, mail_id)
    try:
        message = compose(mail)
        db.commit()
        transports.deliver(message)
    except transports.Undeliverable as error:
        leases.bury(Mail, mail_id, lease, str(error))
        db.commit()
        log.warning("mail cannot be delivered", mail=mail_id)
        return False
    except Exception as error:  # noqa: BLE001  whatever it is, the row keeps it and is tried again
        leases.fail(Mail, mail_id, lease, repr(error))
        db.commit()
        log.warning("mail failed", mail=mail_id, error=type(error).__name__)
        return False
    mail.sent_at = utcnow()
    leases.finish(Mail, mail_id, lease)
    db.commit()
    return True


def compose(mail: Mail) -> EmailMessage:
    settings = config.current()
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = _one_address(mail.recipient)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = formatdate(mail.created_at.timestamp())
    message["Message-ID"] = f"<{sha256(mail.key.encode()).hexdigest()[:24]}@{settings.host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def _one_address(typed: str) -> Address:
    """One, and nothing else, with the domain as every mail server knows it: `xn--mller-kva.de`.

    :raises ValueError: when it is none, or several.
    """
    if typed.isascii():
        return Address(addr_spec=typed)
    known = validate_email(typed, check_deliverability=False)
    return Address(username=known.local_part, domain=known.ascii_domain)
