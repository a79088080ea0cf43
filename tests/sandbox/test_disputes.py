"""Charges that their cardholders take back."""

import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.test_payments import PAID_NOW


def pay(v1: stripe.V1Services, method: str = "pm_card_visa") -> str:
    """The id of a charge of 12 euros."""
    return str(v1.payment_intents.create({**PAID_NOW, "payment_method": method}).latest_charge)


def kinds(sandbox: StripeSandbox) -> list[str]:
    """What happened to the dispute, oldest first."""
    found = [event["type"] for event in sandbox.events()][::-1]
    return [kind.removeprefix("charge.dispute.") for kind in found if "dispute" in kind]


@pytest.mark.parametrize(
    ("method", "reason", "status", "events"),
    [
        (
            "pm_card_createDispute",
            "fraudulent",
            "needs_response",
            ["created", "funds_withdrawn"],
        ),
        (
            "pm_card_createDisputeProductNotReceived",
            "product_not_received",
            "needs_response",
            ["created", "funds_withdrawn"],
        ),
        (
            "pm_card_createDisputeInquiry",
            "fraudulent",
            "warning_needs_response",
            ["created"],
        ),
    ],
)
def test_certain_cards_dispute_what_they_paid(
    v1: stripe.V1Services,
    sandbox: StripeSandbox,
    *,
    method: str,
    reason: str,
    status: str,
    events: list[str],
) -> None:
    charge = pay(v1, method)
    sandbox.wait_for(f"charge.dispute.{events[-1]}")

    [dispute] = v1.disputes.list({"charge": charge}).data
    assert (dispute.reason, dispute.status, dispute.amount) == (reason, status, 1200)
    assert v1.charges.retrieve(charge).disputed is True
    assert kinds(sandbox) == events
    expanded = v1.disputes.retrieve(dispute.id, {"expand": ["charge", "payment_intent"]})
    assert isinstance(expanded.charge, stripe.Charge)
    assert len(expanded.balance_transactions) == len(events) - 1


@pytest.mark.parametrize(
    ("text", "status", "events"),
    [
        ("winning_evidence", "won", ["updated", "closed", "funds_reinstated"]),
        ("losing_evidence", "lost", ["updated", "closed"]),
    ],
)
def test_the_evidence_decides(
    v1: stripe.V1Services, sandbox: StripeSandbox, text: str, status: str, events: list[str]
) -> None:
    dispute = sandbox.dispute(pay(v1))
    answered = v1.disputes.update(dispute["id"], {"evidence": {"uncategorized_text": text}})
    assert answered.evidence_details.submission_count == 1
    sandbox.wait_for(f"charge.dispute.{events[-1]}")

    assert v1.disputes.retrieve(dispute["id"]).status == status
    assert kinds(sandbox) == ["created", "funds_withdrawn", *events]
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        v1.disputes.update(dispute["id"], {"evidence": {"uncategorized_text": "more"}})


def test_evidence_is_collected_before_it_is_submitted(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    id = sandbox.dispute(pay(v1))["id"]
    v1.disputes.update(id, {"evidence": {"customer_name": "Ada"}, "submit": False})
    draft = v1.disputes.update(id, {"evidence": {"shipping_carrier": "Post"}, "submit": False})
    assert (draft.status, draft.evidence_details.submission_count) == ("needs_response", 0)
    assert (draft.evidence.customer_name, draft.evidence.shipping_carrier) == ("Ada", "Post")
    assert draft.evidence_details.has_evidence is True

    assert v1.disputes.update(id, {"submit": True}).status == "under_review"
    assert sandbox.end_dispute(id, "won")["status"] == "won"


def test_giving_up_loses(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    id = sandbox.dispute(pay(v1))["id"]
    assert v1.disputes.close(id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        v1.disputes.close(id)


def test_an_inquiry_just_ends(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    id = sandbox.dispute(pay(v1), inquiry=True)["id"]
    assert v1.disputes.close(id).status == "warning_closed"


@pytest.mark.parametrize(("inquiry", "verdict"), [(True, None), (False, "won"), (False, "lost")])
def test_a_chargeback_that_is_not_won_freezes_refunds(
    v1: stripe.V1Services, sandbox: StripeSandbox, *, inquiry: bool, verdict: str | None
) -> None:
    charge = pay(v1)
    dispute = sandbox.dispute(charge, inquiry=inquiry)
    if verdict:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            v1.refunds.create({"charge": charge})
        assert refused.value.code == "charge_disputed"
        sandbox.end_dispute(dispute["id"], verdict)
    if verdict == "lost":
        with pytest.raises(stripe.InvalidRequestError):
            v1.refunds.create({"charge": charge})
    else:
        assert v1.refunds.create({"charge": charge}).status == "succeeded"
