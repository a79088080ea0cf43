"""Collecting an order's money: by the card form on our page, or on Stripe's.

The row with its idempotency key is committed before Stripe is called, so a call whose answer was
lost is repeated with the same key and makes nothing twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import stripe
from sqlalchemy import Table, bindparam, update

from shop import config, db, rows
from shop.billing import hosted_page, mirror
from shop.billing.calls import calling, next_try
from shop.billing.gateway import Declined, StripeRefused, stripe_call
from shop.billing.hosted_page import HostedPage
from shop.billing.models import Payment, PaymentStatus, PaymentWay
from shop.db import session
from shop.errors import ShopError

SETTLED = (PaymentStatus.SUCCEEDED, PaymentStatus.PROCESSING, PaymentStatus.CANCELED)


_PAYMENTS = cast("Table", Payment.__table__)
_REMEMBERED = _PAYMENTS.update().where(_PAYMENTS.c.id == bindparam("payment_id"))


class AlreadySettled(ShopError):
    message = "This payment is already complete."


@dataclass(frozen=True)
class Due:
    """What an order owes."""

    order_id: int
    reference: str
    """The order's token, part of the idempotency key."""
    amount: int
    currency: str


@dataclass(frozen=True)
class ElementPayment:
    """What the card form in the browser needs."""

    intent_id: str
    client_secret: str
    publishable_key: str
    status: PaymentStatus


@dataclass(frozen=True)
class Confirmation:
    status: PaymentStatus
    redirect_url: str | None = None
    """Where the buyer confirms with the bank, when it asks for that."""


def open_payment(due: Due, way: PaymentWay, attempt: int = 1) -> Payment:
    """Write down that we are going to collect; no call is made.

    :param attempt: counts the payments of an order.
    """
    payment = Payment(
        order_id=due.order_id,
        attempt=attempt,
        way=way,
        idempotency_key=f"order:{due.reference}:pay:{attempt}",
        amount=due.amount,
        currency=due.currency,
    )
    rows.put(payment)  # Stripe carries our id back to us
    return payment


def start_element(payment: Payment) -> ElementPayment:
    """The PaymentIntent of this payment, made at the first call; commits."""
    known, amount, currency = payment.stripe_payment_intent_id, payment.amount, payment.currency
    names, payment_id = mirror.names_of(payment), payment.id
    with calling(payment, "start") as (client, key):
        if known:
            intent = client.v1.payment_intents.retrieve(known)
        else:
            intent = client.v1.payment_intents.create(
                {
                    "amount": amount,
                    "currency": currency.lower(),
                    "automatic_payment_methods": {"enabled": True},
                    "metadata": names,
                },
                {"idempotency_key": key},
            )
    if intent.id != known:
        _remember(payment_id, stripe_payment_intent_id=intent.id)
    return ElementPayment(
        intent.id,
        intent.client_secret or "",
        config.current().stripe_publishable_key,
        PaymentStatus(intent.status),
    )


def start_hosted(payment: Payment, page: HostedPage) -> str:
    """The address of Stripe's page for this payment; commits."""
    known, payment_id = payment.stripe_checkout_session_id, payment.id
    params = hosted_page.params_of(page, payment)
    with calling(payment, "start") as (client, key):
        if known:
            checkout = client.v1.checkout.sessions.retrieve(known)
        else:
            checkout = client.v1.checkout.sessions.create(params, {"idempotency_key": key})
    if checkout.id != known:
        _remember(payment_id, stripe_checkout_session_id=checkout.id)
    if not checkout.url:
        raise AlreadySettled
    return checkout.url


def _remember(payment_id: int, **ids: str) -> None:
    """The commit before the call made every loaded payment read itself anew: none is told."""
    connection = session.connection({"clause": _REMEMBERED})
    connection.execute(_REMEMBERED, {"payment_id": payment_id, **ids})


def confirm(
    payment: Payment,
    *,
    return_url: str,
    payment_method: str | None = None,
    confirmation_token: str | None = None,
) -> Confirmation:
    """Confirm on the server what the buyer chose; repeating it charges nothing twice. Commits.

    Each call is a try with a key of its own, unless two are made at the same moment: who was sent
    to the bank may come back, take another card, and then the first again. Stripe lets only one of
    them pay.

    :raises Declined: when the bank said no.
    :raises AlreadySettled: when there is no PaymentIntent to confirm.
    """
    if payment.status in SETTLED:
        return Confirmation(payment.status)
    intent_id, payment_id = payment.stripe_payment_intent_id, payment.id
    if intent_id is None:
        raise AlreadySettled
    params: stripe.params.PaymentIntentConfirmParams = {"return_url": return_url}
    if payment_method:
        params["payment_method"] = payment_method
    if confirmation_token:
        params["confirmation_token"] = confirmation_token
    choice = confirmation_token or payment_method
    try:
        with _counted(payment), calling(payment, f"confirm:{choice}") as (client, key):
            intent = client.v1.payment_intents.confirm(intent_id, params, {"idempotency_key": key})
    except (Declined, StripeRefused):
        status = mirror.sync(payment_id).status
        db.commit()  # the decline is a fact, though the request ends in an error
        if status in SETTLED:
            return Confirmation(status)  # an earlier try had paid, and we had not heard
        raise
    action = intent.next_action
    redirect = action.redirect_to_url.url if action and action.redirect_to_url else None
    status = mirror.sync(payment_id).status
    return Confirmation(status, redirect)


@contextmanager
def _counted(payment: Payment) -> Iterator[None]:
    """The next try is another one, however this one ends: even an answer that was lost counts."""
    payment_id, tries = payment.id, payment.tries
    try:
        yield
    except ShopError:
        next_try(Payment, payment_id, tries)
        raise
    next_try(Payment, payment_id, tries)


def cancel(payment: Payment) -> bool:
    """Make sure that nobody can pay this any more; False when somebody has, or is about to.

    Commits. Either way the payment is up to date afterwards.

    :raises StripeUnavailable: when Stripe does not answer: it may still be paid then.
    """
    payment_id, way = payment.id, payment.way
    intent_id, checkout_id = payment.stripe_payment_intent_id, payment.stripe_checkout_session_id
    db.commit()
    try:
        with stripe_call() as client:
            if way is PaymentWay.HOSTED and checkout_id:
                client.v1.checkout.sessions.expire(checkout_id)
            elif intent_id:
                client.v1.payment_intents.cancel(intent_id)
    except StripeRefused:
        pass  # it is in no state to be canceled; which one, the sync tells
    if not intent_id and not checkout_id:
        return _abandon(payment_id)
    return mirror.sync(payment_id).status is PaymentStatus.CANCELED


def _abandon(payment_id: int) -> bool:
    """Nothing was made at Stripe, as far as we know: its answer never reached us."""
    session.execute(
        update(Payment).where(Payment.id == payment_id).values(status=PaymentStatus.CANCELED)
    )
    return True
