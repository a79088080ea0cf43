"""Disputed payments of orders: rows P06 and P09 to P11."""

from itertools import permutations

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from shop import events
from shop.billing import refunds
from shop.billing.disputes import mirror as disputes
from shop.billing.disputes.models import Dispute, Stage
from shop.billing.invoices.models import CreditNote
from shop.billing.models import LedgerEntry, Payment, StripeEvent
from shop.billing.reconciling import running
from shop.catalog.models import Kind
from shop.config import Settings
from shop.db import commit, session
from shop.downloads import grants
from shop.downloads.models import Grant
from shop.licenses import acts, issuing
from shop.licenses.acts import Disputed
from shop.licenses.models import License, Status
from shop.operations import invariants
from shop.orders.models import Order, PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.browser import Browser
from tests.catalog.race import race
from tests.downloads.factories import make_release
from tests.factories import make_price, make_product, make_variant
from tests.licenses.factories import code
from tests.orders.factories import confirm, make_order, make_payment

FEE = 1500


class Sold:
    """A license with a file, paid by a card whose owner goes to the bank."""

    def __init__(self, app: Flask, sandbox: StripeSandbox, method: str = "pm_card_visa") -> None:
        self.app, self.sandbox = app, sandbox
        product = make_product(kind=Kind.LICENSE)
        make_release(product)
        order = make_order(make_price(variant=make_variant(product=product)))
        payment = make_payment(order)
        confirm(payment, method)
        self.order_id, self.payment_id = order.id, payment.id
        self.intent_id = payment.stripe_payment_intent_id or ""
        commit()

    @property
    def order(self) -> Order:
        return session.get_one(Order, self.order_id, populate_existing=True)

    @property
    def payment(self) -> Payment:
        return session.get_one(Payment, self.payment_id, populate_existing=True)

    @property
    def license(self) -> License:
        return session.scalars(select(License), execution_options={"populate_existing": True}).one()

    @property
    def grant(self) -> Grant:
        return session.scalars(select(Grant), execution_options={"populate_existing": True}).one()

    @property
    def notes(self) -> list[CreditNote]:
        return list(session.scalars(select(CreditNote).order_by(CreditNote.id)))

    @property
    def ledger(self) -> int:
        """Without fees."""
        money = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.kind != "dispute_fee")
        return session.scalar(money) or 0

    def dispute(self, *, is_inquiry: bool = False) -> str:
        commit()
        client = self.app.extensions["stripe"]
        charge = client.v1.payment_intents.retrieve(self.intent_id).latest_charge
        found: str = self.sandbox.dispute(str(charge), inquiry=is_inquiry)["id"]
        return found

    def hear(self, dispute_id: str) -> Dispute:
        commit()
        disputes.sync(dispute_id)
        commit()
        return session.scalars(select(Dispute).filter_by(stripe_dispute_id=dispute_id)).one()

    def refund(self, amount: int | None = None) -> None:
        refund = refunds.request(self.payment, amount or self.payment.received, "a gesture")
        commit()
        refunds.submit(refund.id)
        commit()


@pytest.fixture
def sold(app: Flask, stripe_sandbox: StripeSandbox) -> Sold:
    return Sold(app, stripe_sandbox)


def test_p09_while_the_bank_decides_key_and_files_rest(sold: Sold, client: Browser) -> None:
    token, key = sold.grant.token, sold.license.key or ""
    dispute = sold.hear(sold.dispute())
    assert (dispute.stage, dispute.payment_id) == (Stage.OPEN, sold.payment_id)
    assert dispute.due_by is not None
    assert (sold.license.status, sold.license.suspend_reason) == (Status.SUSPENDED, "dispute")
    page = client.get(f"/downloads/{token}")
    assert page.status_code == 403
    assert "on hold while its payment is disputed with the bank" in page.text
    asked = client.post(f"/downloads/{token}/links", data={"file_id": "1"})
    assert asked.status_code == 403
    assert code(client, "validate", key) == "SUSPENDED"
    assert sold.order.attention == "the payment is disputed"
    assert [entry.kind for entry in sold.order.entries][-1] == "dispute"


def test_p09_won_gives_all_back(sold: Sold) -> None:
    dispute_id = sold.dispute()
    sold.hear(dispute_id)
    assert sold.ledger == 0
    sold.sandbox.end_dispute(dispute_id, "won")
    dispute = sold.hear(dispute_id)
    assert (dispute.stage, dispute.withdrawn, sold.ledger) == (Stage.OVER, 0, sold.order.total)
    assert (sold.license.status, sold.license.suspend_reason) == (Status.ACTIVE, "")
    assert (sold.grant.suspended_at, sold.grant.ended_at) == (None, None)
    assert sold.order.attention == ""


