"""Complete, conforming objects made from the library's annotations, and the ids they carry."""

import functools
import json
import secrets
import string
from typing import Any

from stripe_sandbox.conform.annotations import object_class
from stripe_sandbox.conform.dialects import resource_node
from stripe_sandbox.conform.nodes import ListOf, Node, OneOf, Record
from stripe_sandbox.errors import Json

ALPHANUMERIC = string.ascii_letters + string.digits

# Stripe leaves these out unless they are asked for or relevant; every other field is sent, if
# only as null. The library's `Optional` cannot tell the two apart.
LEFT_OUT: dict[str, set[str]] = {
    "balance": {"connect_reserved", "instant_available", "issuing"},
    "charge": {
        "authorization_code", "level3", "presentment_details", "radar_options", "refunds",
        "source", "transfer",
    },
    "checkout.session": {
        "branding_settings", "excluded_payment_method_types", "line_items", "name_collection",
        "optional_items", "presentment_details", "redirect_on_completion", "return_url",
        "tax_id_collection",
    },
    "confirmation_token": {"metadata"},
    "coupon": {"applies_to", "currency_options"},
    "customer": {
        "business_name", "cash_balance", "customer_account", "individual_name",
        "invoice_credit_balance", "sources", "subscriptions", "tax", "tax_ids",
    },
    "dispute": {"intended_submission_method", "network_reason_code"},
    "event": {"account", "context"},
    "invoice": {"confirmation_secret", "payments", "threshold_reason"},
    "payment_intent": {"hooks", "payment_details", "presentment_details"},
    "price": {"currency_options", "tiers"},
    "refund": {
        "description", "failure_balance_transaction", "failure_reason", "instructions_email",
        "next_action", "pending_reason", "presentment_details",
    },
    "setup_attempt": {"attach_to_self"},
    "setup_intent": {"attach_to_self", "managed_payments"},
    "subscription": {"presentment_details"},
    "webhook_endpoint": {"secret"},
}  # fmt: skip

# Objects with one hash per payment method type carry only the hash of their own type.
KEPT: dict[str, set[str]] = {
    "payment_method": {
        "id", "object", "allow_redisplay", "billing_details", "created", "customer",
        "customer_account", "livemode", "metadata", "type",
    },
}  # fmt: skip

ID_FORMATS: dict[str, tuple[str, int]] = {
    "balance_transaction": ("txn_3", 23),
    "billing_portal.configuration": ("bpc_1", 23),
    "billing_portal.session": ("bps_1", 23),
    "charge": ("ch_3", 23),
    "checkout.session": ("cs_test_", 58),
    "confirmation_token": ("ctoken_1", 23),
    "coupon": ("", 8),
    "credit_note": ("cn_1", 23),
    "credit_note_line_item": ("cnli_1", 23),
    "customer": ("cus_", 14),
    "customer_balance_transaction": ("cbtxn_1", 23),
    "discount": ("di_1", 23),
    "dispute": ("du_1", 23),
    "event": ("evt_1", 23),
    "invoice": ("in_1", 23),
    "invoice_payment": ("inpay_1", 23),
    "invoiceitem": ("ii_1", 23),
    "item": ("li_1", 23),
    "line_item": ("il_1", 23),
    "payment_intent": ("pi_3", 23),
    "payment_method": ("pm_1", 23),
    "price": ("price_1", 23),
    "product": ("prod_", 14),
    "promotion_code": ("promo_1", 23),
    "refund": ("re_3", 23),
    "setup_attempt": ("setatt_1", 23),
    "setup_intent": ("seti_1", 23),
    "shipping_rate": ("shr_1", 23),
    "subscription": ("sub_1", 23),
    "subscription_item": ("si_", 14),
    "subscription_schedule": ("sub_sched_1", 23),
    "tax_id": ("txi_1", 23),
    "test_helpers.test_clock": ("clock_1", 23),
    "webhook_endpoint": ("we_1", 23),
}


def random_text(length: int) -> str:
    return "".join(ALPHANUMERIC[byte % len(ALPHANUMERIC)] for byte in secrets.token_bytes(length))


def new_id(kind: str) -> str:
    prefix, length = ID_FORMATS[kind]
    return prefix + random_text(length)


def blank(kind: str, /, **values: Any) -> Json:
    """Every field that Stripe would send, empty, with these values filled in."""
    whole: Json = json.loads(_skeleton(kind))
    whole.update(values)
    return whole


@functools.cache
def _skeleton(kind: str) -> str:
    left_out, kept = LEFT_OUT.get(kind, set()) | {"deleted"}, KEPT.get(kind)
    return json.dumps(
        {
            name: member.node.blank()
            for name, member in _record(kind).members.items()
            if name not in left_out and (kept is None or name in kept)
        }
    )


def fill(place: str, given: Json, /) -> Json:
    """The hash at `place` ("customer:address"), complete, with these values filled in."""
    whole: Json = _filled(_node_at(place), given)
    return whole


def assign(target: Json, params: Json, *names: str) -> None:
    """Copy parameters that have a field of the same name; "" unsets, hashes are merged."""
    record = _record(target["object"])
    for name in names:
        if name in params:
            given = params[name]
            current = target.get(name)
            if given == "":
                target[name] = record.members[name].node.blank()
            elif isinstance(given, dict) and isinstance(current, dict):
                target[name] = _filled(record.members[name].node, {**current, **given})
            else:
                target[name] = _filled(record.members[name].node, given)


def assign_metadata(target: Json, params: Json) -> None:
    """An empty value removes its key, an empty hash all keys."""
    given = params.get("metadata")
    if given == "":
        target["metadata"] = {}
    elif given:
        merged = {**(target["metadata"] or {}), **given}
        target["metadata"] = {key: value for key, value in merged.items() if value != ""}


def record_of(node: Node) -> Record | None:
    """The record that a field may hold, beside null or an id."""
    choices = node.choices if isinstance(node, OneOf) else (node,)
    return next((choice for choice in choices if isinstance(choice, Record)), None)


def _record(kind: str) -> Record:
    cls = object_class(kind)
    if cls is None:
        raise LookupError(f"the library has no object {kind!r}")
    return resource_node(cls)


@functools.cache
def _node_at(place: str) -> Node:
    kind, _, path = place.partition(":")
    node: Node = _record(kind)
    for name in path.split(".") if path else ():
        record = record_of(node)
        if record is None:
            raise LookupError(f"{place} leads nowhere at {name}")
        node = record.members[name].node
    return node


def _filled(node: Node, given: Any) -> Any:
    if isinstance(given, dict) and (record := record_of(node)):
        known = {
            name: _filled(record.members[name].node, value) if value != "" else None
            for name, value in given.items()
            if name in record.members
        }
        return {**record.blank(), **known}
    choices = node.choices if isinstance(node, OneOf) else (node,)
    if isinstance(given, list) and (
        array := next((c for c in choices if isinstance(c, ListOf)), None)
    ):
        return [_filled(array.item, member) for member in given]
    return given
