"""The moments of a person's story in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shop.admin.cells import words
from shop.admin.support.story import Moment
from shop.admin.support.whole import Whole
from shop.leases import State
from shop.licenses.models import Deactivation
from shop.mail import kinds

MAIL_STATES = {
    State.PENDING: ("info", "on its way"),
    State.FAILED: ("warn", "not sent yet, tried again"),
    State.DONE: ("good", "sent"),
    State.DEAD: ("bad", "could not be sent"),
}
ENDS = {
    Deactivation.MACHINE: "the program gave it back",
    Deactivation.OWNER: "freed by its owner",
    Deactivation.SILENCE: "silent for too long",
    Deactivation.ROTATION: "the key was replaced",
    Deactivation.STAFF: "freed by staff",
}
KINDS = {
    "paid": "good",
    "active": "good",
    "access_given": "good",
    "payment_failed": "bad",
    "past_due": "bad",
    "dispute": "bad",
    "attention": "warn",
    "refunded": "warn",
    "access_ended": "warn",
}


@dataclass(frozen=True)
class Told:
    at: datetime
    title: str
    note: str
    kind: str = ""
    mail_id: int | None = None
    """Of a mail that can be sent again."""


def tell(moment: Moment, whole: Whole) -> Told:
    return {
        "order": _order,
        "subscription": _subscription,
        "mail": _mail,
        "activated": _activated,
        "deactivated": _deactivated,
        "download": _download,
        "sign_in": _sign_in,
        "consent": _consent,
        "staff": _staff,
    }[moment.source](moment, whole)


def _order(moment: Moment, whole: Whole) -> Told:
    numbers = {order.id: order.number for order in whole.orders}
    actor = "" if moment.extra == "system" else f", {moment.extra}"
    note = f"Order {numbers.get(moment.ref, '')}{actor}"
    return Told(moment.at, moment.text, note, KINDS.get(moment.word, ""))


def _subscription(moment: Moment, whole: Whole) -> Told:
    titles = {one.id: one.price.variant.product.title for one in whole.subscriptions}
    note = f"Subscription to {titles.get(moment.ref, '')}"
    return Told(moment.at, moment.text, note, KINDS.get(moment.word, ""))


def _mail(moment: Moment, _whole: Whole) -> Told:
    kind, state = MAIL_STATES[State(moment.word)]
    return Told(
        moment.at,
        f"Mail “{moment.text}”",
        state.capitalize(),
        kind,
        None if kinds.is_private(moment.extra) else moment.ref,
    )


def _activated(moment: Moment, whole: Whole) -> Told:
    version = f", version {moment.word}" if moment.word else ""
    return Told(
        moment.at, f"{_device(moment)} took a seat", f"{_license(moment, whole)}{version}", "info"
    )


def _deactivated(moment: Moment, whole: Whole) -> Told:
    why = ENDS.get(Deactivation(moment.word), "") if moment.word else ""
    return Told(moment.at, f"{_device(moment)} left its seat", f"{_license(moment, whole)}, {why}")


def _download(moment: Moment, whole: Whole) -> Told:
    titles = {one.id: one.product.title for one in whole.grants}
    return Told(moment.at, f"Downloaded {moment.text}", titles.get(moment.ref, ""))


def _sign_in(moment: Moment, _whole: Whole) -> Told:
    return Told(moment.at, "Signed in", moment.text or "An unknown program")


def _consent(moment: Moment, _whole: Whole) -> Told:
    """What was agreed to, in the words that were read."""
    return Told(moment.at, f"{moment.word.capitalize()}: “{moment.text}”", moment.extra)


def _staff(moment: Moment, _whole: Whole) -> Told:
    act = words(moment.word.replace(".", ": "))
    note = f"{moment.text}, {moment.extra}" if moment.text else moment.extra
    return Told(moment.at, act, note, "info")


def _device(moment: Moment) -> str:
    return moment.text or "A device without a name"


def _license(moment: Moment, whole: Whole) -> str:
    shown: Mapping[int, str] = {
        one.id: f"{one.product.title} …-{one.last_characters}" for one in whole.licenses
    }
    return shown.get(moment.ref, "")