def test_p09_a_credit_note_is_void_once_the_money_is_back(sold: Sold) -> None:
    """A bank may change its mind after all."""
    dispute_id = sold.dispute()
    sold.sandbox.end_dispute(dispute_id, "lost")
    dispute = sold.hear(dispute_id)
    [note] = sold.notes
    dispute.status, dispute.withdrawn = "won", 0
    events.publish(events.DisputeChanged(dispute.id))
    commit()
    assert (note.is_valid, len(sold.notes)) == (False, 1)


def test_p09_lost_ends_all_and_books_the_loss_and_the_fee(sold: Sold, client: Browser) -> None:
    dispute_id = sold.dispute()
    sold.hear(dispute_id)
    sold.sandbox.end_dispute(dispute_id, "lost")
    dispute = sold.hear(dispute_id)
    assert (dispute.withdrawn, sold.ledger) == (sold.order.total, 0)
    fee = session.scalars(select(LedgerEntry).filter_by(kind="dispute_fee")).one()
    assert fee.amount == -FEE
    assert (sold.license.status, sold.license.end_reason) == (Status.REVOKED, "dispute")
    assert (sold.grant.end_reason, sold.grant.suspended_at) == ("dispute", None)
    assert client.get(f"/downloads/{sold.grant.token}").status_code == 404
    assert (sold.order.attention, sold.order.refunded) == ("a dispute was lost", 0)
    [note] = sold.notes
    assert (note.total, note.dispute_id) == (sold.order.total, dispute.id)
    assert note.reason == "The bank took the payment back."


def test_p09_a_question_of_the_bank_only_marks_the_order(sold: Sold) -> None:
    dispute_id = sold.dispute(is_inquiry=True)
    assert sold.hear(dispute_id).stage is Stage.ASKED
    assert (sold.license.status, sold.grant.suspended_at) == (Status.ACTIVE, None)
    assert sold.order.attention == "the bank asks about the payment"
    sold.sandbox.end_dispute(dispute_id, "won")
    assert sold.hear(dispute_id).status == "warning_closed"
    assert sold.order.attention == ""


