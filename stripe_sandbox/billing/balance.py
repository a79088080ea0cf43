"""A customer's credit balance. Negative is credit: Stripe owes the customer."""

from typing import Any

from stripe_sandbox import events
from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox


def add(box: Sandbox, customer: Json, amount: int, currency: str, kind: str, **values: Any) -> Json:
    """Change the balance by an amount and return the customer_balance_transaction."""
    with events.updating(box, "customer.updated", customer):
        customer["balance"] = (customer["balance"] or 0) + amount
        customer["currency"] = customer["currency"] or currency
    return box.new(
        "customer_balance_transaction",
        amount=amount,
        currency=currency,
        customer=customer["id"],
        ending_balance=customer["balance"],
        metadata={},
        type=kind,
        **values,
    )
