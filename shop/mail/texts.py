"""The words of each kind of mail: as delivered, or as the back office has them."""

from dataclasses import dataclass

from flask import render_template
from sqlalchemy import select

from shop import config, db
from shop.db import session, utcnow
from shop.logs import log
from shop.mail import checking, kinds, wording
from shop.mail.kinds import Kind, Words
from shop.mail.models import MailText
from shop.mail.wording import Values


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def write(kind: Kind, values: Values) -> Letter:
    """In our own words, if they are any good: a mail is never held up by them."""
    own = session.scalar(select(MailText).filter_by(kind=kind.key, is_used=True))
    if own is not None and not checking.problems(kind, own.words):
        try:
            return draw(own.words, values)
        except Exception as error:  # noqa: BLE001  whatever it is, the delivered words are good
            log.error("mail text", kind=kind.key, error=repr(error))
    elif own is not None:
        log.error("mail text", kind=kind.key, error="see the back office")
    return draw(kind.words, values)


def draw(words: Words, values: Values) -> Letter:
    settings = config.current()
    filled = {"shop": settings.shop_name, "contact": settings.contact, **values}
    subject = wording.subject(words.subject, filled)
    blocks = wording.blocks(words.text, filled)
    signed = (settings.shop_name, settings.contact, settings.seller_address)
    return Letter(
        subject,
        "\n\n".join([*(block.text for block in blocks), "\n".join(filter(None, signed))]) + "\n",
        render_template("mail/letter.html", subject=subject, blocks=blocks, signed=signed),
    )


def words_of(kind: Kind) -> Words:
    """Those that its next mail would be written in, if they are any good."""
    row = row_of(kind)
    return row.words if row and row.is_used else kind.words


def broken() -> list[str]:
    """Names of the kinds whose own words cannot be used."""
    used = session.scalars(select(MailText).filter_by(is_used=True).order_by(MailText.kind))
    return [kind.name for own in used if (kind := kinds.find(own.kind)) and _is_broken(kind, own)]


def _is_broken(kind: Kind, own: MailText) -> bool:
    return bool(checking.problems(kind, own.words))


def row_of(kind: Kind) -> MailText | None:
    """Words that were once written for it, whether they are used or not."""
    return session.scalar(select(MailText).filter_by(kind=kind.key))


def lock(kind: Kind, by: str) -> MailText:
    """The row to be changed: nobody else changes it until this transaction has ended."""
    values = {"kind": kind.key, "subject": kind.words.subject, "text": kind.words.text}
    db.insert_once(MailText, **values, is_used=False, changed_at=utcnow(), changed_by=by)
    mine = select(MailText).filter_by(kind=kind.key).with_for_update()
    return session.scalars(mine.execution_options(populate_existing=True)).one()


def keep(row: MailText, words: Words, by: str) -> None:
    """Mails are written in these words from now on."""
    row.subject, row.text = words.subject, words.text
    use(row, by, own=True)


def use(row: MailText, by: str, *, own: bool) -> None:
    """Write in these words, or in the delivered ones."""
    row.is_used, row.changed_at, row.changed_by = own, utcnow(), by
