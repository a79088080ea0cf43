"""What support does for a person: each act with its question, its fields, and who it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from shop.accounts import entry
from shop.accounts.models import Purpose, User, normalize_email
from shop.admin.support import forms, person
from shop.admin.support.person import Person
from shop.billing.models import Payment
from shop.billing.reconciling import resyncing
from shop.billing.subscriptions import acts as subscription_acts
from shop.billing.subscriptions.models import Subscription
from shop.db import session
from shop.downloads import acts as download_acts
from shop.downloads.models import Grant
from shop.errors import NotFound
from shop.licenses import acts as license_acts
from shop.licenses import machines, mails, rotation
from shop.licenses.models import Activation, License
from shop.mail import kinds, outbox
from shop.mail.models import Mail
from shop.orders.models import Order, OrderLine

Form = Any


@dataclass(frozen=True)
class Subject:
    """What an act is done to, and whose it is."""

    row: Any
    name: str
    audited: str
    """As the audit log names it."""
    person: Person


@dataclass(frozen=True)
class Act:
    title: str
    """With {} for the name of its subject."""
    note: str
    """What else it changes."""
    audited: str
    find: Callable[[int], Subject]
    do: Callable[[Any, Form], str]
    """Returns what was done, in a sentence."""
    form: type[forms.ReasonForm] = forms.ReasonForm
    is_grave: bool = False


# What it is done to


def _account(id: int) -> Subject:
    whose = person.of_account(id)
    return Subject(whose.user, whose.email, whose.subject, whose)


def _mail(id: int) -> Subject:
    row = _one(Mail, id)
    if kinds.is_private(row.template):
        raise NotFound
    whose = person.of_email(normalize_email(row.recipient))
    return Subject(row, f"“{row.subject}”", f"mail:{row.id}", whose)


def _license(id: int) -> Subject:
    row = _one(License, id)
    name = f"{row.product.title} …-{row.last_characters}"
    return Subject(row, name, f"license:{id}", _owner(row))


def _seat(id: int) -> Subject:
    row = _one(Activation, id)
    owned = _license(row.license_id)
    return Subject(row, row.name or "this device", owned.audited, owned.person)


def _grant(id: int) -> Subject:
    row = _one(Grant, id)
    return Subject(row, row.product.title, f"grant:{id}", _owner(row))


def _subscription(id: int) -> Subject:
    row = _one(Subscription, id)
    name = row.price.variant.product.title
    return Subject(row, name, f"subscription:{id}", person.of_account(row.user_id))


def _order(id: int) -> Subject:
    row = _one(Order, id)
    return Subject(row, row.number, f"order:{row.number}", person.of_order(row.number))


def _one(model: Any, id: int) -> Any:
    """:raises NotFound: when there is none."""
    row = session.get(model, id) if id < 2**31 else None
    if row is None:
        raise NotFound
    return row


def _owner(right: License | Grant) -> Person:
    if right.user_id:
        return person.of_account(right.user_id)
    line = OrderLine.id == right.order_line_id
    number = session.scalar(select(Order.number).join(OrderLine).where(line))
    return person.of_order(number or "")


# What is done


def _send_link(user: User, _form: Form) -> str:
    entry.ask(Purpose.RESET, user.email, "/account")
    return "The link is on its way. It works for an hour."


def _write_note(_user: User, _form: Form) -> str:
    return "The note is in the timeline."


def _send_again(mail: Mail, _form: Form) -> str:
    outbox.send_again(mail.id)
    return "The mail is on its way."


def _extend(grant: Grant, form: Form) -> str:
    download_acts.extend(
        grant, form.downloads.data or 0, form.days.data or 0, form.reason.data or ""
    )
    return "The downloads were extended."


def _free(seat: Activation, _form: Form) -> str:
    machines.free_for_them(seat.license_id, seat.id)
    return "The seat is free."


def _replace_key(license: License, _form: Form) -> str:
    key = rotation.rotate(license, by_staff=True)
    if mails.send_new_key(license, key):
        return "The key was replaced, and the new one is on its way to its owner."
    return "The key was replaced. Nobody is known to mail it to."


def _suspend(license: License, form: Form) -> str:
    license_acts.suspend(license, form.reason.data or "")
    return "The license rests until it is restored."


def _restore(license: License, _form: Form) -> str:
    license_acts.resume(license)
    return "The license works again, unless something else holds it."


def _cancel(subscription: Subscription, _form: Form) -> str:
    found = subscription_acts.cancel(subscription)
    return f"Canceled: it ends on {found.ends_at:%-d %b %Y}." if found.ends_at else "Canceled."


def _keep(subscription: Subscription, _form: Form) -> str:
    subscription_acts.keep(subscription)
    return "The cancelation was taken back."


def _pause(subscription: Subscription, _form: Form) -> str:
    subscription_acts.pause(subscription)
    return "The subscription is paused."


def _resume(subscription: Subscription, _form: Form) -> str:
    subscription_acts.resume(subscription)
    return "The subscription goes on."


def _follow(subscription: Subscription, _form: Form) -> str:
    if not subscription.stripe_subscription_id:
        raise NotFound("Stripe has no subscription for this yet.")
    return resyncing.resync(subscription.stripe_subscription_id).told


def _follow_order(order: Order, _form: Form) -> str:
    newest = select(Payment).where(Payment.order_id == order.id).order_by(Payment.attempt.desc())
    payment = session.scalar(newest.limit(1))
    stripe_id = payment and (payment.stripe_payment_intent_id or payment.stripe_checkout_session_id)
    if not stripe_id:
        raise NotFound("Stripe has no payment for this order.")
    return resyncing.resync(stripe_id).told


LICENSE_NOTE = "Programs are told at their next question."
ACTS: dict[str, Act] = {
    "sign-in": Act(
        "Send {} a link to sign in", "It leads to a new password, works once and for an hour.",
        "customer.send_link", _account, _send_link,
    ),
    "note": Act(
        "Write a note about {}", "Staff reads it in the timeline; the customer does not.",
        "customer.note", _account, _write_note, forms.NoteForm,
    ),
    "mail": Act(
        "Send {} again", "The same words, to the same address.",
        "mail.send_again", _mail, _send_again,
    ),
    "downloads": Act(
        "Extend the downloads of {}", "Leave empty what should stay as it is.",
        "grant.extend", _grant, _extend, forms.ExtendForm,
    ),
    "seat": Act(
        "Free the seat of {}", "The program there asks for a seat again when it is opened.",
        "license.free_seat", _seat, _free,
    ),
    "key": Act(
        "Replace the key of {}",
        "The old key opens nothing from now on, and every seat is free. The new one is mailed.",
        "license.replace_key", _license, _replace_key, is_grave=True,
    ),
    "suspend": Act(
        "Suspend {}", LICENSE_NOTE, "license.suspend", _license, _suspend, is_grave=True,
    ),
    "restore": Act("Restore {}", LICENSE_NOTE, "license.restore", _license, _restore),
    "cancel": Act(
        "Cancel the subscription to {}", "It goes on until the end of what is paid.",
        "subscription.cancel", _subscription, _cancel, is_grave=True,
    ),
    "keep": Act(
        "Keep the subscription to {}", "The cancelation is taken back, and it renews again.",
        "subscription.keep", _subscription, _keep,
    ),
    "pause": Act(
        "Pause the subscription to {}", "Nothing is charged, and access ends until it goes on.",
        "subscription.pause", _subscription, _pause, is_grave=True,
    ),
    "resume": Act(
        "Resume the subscription to {}", "A new period is charged, unless one is still paid for.",
        "subscription.resume", _subscription, _resume,
    ),
    "follow": Act(
        "Resync the subscription to {}", "Stripe is asked, and what is different is taken over.",
        "subscription.resync", _subscription, _follow,
    ),
    "payment": Act(
        "Resync the payment of {}", "Stripe is asked, and what is different is taken over.",
        "order.resync", _order, _follow_order,
    ),
}  # fmt: skip
