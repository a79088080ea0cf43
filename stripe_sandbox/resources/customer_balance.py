"""The customer's balance: negative is credit for the next invoice, positive is added to it."""

from stripe_sandbox import shapes
from stripe_sandbox.billing import balance
from stripe_sandbox.errors import InvalidRequest, Json, no_such
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation


@operation("post", "/v1/customers/{customer}/balance_transactions")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    customer = box.store.require("customer", call.id, "customer")
    currency = params["currency"].lower()
    if customer["currency"] not in (None, currency):
        raise InvalidRequest(
            f"The currency of the customer is {customer['currency']}.", param="currency"
        )
    transaction = balance.add(box, customer, params["amount"], currency, "adjustment")
    shapes.assign(transaction, params, "description")
    shapes.assign_metadata(transaction, params)
    return transaction


@operation("get", "/v1/customers/{customer}/balance_transactions/{transaction}")
def retrieve(call: Call) -> Json:
    customer, id = call.ids
    transaction = call.box.store.require("customer_balance_transaction", id)
    if transaction["customer"] != customer:
        raise no_such("customer_balance_transaction", id)
    return transaction


@operation("post", "/v1/customers/{customer}/balance_transactions/{transaction}")
def update(call: Call) -> Json:
    transaction = retrieve(call)
    shapes.assign(transaction, call.params, "description")
    shapes.assign_metadata(transaction, call.params)
    return transaction


@operation("get", "/v1/customers/{customer}/balance_transactions")
def list_all(call: Call) -> Json:
    call.box.store.require("customer", call.id, "customer")
    where = ("AND json_extract(body, '$.customer') = ?", (call.id,))
    return listing.page(call, "customer_balance_transaction", "invoice", where=where)
