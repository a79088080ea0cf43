import json
from datetime import UTC, datetime

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from stripe_sandbox.errors import Json
from stripe_sandbox.resources import test_clocks
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.webhooks import deliveries

bp = Blueprint(
    "inspector",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/inspect/static",
)
LATEST = 200


POLICY = "default-src 'none'; style-src 'self'; img-src data:"
"""The pages' empty icon is a `data:` address."""


@bp.app_template_filter()
def clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")


@bp.after_request
def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


@bp.get("/")
def show_overview() -> str:
    with _box().store.transaction() as db:
        counts = db.execute(
            "SELECT type, count(*) AS number FROM objects GROUP BY type ORDER BY type"
        ).fetchall()
    requests = list(_box().requests)[:LATEST]
    return render_template("inspector/overview.html", counts=counts, requests=requests)


@bp.get("/inspect/objects/<kind>")
def show_objects(kind: str) -> str:
    with _box().store.transaction():
        objects = _box().store.select(kind, f"ORDER BY seq DESC LIMIT {LATEST}")
        return render_template("inspector/objects.html", kind=kind, objects=objects)


@bp.get("/inspect/object/<id>")
def show_object(id: str) -> str:
    with _box().store.transaction():
        value = _box().store.get(id) or abort(404)
        text = json.dumps(value, indent=2, ensure_ascii=False)
        sent = deliveries.listed(_box(), id) if value["object"] == "event" else []
        return render_template(
            "inspector/object.html",
            value=value,
            text=text,
            deliveries=sent,
            links=_links(value),
            now=datetime.fromtimestamp(_box().now(value), UTC),
        )


@bp.get("/inspect/events")
def show_events() -> str:
    with _box().store.transaction():
        events = _box().store.select("event", f"ORDER BY seq DESC LIMIT {LATEST}")
        sent = deliveries.listed(_box())
        by_event = {
            event["id"]: [row for row in sent if row["event"] == event["id"]] for event in events
        }
        return render_template("inspector/events.html", events=events, deliveries=by_event)


@bp.post("/inspect/events/<id>/replay")
def replay(id: str) -> BaseResponse:
    with _box().store.transaction():
        event = _box().store.get(id) or abort(404)
        deliveries.replay(_box(), event)
    return redirect(url_for("inspector.show_object", id=id), 303)


@bp.post("/inspect/customers/<id>/time")
def pass_time(id: str) -> BaseResponse:
    with _box().store.transaction():
        customer = _box().store.get(id) or abort(404)
        days = request.form.get("days", 1, type=int)
        test_clocks.travel(_box(), customer, days * 24 * 3600)
    return redirect(url_for("inspector.show_object", id=id), 303)


def _links(value: Json) -> list[str]:
    """Ids of other objects in the top level of this one."""
    candidates = [text for text in value.values() if isinstance(text, str) and "_" in text]
    return [id for id in candidates if id != value["id"] and _box().store.get(id)]


def _box() -> Sandbox:
    box: Sandbox = current_app.extensions["sandbox"]
    return box
