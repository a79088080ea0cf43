"""A site that is not ours: one static page with buy buttons, on an origin of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PAGE = """<!doctype html>
<html lang="en">
<title>A blog</title>
<link rel="icon" href="data:,">
<script src="{shop}/static/stripe-checkout.js" defer></script>
<h1>A blog</h1>
{buttons}
</html>"""
BUTTON = '<button class="stripe-checkout-btn" data-price-id="{id}"{more}>Buy {name}</button>'


@dataclass
class Site:
    origin: str
    page: str = ""

    def show(self, shop: str, **prices: int) -> None:
        """A button for each price, two pieces of it at the name `pair`."""
        buttons = [
            BUTTON.format(id=id, name=name, more=' data-quantity="2"' if name == "pair" else "")
            for name, id in prices.items()
        ]
        self.page = PAGE.format(shop=shop, buttons="\n".join(buttons))


@contextmanager
def open_site() -> Iterator[Site]:
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = site.page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  their name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=lambda: server.serve_forever(poll_interval=0.02))
        thread.start()
        site.origin = f"http://127.0.0.1:{server.server_port}"
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
