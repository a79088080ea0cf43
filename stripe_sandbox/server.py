"""A sandbox with everything that runs: HTTP server, couriers, timers."""

import threading
import time
import traceback

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from stripe_sandbox import timers
from stripe_sandbox.app import create_app
from stripe_sandbox.resources import webhook_endpoints
from stripe_sandbox.sandbox import open_sandbox
from stripe_sandbox.settings import Settings
from stripe_sandbox.warming import warm_up
from stripe_sandbox.webhooks.courier import Courier


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The inspector lists the requests."""


class Server:
    def __init__(self, settings: Settings, port: int = 0) -> None:
        self.box = open_sandbox(settings)
        self.courier = Courier(self.box)
        self.box.store.on_commit = self.courier.ring
        self.app = create_app(self.box)
        self.app.extensions["courier"] = self.courier
        self.http: BaseWSGIServer = make_server(
            "127.0.0.1", port, self.app, threaded=True, request_handler=QuietHandler
        )
        settings.public_url = settings.public_url or self.url
        with self.box.store.transaction():
            for url, secret in settings.webhooks:
                webhook_endpoints.forward(self.box, url, [secret])
        self._is_stopped = threading.Event()
        self._timers = threading.Thread(target=self._run_timers, name="timers", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def start(self) -> None:
        """Begin all background work; requests are answered by `serve`."""
        warm_up(self.box)
        self.courier.start()
        self._timers.start()

    def serve(self) -> None:
        """Answer requests until `stop`."""
        self.http.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        self._is_stopped.set()
        self.http.shutdown()
        self.http.server_close()
        self._timers.join(timeout=5)
        self.courier.stop()
        self.box.store.close()

    def _run_timers(self) -> None:
        while not self._is_stopped.wait(0.1):
            try:
                timers.run_due(self.box)
            except Exception:  # noqa: BLE001 - one bad timer must not stop the others
                traceback.print_exc()
                time.sleep(1)