def test_p09_a_shop_may_let_disputed_things_work(
    sold: Sold, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = settings.model_copy(update={"dispute_suspends": False})
    monkeypatch.setitem(sold.app.extensions, "settings", trusting)
    sold.hear(sold.dispute())
    assert (sold.license.status, sold.grant.suspended_at) == (Status.ACTIVE, None)
    assert sold.order.attention == "the payment is disputed"


def test_p09_what_staff_suspended_is_not_the_banks_to_resume(sold: Sold) -> None:
    acts.suspend(sold.license, "shared online")
    dispute_id = sold.dispute()
    sold.hear(dispute_id)
    assert sold.license.suspend_reason == "shared online"
    acts.resume(sold.license)
    assert sold.license.suspend_reason == "dispute"
    with pytest.raises(Disputed):
        acts.resume(sold.license)
    acts.suspend(sold.license, "shared online")
    commit()
    sold.sandbox.end_dispute(dispute_id, "won")
    sold.hear(dispute_id)
    assert (sold.license.status, sold.license.suspend_reason) == (
        Status.SUSPENDED,
        "shared online",
    )


def test_p09_what_staff_revoked_stays_so(sold: Sold) -> None:
    dispute_id = sold.dispute()
    sold.sandbox.end_dispute(dispute_id, "lost")
    sold.hear(dispute_id)
    acts.revoke(sold.license, "fraud")
    grants.follow_dispute(events.DisputeChanged(1))
    issuing.follow_dispute(events.DisputeChanged(1))
    assert sold.license.end_reason == "fraud"


@pytest.mark.parametrize("order", list(permutations(["created", "withdrawn", "closed"])))
def test_p10_closed_wins_in_every_order(sold: Sold, order: tuple[str, ...]) -> None:
    dispute_id = sold.dispute()
    sold.sandbox.end_dispute(dispute_id, "lost")
    for _told in order:
        sold.hear(dispute_id)
    assert sold.license.end_reason == "dispute"
    assert session.scalar(select(func.count(Dispute.id))) == 1
    assert [entry.text for entry in sold.order.entries if entry.kind == "dispute"] == [
        "The bank has taken the payment back."
    ]


def test_p10_an_old_answer_does_not_open_it_again(
    sold: Sold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe answers one worker before the verdict, who writes it down after the other."""
    dispute_id = sold.dispute()
    usual, before = disputes._apply, disputes._fetch(dispute_id)

    def overtaken(row: int, ticket: int, _theirs: object) -> None:
        monkeypatch.setattr(disputes, "_apply", usual)
        sold.sandbox.end_dispute(dispute_id, "won")
        disputes.sync(dispute_id)
        commit()
        usual(row, ticket, before)

    monkeypatch.setattr(disputes, "_apply", overtaken)
    assert sold.hear(dispute_id).stage is Stage.OVER
    assert sold.license.status is Status.ACTIVE


def test_p10_all_events_at_once(either_app: Flask, stripe_sandbox: StripeSandbox) -> None:
    sold = Sold(either_app, stripe_sandbox)
    dispute_id = sold.dispute()
    stripe_sandbox.end_dispute(dispute_id, "lost")
    assert race(either_app, 5, lambda _: disputes.sync(dispute_id)) == [None] * 5
    assert (sold.license.end_reason, sold.grant.end_reason) == ("dispute", "dispute")
    assert (session.scalar(select(func.count(Dispute.id))), sold.ledger) == (1, 0)


def test_p11_a_dispute_after_a_refund_takes_the_rest_and_no_more(sold: Sold) -> None:
    sold.refund(400)
    assert sold.order.payment_state is PaymentState.PARTIALLY_REFUNDED
    dispute_id = sold.dispute()
    sold.sandbox.end_dispute(dispute_id, "lost")
    dispute = sold.hear(dispute_id)
    assert dispute.withdrawn == sold.order.total - 400
    assert (sold.order.refunded, sold.order.paid, sold.ledger) == (400, sold.order.total, 0)
    assert [note.total for note in sold.notes] == [400, sold.order.total - 400]
    assert [found for found in invariants.violations() if found.code == "I22"] == []
    session.delete(sold.notes[-1])
    commit()
    assert [found.code for found in invariants.violations() if found.code == "I22"] == ["I22"]
    assert sold.license.end_reason == "dispute"


def test_p11_after_all_went_back_there_is_nothing_to_lose(sold: Sold) -> None:
    sold.refund()
    dispute_id = sold.dispute()
    sold.hear(dispute_id)
    assert (sold.license.end_reason, sold.grant.end_reason) == ("refund", "refund")
    sold.sandbox.end_dispute(dispute_id, "lost")
    sold.hear(dispute_id)
    assert (sold.order.payment_state, sold.ledger) == (PaymentState.REFUNDED, 0)
    assert sold.license.end_reason == "refund"
    assert [note.total for note in sold.notes] == [sold.order.total]


def test_p06_a_full_refund_ends_key_and_files_at_once(sold: Sold, client: Browser) -> None:
    key = sold.license.key or ""
    sold.refund()
    assert code(client, "validate", key) == "REVOKED"
    assert client.get(f"/downloads/{sold.grant.token}").status_code == 404
    assert (sold.license.end_reason, sold.grant.end_reason) == ("refund", "refund")


def test_p05_one_of_two_payments_goes_back_and_the_order_stays_paid(sold: Sold) -> None:
    second = make_payment(sold.order)
    confirm(second)
    commit()
    [returned] = second.refunds
    refunds.submit(returned.id)
    commit()
    order = sold.order
    assert (order.paid, order.refunded) == (2 * order.total, order.total)
    assert order.payment_state is PaymentState.PAID
    assert (sold.license.status, sold.grant.ended_at) == (Status.ACTIVE, None)


def test_a_dispute_that_nobody_told_is_found(sold: Sold) -> None:
    dispute_id = sold.dispute()
    running.run()
    assert sold.license.suspend_reason == "dispute"
    sold.sandbox.end_dispute(dispute_id, "won")
    session.execute(delete(StripeEvent))
    commit()
    [difference] = running.run().differences
    assert (difference["kind"], difference["repaired"]) == ("dispute", True)
    assert sold.license.status is Status.ACTIVE
    assert running.run().differences == []


def test_a_dispute_of_somebody_elses_charge_is_left_alone(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    intent = app.extensions["stripe"].v1.payment_intents.create(
        {"amount": 100, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
         "return_url": "http://localhost"}
    )  # fmt: skip
    disputes.sync(stripe_sandbox.dispute(str(intent.latest_charge))["id"])
    assert session.scalar(select(func.count(Dispute.id))) == 0
