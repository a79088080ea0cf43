"""VAT numbers and the like, of customers and of the account itself."""

import re
import time

from stripe_sandbox import events, shapes, timers
from stripe_sandbox.errors import InvalidRequest, Json, NotBuilt
from stripe_sandbox.http import listing
from stripe_sandbox.http.expansion import INCLUDABLE
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox

# Only these types are looked up in a register; the sandbox's register knows by the digits.
VERIFIED_TYPES = {"au_abn", "eu_vat", "gb_vat"}
VERDICTS = {"111111111": "unverified", "222222222": "pending"}
EU_VAT = re.compile(
    r"(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)\w{2,12}"
)
OF_CUSTOMER = "AND json_extract(body, '$.customer') = ?"


@operation("post", "/v1/customers/{customer}/tax_ids")
def create_for_customer(call: Call) -> Json:
    customer = call.box.store.require("customer", call.id, "customer")
    return make(call.box, call.params, customer["id"])


@operation("post", "/v1/tax_ids")
def create(call: Call) -> Json:
    return make(call.box, call.params, _owner(call))


@operation("get", "/v1/customers/{customer}/tax_ids")
def list_of_customer(call: Call) -> Json:
    call.box.store.require("customer", call.id, "customer")
    return listing.page(call, "tax_id", where=(OF_CUSTOMER, (call.id,)))


@operation("get", "/v1/tax_ids")
def list_all(call: Call) -> Json:
    customer = _owner(call)
    where: listing.Condition = ("AND json_extract(body, '$.customer') IS ?", (customer,))
    return listing.page(call, "tax_id", where=where)


@operation("get", "/v1/customers/{customer}/tax_ids/{id}")
def retrieve_of_customer(call: Call) -> Json:
    customer, id = call.ids
    return _of_customer(call.box, customer, id)


@operation("get", "/v1/tax_ids/{id}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("tax_id", call.id)


@operation("delete", "/v1/customers/{customer}/tax_ids/{id}")
def delete_of_customer(call: Call) -> Json:
    customer, id = call.ids
    return _delete(call.box, _of_customer(call.box, customer, id))


@operation("delete", "/v1/tax_ids/{id}")
def delete(call: Call) -> Json:
    return _delete(call.box, call.box.store.require("tax_id", call.id))


def make(box: Sandbox, params: Json, customer: str | None) -> Json:
    kind, value = params["type"], params["value"].replace(" ", "").upper()
    if kind == "eu_vat" and not EU_VAT.fullmatch(value):
        raise InvalidRequest("Invalid value for eu_vat.", param="value", code="tax_id_invalid")
    owner: Json = {"type": "customer", "customer": customer} if customer else {"type": "self"}
    tax_id = box.new(
        "tax_id",
        country=_country(kind, value),
        customer=customer,
        owner=shapes.fill("tax_id:owner", owner),
        type=kind,
        value=value,
        verification=_verification("pending" if kind in VERIFIED_TYPES else "unavailable"),
    )
    if customer:
        events.emit(box, "customer.tax_id.created", tax_id)
    if kind in VERIFIED_TYPES:
        timers.start(box, "verify_tax_id", tax_id["id"], time.time())
    return tax_id


@timers.action("verify_tax_id")
def verify(box: Sandbox, id: str) -> None:
    """The register answers a moment later; the last nine digits tell it what to say."""
    tax_id = box.store.get(id)
    if tax_id is None or tax_id.get("deleted"):
        return
    verdict = VERDICTS.get(tax_id["value"][-9:], "verified")
    with events.updating(box, "customer.tax_id.updated", tax_id):
        tax_id["verification"] = _verification(verdict)


def _owner(call: Call) -> str | None:
    """The customer that owns it; None for the account itself."""
    owner = call.params.get("owner") or {"type": "self"}
    if owner["type"] not in ("customer", "self"):
        raise NotBuilt(f"The sandbox has no tax ids of type {owner['type']}.", param="owner")
    if owner["type"] == "self":
        return None
    customer = call.box.store.require("customer", owner.get("customer", ""), "owner[customer]")
    return str(customer["id"])


def _of_customer(box: Sandbox, customer: str, id: str) -> Json:
    tax_id = box.store.require("tax_id", id)
    if tax_id["customer"] != customer:
        raise InvalidRequest(f"No such tax_id: '{id}'", param="id", code="resource_missing")
    return tax_id


def _delete(box: Sandbox, tax_id: Json) -> Json:
    if tax_id["customer"]:
        events.emit(box, "customer.tax_id.deleted", tax_id)
    return box.store.remove(tax_id["id"])


def _country(kind: str, value: str) -> str:
    country = value[:2] if kind == "eu_vat" else kind[:2].upper()
    return {"EL": "GR", "XI": "GB"}.get(country, country)


def _verification(status: str) -> Json:
    name = "SANDBOX COMPANY" if status == "verified" else None
    values = {"status": status, "verified_name": name}
    return shapes.fill("tax_id:verification", values)


def _tax_ids(box: Sandbox, customer: Json) -> Json:
    found = box.store.select("tax_id", OF_CUSTOMER, (customer["id"],))
    return listing.whole_page(found, f"/v1/customers/{customer['id']}/tax_ids")


INCLUDABLE["customer", "tax_ids"] = _tax_ids
