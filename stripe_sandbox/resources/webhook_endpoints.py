from stripe_sandbox import shapes
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.settings import API_VERSION


@operation("post", "/v1/webhook_endpoints")
def create(call: Call) -> Json:
    params = call.params
    if params.get("api_version", API_VERSION) != API_VERSION:
        raise InvalidRequest(f"This sandbox speaks {API_VERSION} only.", param="api_version")
    secret = "whsec_" + shapes.random_text(32)
    endpoint = make(call.box, params["url"], [secret], params["enabled_events"])
    shapes.assign(endpoint, params, "description", "api_version")
    shapes.assign_metadata(endpoint, params)
    # the one time that the secret is shown
    return {**endpoint, "secret": secret}


@operation("get", "/v1/webhook_endpoints")
def list_all(call: Call) -> Json:
    return listing.page(call, "webhook_endpoint")


@operation("get", "/v1/webhook_endpoints/{webhook_endpoint}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("webhook_endpoint", call.id)


@operation("post", "/v1/webhook_endpoints/{webhook_endpoint}")
def update(call: Call) -> Json:
    endpoint = call.box.store.require("webhook_endpoint", call.id)
    shapes.assign(endpoint, call.params, "description", "enabled_events", "url")
    shapes.assign_metadata(endpoint, call.params)
    if "disabled" in call.params:
        endpoint["status"] = "disabled" if call.params["disabled"] else "enabled"
    return endpoint


@operation("delete", "/v1/webhook_endpoints/{webhook_endpoint}")
def delete(call: Call) -> Json:
    call.box.store.require("webhook_endpoint", call.id)
    return call.box.store.remove(call.id)


def make(box: Sandbox, url: str, secrets: list[str], enabled_events: list[str]) -> Json:
    return box.new(
        "webhook_endpoint",
        private={"secrets": secrets},
        api_version=API_VERSION,
        enabled_events=enabled_events,
        status="enabled",
        url=url,
    )


def forward(box: Sandbox, url: str, secrets: list[str]) -> Json:
    """Send every event to this URL; an endpoint that is already there gets the new secrets."""
    for endpoint in box.store.select("webhook_endpoint"):
        if endpoint["url"] == url:
            box.store.private(endpoint["id"])["secrets"] = secrets
            return endpoint
    return make(box, url, secrets, ["*"])
