"""What the shop leans on: asked by `/readyz`, and by `shop doctor` with the cure."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from celery import Celery
from flask import Flask, current_app
from sqlalchemy import func, select, text

from shop import config, db, leases, search, web
from shop.billing.gateway import stripe_call
from shop.billing.models import StripeEvent
from shop.db import session
from shop.downloads import storage
from shop.licenses import signing
from shop.mail import texts, transports
from shop.mail.models import Mail
from shop.operations import revisions

PATIENCE = timedelta(minutes=1)
STRIPE_PAUSE = 30.0  # seconds; Stripe is not asked at every probe

Check = Callable[[], object]


class NotWell(Exception):
    """A part answers, but not as it should; the text says how."""


@dataclass(frozen=True)
class Part:
    name: str
    check: Check
    cure: str


def check_address() -> None:
    settings = config.current()
    if not settings.is_development and not settings.base_url.startswith("https://"):
        raise NotWell("the session cookie travels over HTTPS only")


def check_database() -> None:
    session.execute(text("SELECT 1"))


def check_schema() -> None:
    if not revisions.is_current():
        raise NotWell("migrations are missing")


def check_broker() -> None:
    celery: Celery = current_app.extensions["celery"]
    with celery.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)
        with connection.SimpleBuffer("ready") as queue:  # one that is full, or a replica, connects
            queue.put("")
            queue.clear()


def check_stripe() -> None:
    db.rollback()  # nobody waits for a lock while Stripe is asked
    with stripe_call(patience=False) as client:
        client.v1.products.list({"limit": 1})


def check_files() -> None:
    storage.current().check()


def check_mail_texts() -> None:
    """A mail whose own words cannot be used is sent in the delivered ones."""
    if broken := texts.broken():
        raise NotWell(f"these are sent in the delivered words: {', '.join(broken)}")


def check_work() -> None:
    """Mails and Stripe events that nobody works on."""
    for model, name in ((Mail, "mails"), (StripeEvent, "Stripe events")):
        waiting = model.state.in_([leases.State.PENDING, leases.State.FAILED])
        is_late = waiting & (model.due_at < db.utcnow() - PATIENCE)
        is_dead = model.state == leases.State.DEAD
        if late := session.scalar(select(func.count(model.id)).where(is_late)):
            raise NotWell(f"{late} {name} have waited for more than a minute")
        if dead := session.scalar(select(func.count(model.id)).where(is_dead)):
            raise NotWell(f"{dead} {name} failed too often and wait for a person")


PARTS = (
    Part("address", check_address, "Begin SHOP_BASE_URL with https://."),
    Part("database", check_database, "Start the database server, or correct SHOP_DATABASE_URL."),
    Part("schema", check_schema, "Run `shop db upgrade`."),
    Part(
        "broker",
        check_broker,
        "Start Redis or `shop run`, give it room to write, or correct SHOP_BROKER_URL.",
    ),
    Part("index", search.check_index, "Run `shop search rebuild`."),
    Part("files", check_files, "Make SHOP_DATA_DIR writable, or correct SHOP_STORAGE_URL."),
    Part(
        "licenses",
        signing.current,
        "Take license-signing.key from the backup, or remove an empty one; "
        "SHOP_DATA_DIR must be writable.",
    ),
    Part(
        "stripe",
        check_stripe,
        "Look at SHOP_STRIPE_API_BASE and SHOP_STRIPE_SECRET_KEY; the key must be able to read.",
    ),
    Part("mail", transports.check, "Start the mail server, or correct SHOP_MAIL_URL."),
    Part(
        "texts",
        check_mail_texts,
        "Open them under Mail texts in the back office, and correct what the form says.",
    ),
    Part(
        "work",
        check_work,
        "See that worker and sweeper run, then look at the mails and events (`shop stripe dead`).",
    ),
)


class Remembered:
    """A check whose outcome holds for a while: one that costs, or that others would count.

    Who comes while it is made is told the outcome before, and waits for nobody.
    """

    def __init__(self, check: Check, seconds: float) -> None:
        self.check, self.seconds = check, seconds
        self._until = 0.0
        self._error: Exception | None = NotWell("the first answer is not here yet")
        self._lock = threading.Lock()

    def __call__(self) -> None:
        if self._is_our_turn():
            self._error = self._ask()
        if self._error:
            raise self._error

    def _is_our_turn(self) -> bool:
        """Nobody asks while holding the lock: who is asked may take long."""
        now = time.monotonic()
        with self._lock:
            is_due = now >= self._until
            if is_due:
                self._until = now + self.seconds
            return is_due

    def _ask(self) -> Exception | None:
        try:
            self.check()
        except Exception as error:  # noqa: BLE001  whatever it is, the part is down
            return error
        return None


def init_app(_app: Flask) -> None:
    """`/readyz` has asked for database, index and files before we come."""
    web.ready_check("schema", check_schema)
    web.ready_check("broker", check_broker)
    web.ready_check("stripe", Remembered(check_stripe, STRIPE_PAUSE))
