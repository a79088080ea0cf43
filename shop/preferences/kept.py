"""What was chosen in the back office stands over the settings that the environment leaves open.

Each process looks every few seconds, over a connection of its own: whoever asks for a setting may
be in the middle of something else. Without the database, what was known last holds.
"""

import time
from threading import Lock
from types import MappingProxyType
from typing import Any

from flask import current_app
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from shop import db
from shop.config import Settings
from shop.logs import log
from shop.preferences.models import Preference

PAUSE = 3.0
"""Seconds."""
REST = 30.0
"""Seconds, after the database did not answer."""
CHOOSABLE = (
    *("shop_name", "contact_email", "seller_address", "seller_vat_id"),
    *("grace_days", "dispute_suspends"),
)
LEGAL = MappingProxyType(
    {
        "imprint": "Imprint",
        "terms": "Terms",
        "privacy": "Privacy",
        "withdrawal": "Withdrawal",
    }
)
CHOSEN = select(Preference.name, Preference.value).where(Preference.name.in_(CHOOSABLE))
WRITTEN = select(Preference.name).where(Preference.name.in_(LEGAL), Preference.value.is_not(None))


class Choices:
    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0
        self._chosen: dict[str, Any] = {}
        self._merged: tuple[Settings, Settings] | None = None
        self._written: frozenset[str] = frozenset()

    def over(self, settings: Settings) -> Settings:
        """The settings with what was chosen in their place."""
        self._look()
        merged = self._merged
        if merged is None or merged[0] is not settings:
            merged = self._merged = (settings, merge(settings, self._chosen))
        return merged[1]

    @property
    def legal_pages(self) -> list[tuple[str, str]]:
        """Address and title of those that were written."""
        return [(f"/legal/{name}", LEGAL[name]) for name in LEGAL if name in self._written]

    def forget(self) -> None:
        self._until = 0.0

    def _look(self) -> None:
        if time.monotonic() < self._until or not self._lock.acquire(blocking=False):
            return
        try:
            self._until = time.monotonic() + PAUSE
            self._read()
        except SQLAlchemyError as error:
            self._until = time.monotonic() + REST
            log.warning("settings could not be read", error=type(error).__name__)
        finally:
            self._lock.release()

    def _read(self) -> None:
        engine = db.db.engine
        is_sqlite = engine.dialect.name == "sqlite"
        options = {"only_reads": True} if is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with engine.connect().execution_options(**options) as connection:
            chosen = {row.name: row.value for row in connection.execute(CHOSEN)}
            self._written = frozenset(connection.scalars(WRITTEN))
        if chosen != self._chosen:
            self._chosen, self._merged = chosen, None


def merge(settings: Settings, chosen: dict[str, Any]) -> Settings:
    """What does not fit is left out: the shop goes on."""
    merged = settings
    for name, value in chosen.items():
        if value is None or is_fixed(settings, name):
            continue
        candidate = merged.model_copy()
        try:
            Settings.__pydantic_validator__.validate_assignment(candidate, name, value)
        except ValidationError:
            log.error("a setting does not fit", setting=name)
        else:
            merged = candidate
    return merged


def is_fixed(settings: Settings, name: str) -> bool:
    """Whether the environment says it."""
    return name in settings.model_fields_set


def given() -> Settings:
    """The settings without what was chosen."""
    settings: Settings = current_app.extensions["settings"]
    return settings


def forget() -> None:
    """This process looks anew; the others do within seconds."""
    choices: Choices = current_app.extensions["choices"]
    choices.forget()
