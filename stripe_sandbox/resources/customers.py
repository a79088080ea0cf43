from collections.abc import Callable

from stripe_sandbox import events, shapes
from stripe_sandbox.errors import Json, no_such
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.resources import tax_ids
from stripe_sandbox.resources.payment_methods import attach, use
from stripe_sandbox.sandbox import Sandbox

FIELDS = (
    "address", "balance", "description", "email", "invoice_prefix", "invoice_settings", "name",
    "next_invoice_sequence", "phone", "preferred_locales", "shipping", "tax_exempt",
)  # fmt: skip

BEFORE_DELETION: list[Callable[[Sandbox, Json], None]] = []
"""What ends with a customer."""


@operation("post", "/v1/customers")
def create(call: Call) -> Json:
    return make(call.box, call.params)


def make(box: Sandbox, params: Json) -> Json:
    """Also for the buyers of Checkout."""
    clock = params.get("test_clock")
    if clock:
        box.store.require("test_helpers.test_clock", clock, "test_clock")
    customer = box.new(
        "customer",
        test_clock=clock,
        invoice_settings=shapes.fill("customer:invoice_settings", {}),
        invoice_prefix=shapes.random_text(8).upper(),
        next_invoice_sequence=1,
        balance=0,
        delinquent=False,
        preferred_locales=[],
        tax_exempt="none",
        metadata={},
    )
    _change(customer, params)
    for given in params.get("tax_id_data") or []:
        tax_ids.make(box, given, customer["id"])
    if method := params.get("payment_method"):
        attach(box, use(box, method), customer["id"])
    events.emit(box, "customer.created", customer)
    return customer


@operation("get", "/v1/customers/{customer}")
def retrieve(call: Call) -> Json:
    """A deleted customer can still be asked for, as `{id, object, deleted}`."""
    customer = call.box.store.get(call.id)
    if customer and customer["object"] == "customer":
        return customer
    raise no_such("customer", call.id)


@operation("post", "/v1/customers/{customer}")
def update(call: Call) -> Json:
    customer = call.box.store.require("customer", call.id)
    with events.updating(call.box, "customer.updated", customer):
        _change(customer, call.params)
    return customer


@operation("delete", "/v1/customers/{customer}")
def delete(call: Call) -> Json:
    customer = call.box.store.require("customer", call.id)
    for prepare in BEFORE_DELETION:
        prepare(call.box, customer)
    events.emit(call.box, "customer.deleted", customer)
    return call.box.store.remove(call.id)


@operation("get", "/v1/customers")
def list_all(call: Call) -> Json:
    return listing.page(call, "customer", "email", "test_clock")


@operation("get", "/v1/customers/{customer}/payment_methods")
def list_payment_methods(call: Call) -> Json:
    call.box.store.require("customer", call.id)
    where = ("AND json_extract(body, '$.customer') = ?", (call.id,))
    return listing.page(call, "payment_method", "type", where=where)


@operation("get", "/v1/customers/{customer}/payment_methods/{payment_method}")
def retrieve_payment_method(call: Call) -> Json:
    customer, id = call.ids
    method = call.box.store.require("payment_method", id, "payment_method")
    if method["customer"] != customer:
        raise no_such("PaymentMethod", id, "payment_method")
    return method


@operation("delete", "/v1/customers/{customer}/discount")
def delete_discount(call: Call) -> Json:
    """No request of this version gives a customer a discount; subscriptions have them."""
    call.box.store.require("customer", call.id, "customer")
    raise no_such("discount", call.id)


def _change(customer: Json, params: Json) -> None:
    shapes.assign(customer, params, *FIELDS)
    shapes.assign_metadata(customer, params)
