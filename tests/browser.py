"""A browser whose requests share nothing with the test but the database."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop import db


class Browser(FlaskClient):
    """As on a server, every request has its own application context: `g` and session start anew.

    It sends the CSRF token along, as our pages do, unless `has_token` says otherwise.
    """

    has_token = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.has_token and kwargs.get("method", "GET") not in db.SAFE_METHODS:
            token = self._send("/api/csrf").get_json()["token"]
            kwargs["headers"] = {"X-CSRFToken": token, **kwargs.get("headers", {})}
        return self._send(*args, **kwargs)

    def _send(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.commit()  # the test must not hold the lock that the request needs
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def cookie(self, name: str) -> str:
        found = self.get_cookie(name)
        assert found, f"no cookie {name}"
        return str(found.value)

    def sign_in(self, email: str, password: str) -> TestResponse:
        return self.post("/sign-in", data={"email": email, "password": password})


def open_browser(app: Flask) -> Browser:
    return Browser(app, app.response_class)
