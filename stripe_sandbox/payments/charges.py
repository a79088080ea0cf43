"""Charges and the balance transactions they lead to."""

from typing import Any

from stripe_sandbox import events, shapes
from stripe_sandbox.errors import Json
from stripe_sandbox.payments.cards import decline_error
from stripe_sandbox.sandbox import Sandbox

FEE_PERCENT, FEE_FIXED = 0.014, 25
TWO_DAYS = 2 * 24 * 3600


def make(box: Sandbox, intent: Json, method: Json, **values: Any) -> Json:
    """A charge of the intent's whole amount; `values` tell how it went."""
    charge = box.new(
        "charge",
        amount=intent["amount"],
        billing_details=method["billing_details"],
        calculated_statement_descriptor="SANDBOX",
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        fraud_details={},
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(method),
        receipt_email=intent["receipt_email"],
        shipping=intent["shipping"],
        statement_descriptor=intent["statement_descriptor"],
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
        transfer_group=intent["transfer_group"],
        **values,
    )
    intent["latest_charge"] = charge["id"]
    return charge


def succeeded(box: Sandbox, intent: Json, method: Json, *, captured: bool = True) -> Json:
    charge = make(box, intent, method, status="succeeded", paid=True)
    charge["outcome"] = _outcome("authorized", "approved_by_network", "Payment complete.")
    charge["receipt_url"] = f"{box.settings.public_url}/receipts/{charge['id']}"
    if captured:
        charge.update(captured=True, amount_captured=charge["amount"])
    return charge


def failed(box: Sandbox, intent: Json, method: Json, decline: str) -> Json:
    error = decline_error(decline)
    charge = make(box, intent, method, status="failed")
    fail(charge, error["code"], error["message"], decline)
    return charge


def fail(charge: Json, code: str, message: str, reason: str) -> None:
    charge.update(status="failed", paid=False, captured=False, amount_captured=0)
    charge.update(failure_code=code, failure_message=message)
    charge["outcome"] = _outcome(
        "issuer_declined", "declined_by_network", "The bank did not return any further details."
    )
    charge["outcome"]["reason"] = reason


def add_to_balance(box: Sandbox, charge: Json) -> None:
    """The balance transaction comes a moment after the charge, told by `charge.updated`."""
    with events.updating(box, "charge.updated", charge):
        fee = round(charge["amount_captured"] * FEE_PERCENT) + FEE_FIXED
        charge["balance_transaction"] = transaction(
            box, charge, "charge", charge["amount_captured"], fee
        )


def transaction(box: Sandbox, source: Json, kind: str, amount: int, fee: int = 0) -> str:
    """The id of a new balance transaction; the amount is negative when money leaves."""
    details = [{"amount": fee, "application": None, "currency": source["currency"]}]
    made = box.new(
        "balance_transaction",
        amount=amount,
        available_on=box.now(source) + TWO_DAYS,
        balance_type="payments",
        currency=source["currency"],
        description=source.get("description"),
        fee=fee,
        fee_details=[{**details[0], "description": "Stripe processing fees", "type": "stripe_fee"}]
        if fee
        else [],
        net=amount - fee,
        reporting_category=kind,
        source=source["id"],
        status="pending",
        type=kind,
    )
    return str(made["id"])


def _details(method: Json) -> Json:
    kind = method["type"]
    given = method[kind]
    details = shapes.fill(f"charge:payment_method_details.{kind}", given)
    if kind == "card":
        details["network"] = given["brand"]
        details["authorization_code"] = "123456"
        details["checks"] = given["checks"]
    return {"type": kind, kind: details}


def _outcome(kind: str, network_status: str, message: str) -> Json:
    return shapes.fill(
        "charge:outcome",
        {
            "type": kind,
            "network_status": network_status,
            "risk_level": "normal",
            "risk_score": 11,
            "seller_message": message,
        },
    )
