"""The shop's settings, and the words of its mails."""

from typing import Any

from shop.accounts import audit
from shop.admin.undoing.reversal import Reversal
from shop.mail import kinds, texts
from shop.mail.kinds import Words
from shop.preferences import choosing


def _setting(key: str) -> Any:
    choosing.lock(audit.actor())
    return choosing.current()[key]


def _choose(key: str, before: Any) -> None:
    choosing.keep({key: before}, audit.actor())


SETTING = Reversal(_setting, _choose, lambda key: f"shop:{key}", is_grave=True)


def _words(key: str) -> list[Any] | None:
    """Whether they are our own, and which; None of a kind that is written no more."""
    kind = kinds.find(key)
    if kind is None:
        return None
    row = texts.lock(kind, audit.actor())
    return [row.is_used, row.subject, row.text]


def _write(key: str, before: list[Any]) -> None:
    kind = kinds.find(key)
    assert kind  # noqa: S101  it was just looked at
    is_used, subject, text = before
    row = texts.lock(kind, audit.actor())
    texts.keep(row, Words(subject, text), audit.actor())
    texts.use(row, audit.actor(), own=is_used)


WORDS = Reversal(_words, _write, lambda key: f"mail_text:{key}", is_grave=True)
