"""Disputes: opened by certain test cards or on demand, decided by the evidence."""

import json
import time

from stripe_sandbox import events, shapes, timers
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.payments import charges, confirmation
from stripe_sandbox.payments.cards import BY_NUMBER
from stripe_sandbox.sandbox import Sandbox

FEE = 1500
TIME_TO_ANSWER = 14 * 24 * 3600
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
ANSWERABLE = {"needs_response", "warning_needs_response", "under_review", "warning_under_review"}
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}


def open_dispute(box: Sandbox, charge: Json, reason: str, *, is_inquiry: bool = False) -> Json:
    """An inquiry is a question of the bank; a chargeback takes the money at once."""
    if charge["disputed"]:
        raise InvalidRequest(f"Charge {charge['id']} is already disputed.")
    details = shapes.fill("dispute:evidence_details", {"due_by": box.now(charge) + TIME_TO_ANSWER})
    details["submission_method"] = "not_submitted"
    dispute = box.new(
        "dispute",
        amount=charge["amount_captured"] - charge["amount_refunded"],
        charge=charge["id"],
        currency=charge["currency"],
        evidence=_known_evidence(charge),
        evidence_details=details,
        is_charge_refundable=is_inquiry,
        payment_intent=charge["payment_intent"],
        payment_method_details=_method_details(charge, reason, is_inquiry=is_inquiry),
        reason=reason,
        status="warning_needs_response" if is_inquiry else "needs_response",
    )
    charge["disputed"] = True
    events.emit(box, "charge.dispute.created", dispute)
    if not is_inquiry:
        _move(box, dispute, -dispute["amount"], FEE)
        events.emit(box, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def answer(box: Sandbox, dispute: Json, evidence: Json, *, submits: bool) -> None:
    """Add evidence; what the test strings decide follows a moment after it is submitted."""
    _check_answerable(dispute)
    details = dispute["evidence_details"]
    shapes.assign(dispute, {"evidence": evidence}, "evidence")
    details["has_evidence"] = details["has_evidence"] or any(evidence.values())
    if not submits:
        return
    details["submission_count"] += 1
    details["submission_method"] = "manual"
    dispute["status"] = dispute["status"].replace("needs_response", "under_review")
    if dispute["evidence"]["uncategorized_text"] in VERDICTS:
        timers.start(box, "decide_dispute", dispute["id"], time.time())


def end(box: Sandbox, dispute: Json, verdict: str) -> None:
    """The bank decides: won or lost; an inquiry just ends."""
    _check_answerable(dispute)
    is_inquiry = dispute["status"].startswith("warning")
    timers.stop(box, "decide_dispute", dispute["id"])
    dispute["status"] = "warning_closed" if is_inquiry else verdict
    events.emit(box, "charge.dispute.closed", dispute)
    if dispute["status"] == "won":
        dispute["is_charge_refundable"] = True
        _move(box, dispute, dispute["amount"], 0)
        events.emit(box, "charge.dispute.funds_reinstated", dispute)


def freezes(box: Sandbox, charge: Json) -> bool:
    """Whether a dispute keeps a charge from being refunded."""
    found = box.store.select("dispute", "AND json_extract(body, '$.charge') = ?", (charge["id"],))
    return any(not dispute["is_charge_refundable"] for dispute in found)


def follow(box: Sandbox, intent: Json) -> None:
    """Certain test cards dispute what was paid with them, a moment later."""
    if intent["status"] != "succeeded":
        return
    charge = box.store.require("charge", intent["latest_charge"])
    card = BY_NUMBER.get(box.store.private(charge["payment_method"]).get("number", ""))
    if card and card.dispute:
        timers.start(box, "open_dispute", charge["id"], time.time())


@timers.action("open_dispute")
def open_by_itself(box: Sandbox, id: str) -> None:
    charge = box.store.require("charge", id)
    card = BY_NUMBER[box.store.private(charge["payment_method"])["number"]]
    if not charge["disputed"]:
        is_inquiry = card.dispute == "inquiry"
        open_dispute(box, charge, _reason(card.dispute), is_inquiry=is_inquiry)


@timers.action("decide_dispute")
def decide_by_itself(box: Sandbox, id: str) -> None:
    dispute = box.store.require("dispute", id)
    end(box, dispute, VERDICTS[dispute["evidence"]["uncategorized_text"]])


def _reason(kind: str | None) -> str:
    return "product_not_received" if kind == "product_not_received" else "fraudulent"


def _check_answerable(dispute: Json) -> None:
    if dispute["status"] not in ANSWERABLE:
        raise InvalidRequest(f"This dispute is already closed. It is {dispute['status']}.")


def _known_evidence(charge: Json) -> Json:
    billing = charge["billing_details"]
    return shapes.fill(
        "dispute:evidence",
        {"customer_email_address": billing["email"], "customer_name": billing["name"]},
    )


def _method_details(charge: Json, reason: str, *, is_inquiry: bool) -> Json:
    brand = charge["payment_method_details"].get("card", {}).get("brand") or "visa"
    card = {
        "brand": brand,
        "case_type": "inquiry" if is_inquiry else "chargeback",
        "network": brand,
        "network_reason_code": NETWORK_CODES.get(reason),
    }
    return shapes.fill("dispute:payment_method_details", {"type": "card", "card": card})


def _move(box: Sandbox, dispute: Json, amount: int, fee: int) -> None:
    id = charges.transaction(box, dispute, "adjustment", amount, fee)
    transaction = box.store.require("balance_transaction", id)
    transaction["reporting_category"] = "dispute" if amount < 0 else "dispute_reversal"
    dispute["balance_transactions"].append(json.loads(json.dumps(transaction)))


confirmation.ON_OUTCOME.append(follow)
