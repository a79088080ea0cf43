"""A shop that runs for real: HTTP server, Stripe sandbox, a worker's and a sweeper's step."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from threading import Thread
from typing import Any

import requests
from celery import Celery
from flask import Flask
from kombu.simple import SimpleQueue
from werkzeug.serving import WSGIRequestHandler, make_server

from shop import db
from shop.billing.inbox import HANDLERS
from shop.config import Settings
from shop.operations import sweeper
from shop.search import writer
from stripe_sandbox.testing import StripeSandbox
from tests.flows.recorder import Recorder

QUEUES = ("celery", "search")
BLOG = "https://blog.example"
"""Another site that may have buy buttons."""


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of the app, on a free port of this process, so that its stack can be read."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=lambda: server.serve_forever(poll_interval=0.02))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Browser:
    """Somebody without an account, who has opened the shop before and follows no redirect."""

    def __init__(self, shop_url: str, recorder: Recorder) -> None:
        self.shop_url = shop_url
        self._recorder = recorder
        self._http = requests.Session()
        self._http.trust_env = False
        token = self.get("/api/csrf").json()["token"]
        self._http.headers["X-CSRFToken"] = token

    def sign_in(self, email: str, password: str) -> None:
        self.post("/sign-in", data={"email": email, "password": password})
        self._http.headers["X-CSRFToken"] = self.get("/api/csrf").json()["token"]

    def get(self, path: str) -> requests.Response:
        return self._ask("GET", path)

    def post(self, path: str, **body: Any) -> requests.Response:
        return self._ask("POST", path, **body)

    def put(self, path: str, **body: Any) -> requests.Response:
        return self._ask("PUT", path, **body)

    def options(self, path: str, **more: Any) -> requests.Response:
        return self._ask("OPTIONS", path, **more)

    def _ask(self, method: str, path: str, **body: Any) -> requests.Response:
        db.commit()  # the story itself holds no lock that the request needs
        url = self.shop_url + path.removeprefix(self.shop_url)
        answer = self._http.request(method, url, timeout=20, allow_redirects=False, **body)
        assert answer.status_code < 400, answer.text
        return answer

    def to_stripe(self, url: str, key: str = "", **fields: str) -> requests.Response:
        """As Stripe's script or page sends it, past the shop."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        with self._recorder.acting("Browser"):
            answer = requests.post(url, fields, headers=headers, timeout=20, allow_redirects=False)
        assert answer.status_code < 400, answer.text
        return answer

    def close(self) -> None:
        self._http.close()


class Stage:
    def __init__(self, app: Flask, shop_url: str, sandbox: StripeSandbox) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        shutil.rmtree(self._mail_folder, ignore_errors=True)
        self.sandbox = sandbox
        self.recorder = Recorder(app, sandbox.url)
        self.browser = Browser(shop_url, self.recorder)
        self._celery: Celery = app.extensions["celery"]
        self._earlier = 0
        self._listen_to_stripe()
        self.forget_nudges()

    def _listen_to_stripe(self) -> None:
        """To what the shop asks for at Stripe, and only when the story says so."""
        self.sandbox.hold()
        self.sandbox.forward_to(f"{self.browser.shop_url}/api/webhook")
        self.hear(*HANDLERS)

    def hear(self, *kinds: str) -> None:
        """Of what happens at Stripe from now on, only this."""
        api = f"{self.sandbox.url}/v1/webhook_endpoints"
        key = {"Authorization": "Bearer sk_test_stage"}
        endpoint = requests.get(api, headers=key, timeout=10).json()["data"][0]["id"]
        wanted = {f"enabled_events[{n}]": kind for n, kind in enumerate(kinds)}
        requests.post(f"{api}/{endpoint}", wanted, headers=key, timeout=10).raise_for_status()

    def curtain_up(self) -> None:
        """Record from now on. What is on the shelf so far is indexed, and the web has read that."""
        writer.rebuild(wait=True)
        db.commit()
        self.browser.get("/api/products")
        self.forget_nudges()
        self._earlier = len(self.sandbox.requests())
        self.recorder.is_on = True

    def curtain_down(self) -> None:
        """What follows is no part of the flow, such as a look at its outcome."""
        self.recorder.is_on = False

    def work(self) -> None:
        """What a Celery worker does with all that waits for it."""
        for task, args in self._nudges():
            with self.recorder.acting("Worker"):
                self._celery.tasks[task](*args)

    def sweep(self) -> None:
        with self.app.app_context(), self.recorder.acting("Sweeper"):
            sweeper.sweep_once()

    def deliver(self) -> None:
        """Let Stripe send the events it has."""
        assert self.sandbox.deliver()
        self.sandbox.hold()

    def forget_nudges(self) -> int:
        return len([*self._nudges()])

    def _nudges(self) -> Iterator[tuple[str, list[Any]]]:
        with self._celery.connection_for_read() as connection:
            for name in QUEUES:
                queue = connection.SimpleQueue(name)
                yield from _drain(queue)
                queue.close()

    def mails(self) -> int:
        """How many have left."""
        return len([*self._mail_folder.glob("*.eml")])

    @property
    def _mail_folder(self) -> Path:
        return self.settings.data_dir / "mail"

    def at_stripe(self) -> list[str]:
        """What Stripe says it was asked since the curtain went up, oldest first."""
        log = self.sandbox.requests()
        fresh = log[: len(log) - self._earlier]
        return [f"{entry['method']} {entry['path']}" for entry in reversed(fresh)]


def _drain(queue: SimpleQueue) -> Iterator[tuple[str, list[Any]]]:
    while True:
        try:
            message = queue.get_nowait()
        except Empty:
            return
        message.ack()
        payload: Any = message.payload
        yield message.headers["task"], payload[0]
