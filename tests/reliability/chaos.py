"""Many buyers, a Stripe that stutters, workers that are killed: then the books must agree."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import func, select

from shop.billing.models import StripeEvent
from shop.leases import State
from shop.mail.models import Mail
from tests.checkout.buyer import BERLIN, CONTACT, SESSIONS
from tests.servers.house import House

CARDS = ("pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined")
LATE = {"payment_intent.succeeded": 0.5, "payment_intent.payment_failed": 1.0}
WAITING = (State.PENDING, State.FAILED)


@dataclass
class Tally:
    """What happened, to show that something did."""

    answers: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    deliveries: int = 0
    retried: int = 0
    seconds: float = 0


class Shopper:
    """A buyer over real HTTP, who tries again when the shop does not answer."""

    def __init__(self, house: House, price_id: int, card: str) -> None:
        self.base, self.price_id, self.card = house.base_url, price_id, card
        self.http = requests.Session()
        self.http.trust_env = False

    def buy(self) -> str:
        """How it ended: `completed`, `declined`, `sold out`, or what the shop said."""
        with self.http:
            token = self.http.get(f"{self.base}/api/csrf", timeout=30).json()["token"]
            self.http.headers["X-CSRFToken"] = token
            item = {"price_id": self.price_id, "quantity": 1}
            if self._send("POST", "/api/cart/items", item).status_code == 409:
                return "sold out"
            session = f"{SESSIONS}/{self._send('POST', SESSIONS, {}).json()['id']}"
            self._send("PUT", f"{session}/contact", CONTACT)
            answer = self._send("PUT", f"{session}/address", {"billing": BERLIN})
            if answer.json().get("next_step") == "delivery":
                method = answer.json()["delivery_options"][0]["method_id"]
                self._send("PUT", f"{session}/delivery", {"method_id": method})
            if self._send("PUT", f"{session}/payment", {}).status_code == 409:
                return "sold out"
            answer = self._send("POST", f"{session}/confirm", {"payment_method": self.card})
            return {200: "completed", 402: "declined"}.get(answer.status_code, answer.text)

    def _send(self, method: str, path: str, body: Any) -> requests.Response:
        for pause in (0.2, 0.5, 1, 2, 0):
            answer = self.http.request(method, self.base + path, json=body, timeout=60)
            if answer.status_code < 500:
                break
            time.sleep(pause)
        return answer


def run(house: House, price_ids: list[int], *, orders: int, kills: int, seed: int = 1) -> Tally:
    """Everything at once; afterwards it is quiet."""
    chance, tally, started = random.Random(seed), Tally(), time.monotonic()
    house.sandbox.mischief(copies=2, shuffle=seed, delay=LATE)
    shoppers = [
        Shopper(house, chance.choice(price_ids), chance.choice(CARDS)) for _ in range(orders)
    ]
    with ThreadPoolExecutor(4) as pool:
        buying = [pool.submit(shopper.buy) for shopper in shoppers]
        for done in _evenly(kills, lambda: sum(b.done() for b in buying) / orders):
            name = ("worker", "sweeper")[done % 2]
            house.kill(name)
            house.restart(name)
            tally.kills[name] += 1
        tally.answers.update(b.result() for b in buying)
    drain(house)
    with house.session() as session:
        tally.retried = session.scalar(select(func.count()).where(StripeEvent.attempts > 1)) or 0
    tally.deliveries = len(house.sandbox.deliveries())
    tally.seconds = round(time.monotonic() - started, 1)
    return tally


def _evenly(times: int, progress: Callable[[], float]) -> Iterator[int]:
    """Numbers from 0, spread over the whole of it."""
    for number in range(times):
        while progress() < number / times:
            time.sleep(0.02)
        yield number


def drain(house: House, within: float = 120) -> None:
    """Until no event and no mail waits.

    :raises TimeoutError: when some still do after that many seconds.
    """
    deadline = time.monotonic() + within
    house.sandbox.wait_idle(within, retries=True)
    while waiting(house):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{waiting(house)} rows still wait")
        time.sleep(0.5)


def waiting(house: House) -> int:
    with house.session() as session:
        return sum(
            session.scalar(select(func.count()).where(model.state.in_(WAITING))) or 0
            for model in (StripeEvent, Mail)
        )
