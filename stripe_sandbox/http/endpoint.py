"""`/v1/...`: from an HTTP request to one operation and back."""

import json
import time
import traceback

from flask import Blueprint, Response, current_app, request

from stripe_sandbox import events
from stripe_sandbox.conform import Problem, Route
from stripe_sandbox.conform.checks import cast_params, check_params, check_response
from stripe_sandbox.conform.forms import decode_form
from stripe_sandbox.errors import CardDeclined, InvalidRequest, Json, SandboxFault, StripeError
from stripe_sandbox.http import idempotency
from stripe_sandbox.http.expansion import view
from stripe_sandbox.http.idempotency import Answer
from stripe_sandbox.http.keys import Key, check_version, read_key
from stripe_sandbox.http.misfortune import lose_answer, strike
from stripe_sandbox.http.operations import REGISTRY, Call, Handler
from stripe_sandbox.http.params import Params
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.settings import API_VERSION
from stripe_sandbox.shapes import random_text
from stripe_sandbox.store import NonConforming

bp = Blueprint("api", __name__)
CODES = {"unknown": "parameter_unknown", "missing": "parameter_missing"}


@bp.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE"])
def answer(rest: str) -> Response:  # noqa: ARG001
    box: Sandbox = current_app.extensions["sandbox"]
    request_id, started = "req_" + random_text(14), time.time()
    headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
    try:
        key = read_key(request.headers)
        result = _answer_once(box, key, request_id, headers)
    except StripeError as error:
        result = Answer(error.status, json.dumps(error.body), request_id)
    except Exception as error:  # noqa: BLE001 - a bug of ours still has to look like Stripe's
        traceback.print_exc()
        headers["Stripe-Should-Retry"] = "false"
        fault = SandboxFault(f"The sandbox has a bug: {error!r}")
        result = Answer(500, json.dumps(fault.body), request_id)
    result = lose_answer(box, result)
    _log(box, request_id, result, started)
    return Response(result.body, result.status, headers, mimetype="application/json")


def _answer_once(box: Sandbox, key: Key, request_id: str, headers: dict[str, str]) -> Answer:
    check_version(request.headers)
    idempotency_key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if idempotency_key:
        headers["Idempotency-Key"] = idempotency_key
    body = request.get_data(as_text=True) if request.method == "POST" else _query()
    print_ = idempotency.fingerprint(request.method, request.path, body)
    with box.keys_in_use.claim(idempotency_key):
        if idempotency_key:
            with box.store.transaction() as db:
                earlier = idempotency.recall(db, idempotency_key, print_)
            if earlier:
                headers["Idempotent-Replayed"] = "true"
                headers["Original-Request"] = earlier.request_id
                return earlier
        if trouble := strike(box):
            return _keep_if_asked(box, idempotency_key, print_, trouble)
        route, call = _read_call(box, key, body)
        handler = REGISTRY.find(route, is_browser=call.is_browser)
        with box.store.transaction() as db, events.caused_by(request_id, idempotency_key):
            result = _perform(call, route, handler, request_id)
            if idempotency_key:
                idempotency.keep(db, idempotency_key, print_, result)
        return result


def _query() -> str:
    return request.query_string.decode()


def _keep_if_asked(
    box: Sandbox, key: str | None, print_: str, trouble: tuple[Answer, bool]
) -> Answer:
    result, is_remembered = trouble
    if key and is_remembered:
        with box.store.transaction() as db:
            idempotency.keep(db, key, print_, result)
    return result


def _read_call(box: Sandbox, key: Key, body: str) -> tuple[Route, Call]:
    route = REGISTRY.find_route(request.method.lower(), request.path)
    form = decode_form(body)
    client_secret = form.pop("client_secret", None) if key.is_publishable else None
    for problem in check_params(route, form):
        raise _refusal(problem)
    call = Call(
        box=box,
        params=Params(cast_params(route, form)),
        ids=route.ids(request.path),
        path=request.path,
        client_secret=client_secret,
        is_browser=key.is_publishable,
    )
    return route, call


def _refusal(problem: Problem) -> InvalidRequest:
    if problem.param == "payment_method_types":
        code = "payment_method_types_no_longer_supported"
    else:
        code = CODES.get(problem.kind, "")
    message = problem.detail
    if problem.kind in ("unknown", "missing"):
        message = f"{message}: {problem.param}"
    return InvalidRequest(message, param=problem.param, code=code or None)


def _perform(call: Call, route: Route, handler: Handler, request_id: str) -> Answer:
    try:
        value = handler(call)
    except CardDeclined as declined:
        return Answer(declined.status, json.dumps(declined.body), request_id)
    call.params.refuse_unread()
    shown = view(call.box, value, call.params.get("expand") or [])
    if problems := check_response(route, shown):
        raise NonConforming(problems)
    return Answer(200, json.dumps(shown), request_id)


def _log(box: Sandbox, request_id: str, result: Answer, started: float) -> None:
    entry: Json = {
        "id": request_id,
        "at": started,
        "method": request.method,
        "path": request.path,
        "query": _query(),
        "idempotency_key": request.headers.get("Idempotency-Key"),
        "status": result.status,
        "milliseconds": round((time.time() - started) * 1000, 1),
        "error": _message(result),
    }
    box.requests.appendleft(entry)


def _message(result: Answer) -> str | None:
    if result.status < 400 or not result.body:
        return None
    return str(json.loads(result.body)["error"]["message"])
