import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Receiver:
    """A webhook endpoint that writes down what it gets."""

    def __init__(self) -> None:
        self.letters: list[tuple[bytes, str]] = []
        """(body, Stripe-Signature) in order of arrival."""
        self.failures = 0
        """How many of the next letters are answered 500."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.letters]

    def wait_for(self, count: int, timeout: float = 10) -> list[str]:
        """The types received, as soon as there are this many."""
        end = time.monotonic() + timeout
        while len(self.letters) < count:
            assert time.monotonic() < end, f"{count} letters expected, got {self.types}"
            time.sleep(0.01)
        return self.types

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.letters.append((body, self.headers["Stripe-Signature"]))
                is_refused = receiver.failures > 0
                receiver.failures -= is_refused
                self.send_response(500 if is_refused else 200)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        return Handler
