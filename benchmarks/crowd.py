"""Visitors on eight connections that are kept open, in a process of their own.

Each runs errands, one after the other: looks at a list, at a product, searches, fills a cart,
checks out. What one costs is measured from outside.
"""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from multiprocessing.managers import BaseManager
from random import Random
from typing import Any
from urllib.parse import urlencode

from benchmarks.connections import Connections, send

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
ADDRESS = {
    "line1": "Hauptstr. 1",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}


@dataclass(frozen=True)
class Wares:
    """What there is to ask for."""

    products: int
    words: list[str]
    prices: list[int]


@dataclass
class Visitor:
    chance: Random
    wares: Wares
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def see_list(self) -> None:
        last = min(40, self.wares.products // 24)
        ask(self, "GET", f"/products?page={self.chance.randint(1, last)}")

    def see_product(self) -> None:
        page = ask(self, "GET", f"/products/product-{self.chance.randint(1, self.wares.products)}")
        if found := TOKEN.search(page):
            self.token = found[1]

    def search(self) -> None:
        ask(self, "GET", f"/search?q={self.chance.choice(self.wares.words)}")

    def add_to_cart(self) -> None:
        price = self.chance.choice(self.wares.prices)
        form = {"csrf_token": self.token, "price_id": price, "quantity": 1}
        ask(self, "POST", "/cart/items", urlencode(form), "application/x-www-form-urlencoded")

    def see_cart(self) -> None:
        ask(self, "GET", "/cart")

    def check_out(self) -> None:
        url = "/api/checkout-sessions"
        url += "/" + self._tell("POST", url)["id"]
        self._tell("PUT", f"{url}/contact", email="ada@example.org", name="Ada Buyer")
        ways = self._tell("PUT", f"{url}/address", billing=ADDRESS)["delivery_options"]
        self._tell("PUT", f"{url}/delivery", method_id=ways[0]["method_id"])
        if not self._tell("PUT", f"{url}/payment")["payment"]["client_secret"]:
            raise RuntimeError("not ready to pay")

    def _tell(self, method: str, url: str, **body: Any) -> Any:
        return json.loads(ask(self, method, url, json.dumps(body), "application/json"))


class Crowd:
    """Lives in the other process; `connect` makes one there."""

    def __init__(self, port: int, wares: Wares) -> None:
        self._port, self._wares = port, wares
        self._visitors: list[Visitor] = []
        self._gathered = 0
        self._connections = Connections(port)

    def gather(self, count: int) -> None:
        """Forget those who were here; these are new, and want other things."""
        self._gathered += count
        seeds = range(self._gathered - count, self._gathered)
        self._visitors = [Visitor(Random(seed), self._wares) for seed in seeds]

    def send(self, errand: str) -> list[float]:
        """Seconds that it took each visitor."""
        return self._connections.map(lambda one: _timed(getattr(one, errand)), self._visitors)


class CrowdManager(BaseManager):
    Crowd: Callable[..., Crowd]


CrowdManager.register("Crowd", Crowd)


def _timed(errand: Callable[[], None]) -> float:
    started = time.perf_counter()
    errand()
    return time.perf_counter() - started


def ask(visitor: Visitor, method: str, path: str, body: str | None = None, kind: str = "") -> str:
    """:raises RuntimeError: when the answer is an error."""
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())}
    if body is not None:
        headers |= {"Content-Type": kind, "X-CSRFToken": visitor.token}
    reply = send(method, path, body, headers)
    if reply.status >= 400:
        raise RuntimeError(f"{method} {path} answered {reply.status}: {reply.text[:500]}")
    for cookie in reply.headers.get_all("Set-Cookie", []):
        visitor.cookies |= {name: one.value for name, one in SimpleCookie(cookie).items()}
    return reply.text
