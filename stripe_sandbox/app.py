"""The sandbox as a Flask application."""

from flask import Flask, Response, request

from stripe_sandbox import control, resources
from stripe_sandbox.hosted import (
    checkout,
    invoices,
    pages,
    portal,
    portal_cancellation,
    portal_details,
    portal_pause,
    portal_plans,
    portal_schedules,
    receipts,
    three_d_secure,
)
from stripe_sandbox.http import endpoint
from stripe_sandbox.inspector import routes as inspector
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.stripe_js import routes as stripe_js

# Their routes are registered by importing them.
PAGES = (
    checkout,
    invoices,
    portal,
    portal_cancellation,
    portal_details,
    portal_pause,
    portal_plans,
    portal_schedules,
    receipts,
    three_d_secure,
)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Stripe-Version, Idempotency-Key",
    "Access-Control-Expose-Headers": "Request-Id",
    "Access-Control-Max-Age": "300",
}


def create_app(box: Sandbox) -> Flask:
    resources.load()
    app = Flask(__name__, static_folder=None)
    app.extensions["sandbox"] = box
    app.register_blueprint(endpoint.bp)
    app.register_blueprint(control.bp)
    app.register_blueprint(inspector.bp)
    app.register_blueprint(pages.bp)
    app.register_blueprint(stripe_js.bp)
    app.after_request(allow_browsers)
    return app


def allow_browsers(response: Response) -> Response:
    """Any page may call the API, as at Stripe; the key decides what it may do."""
    if request.path.startswith("/v1/"):
        response.headers.extend(CORS)
    return response
