"""Money that came in and went out: the balance and its transactions."""

from stripe_sandbox import shapes
from stripe_sandbox.errors import Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation


@operation("get", "/v1/balance")
def retrieve(call: Call) -> Json:
    """Nothing is ever paid out."""
    sums: dict[tuple[str, str], int] = {}
    for transaction in call.box.store.select("balance_transaction"):
        is_available = transaction["available_on"] <= call.box.now()
        key = "available" if is_available else "pending", transaction["currency"]
        sums[key] = sums.get(key, 0) + transaction["net"]
    currencies = sorted({currency for _, currency in sums}) or ["eur"]
    amounts = {
        state: [
            {"amount": sums.get((state, currency), 0), "currency": currency}
            for currency in currencies
        ]
        for state in ("available", "pending")
    }
    return shapes.blank("balance", **amounts)


@operation("get", "/v1/balance_transactions")
def list_transactions(call: Call) -> Json:
    return listing.page(call, "balance_transaction", "currency", "source", "type")


@operation("get", "/v1/balance_transactions/{id}")
def retrieve_transaction(call: Call) -> Json:
    return call.box.store.require("balance_transaction", call.id)
