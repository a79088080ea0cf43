import json
from typing import Any, cast

import pytest
import stripe

from stripe_sandbox import conform, resources
from stripe_sandbox.conform import dialects
from stripe_sandbox.conform.nodes import ListOf, MapOf, Node, OneOf, Page, Record
from stripe_sandbox.http.operations import REGISTRY
from stripe_sandbox.shapes import LEFT_OUT, blank
from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.conftest import make_client


def test_all_routes_of_the_library_resolve() -> None:
    seen: set[int] = set()
    for route in conform.routes():
        compile_whole(dialects.json_node(route.returns), seen)
        if route.params:
            compile_whole(dialects.params_node(route.params), seen)

    assert len(conform.routes()) == 558
    assert len(seen) > 10_000


def compile_whole(node: Node, seen: set[int]) -> None:
    if id(node) in seen:
        return
    seen.add(id(node))
    for child in children(node):
        compile_whole(child, seen)


def children(node: Node) -> list[Node]:
    if isinstance(node, OneOf):
        return list(node.choices)
    if isinstance(node, Record):
        return [member.node for member in node.members.values()]
    if isinstance(node, ListOf | MapOf | Page):
        return [node.item] if node.item else []
    return []


def test_every_operation_of_the_sandbox_is_a_route_of_the_library() -> None:
    resources.load()
    known = {(route.verb, route.path) for route in conform.routes()}
    known |= {(route.verb, route.path) for route in REGISTRY.browser_routes}
    assert set(REGISTRY.operations) <= known


@pytest.mark.parametrize("kind", sorted(LEFT_OUT))
def test_a_blank_object_is_complete(kind: str) -> None:
    value = blank(kind)
    assert conform.check_object(value) == []
    del value["id" if "id" in value else "livemode"]
    assert [problem.kind for problem in conform.check_object(value)] == ["missing"]


PAYMENT = {"amount": "100", "currency": "eur"}
LINES = {"mode": "payment", "line_items": [{"quantity": "1", "amount": "500"}]}


@pytest.mark.parametrize(
    ("path", "form", "kind", "param"),
    [
        ("/v1/payment_intents", {**PAYMENT, "bogus": "1"}, "unknown", "bogus"),
        ("/v1/payment_intents", {"currency": "eur"}, "missing", "amount"),
        ("/v1/payment_intents", {**PAYMENT, "amount": "1.5"}, "type", "amount"),
        ("/v1/payment_intents", {**PAYMENT, "capture_method": "never"}, "enum", "capture_method"),
        (
            "/v1/payment_intents",
            {**PAYMENT, "payment_method_types": ["card"]},
            "unknown",
            "payment_method_types",
        ),
        ("/v1/checkout/sessions", {"ui_mode": "hosted"}, "enum", "ui_mode"),
        ("/v1/checkout/sessions", LINES, "unknown", "line_items[0][amount]"),
        ("/v1/subscriptions", {"customer": "cus_1", "coupon": "x"}, "unknown", "coupon"),
        ("/v1/invoiceitems", {"customer": "cus_1", "price": "p"}, "unknown", "price"),
    ],
)
def test_what_tutorials_of_older_versions_send_is_refused(
    path: str, form: dict[str, Any], kind: str, param: str
) -> None:
    [problem] = conform.check_request("post", path, form)
    assert (problem.kind, problem.param) == (kind, param)


def test_right_requests_are_accepted() -> None:
    body = "amount=100&currency=eur&metadata[order]=1&automatic_payment_methods[enabled]=true"
    assert conform.check_request("post", "/v1/payment_intents", body) == []
    assert conform.check_request("get", "/v1/events", "types[0]=a&created[gte]=5") == []


@pytest.mark.parametrize(
    ("change", "kind", "param"),
    [
        ({"amount": "12"}, "type", "amount"),
        ({"amount": None}, "null", "amount"),
        ({"status": "paid"}, "enum", "status"),
        ({"invoice": None}, "unknown", "invoice"),
        ({"latest_charge": {"object": "customer"}}, "type", "latest_charge"),
    ],
)
def test_wrong_objects_are_noticed(change: dict[str, Any], kind: str, param: str) -> None:
    [problem] = conform.check_object({**blank("payment_intent"), **change})
    assert (problem.kind, problem.param) == (kind, param)


def test_unknown_parameters_are_refused_over_http(v1: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.customers.create(cast(Any, {"emial": "a@example.org"}))
    assert refused.value.code == "parameter_unknown"
    assert refused.value.param == "emial"


def test_dead_parameters_name_their_reason(v1: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.payment_intents.create(cast(Any, {**PAYMENT, "payment_method_types": ["card"]}))
    assert refused.value.code == "payment_method_types_no_longer_supported"


def test_routes_that_are_not_built_say_so(v1: stripe.V1Services) -> None:
    with pytest.raises(stripe.APIError) as refused:
        v1.payouts.list()
    assert refused.value.http_status == 501


def test_parameters_that_would_do_nothing_are_refused(v1: stripe.V1Services) -> None:
    with pytest.raises(
        stripe.APIError, match="has not built the parameter payment_method_configuration"
    ):
        v1.payment_intents.update(
            v1.payment_intents.create({"amount": 100, "currency": "eur"}).id,
            {"payment_method_configuration": "pmc_1"},
        )


def test_all_that_was_stored_conforms(sandbox: StripeSandbox) -> None:
    v1 = make_client(sandbox).v1
    customer = v1.customers.create({"email": "a@example.org", "address": {"city": "Bern"}})
    product = v1.products.create(
        {"name": "Mug", "default_price_data": {"currency": "eur", "unit_amount": 900}}
    )
    session = v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "https://shop.test/ok",
            "line_items": [{"price": str(product.default_price), "quantity": 2}],
            "customer": customer.id,
        }
    )
    assert session.url is not None
    assert sandbox.pay_checkout(session.url).status_code == 303
    intent = v1.checkout.sessions.retrieve(session.id).payment_intent
    v1.refunds.create({"payment_intent": str(intent), "amount": 100})
    v1.customers.delete(customer.id)

    rows = sandbox.server.box.store.db.execute("SELECT id, type, body FROM objects").fetchall()
    assert {row["type"] for row in rows} >= {
        "balance_transaction", "charge", "checkout.session", "customer", "event", "item",
        "payment_intent", "payment_method", "price", "product", "refund",
    }  # fmt: skip
    bodies = [json.loads(row["body"]) for row in rows]
    assert [problem for body in bodies for problem in conform.check_object(body)] == []
