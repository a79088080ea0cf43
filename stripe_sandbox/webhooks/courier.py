"""Threads that send what is due."""

import json
import random
import sqlite3
import threading
import time

import requests

from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.webhooks import deliveries
from stripe_sandbox.webhooks.signing import signature

USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"


class Courier:
    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self._bell = threading.Condition()
        self._rings = 0
        self._is_stopped = False
        self._rng = random.Random()  # noqa: S311 - a shuffle, not a secret
        self._threads = [
            threading.Thread(target=self._work, name=f"courier-{number}", daemon=True)
            for number in range(box.settings.webhook_workers)
        ]

    def start(self) -> None:
        deliveries.recover(self.box)
        for thread in self._threads:
            thread.start()

    def ring(self) -> None:
        """Look again: there may be something to send."""
        with self._bell:
            self._rings += 1
            self._bell.notify_all()

    def seed(self, seed: int | None) -> None:
        self._rng.seed(seed)

    def stop(self) -> None:
        self._is_stopped = True
        self.ring()
        for thread in self._threads:
            thread.join(timeout=5)

    def wait_idle(self, timeout: float, *, retries: bool = False) -> bool:
        """Block until nothing is under way or due; False when that took too long."""
        end = time.monotonic() + timeout
        while deliveries.unfinished(self.box, retries=retries):
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def _work(self) -> None:
        with requests.Session() as http:
            http.trust_env = False  # no proxy stands between us and a local shop
            while not self._is_stopped:
                heard = self._rings
                row = deliveries.claim(self.box, self._rng)
                if row:
                    self._deliver(http, row)
                else:
                    self._rest(heard)

    def _rest(self, heard: int) -> None:
        due = deliveries.next_due(self.box)
        pause = 0.5 if due is None else min(max(due - time.time(), 0.005), 0.5)
        with self._bell:
            self._bell.wait_for(lambda: self._rings != heard, pause)

    def _deliver(self, http: requests.Session, row: sqlite3.Row) -> None:
        letter = self._letter(row)
        if letter is None:
            deliveries.finish(self.box, row, 200, "the endpoint is gone")
            return
        url, body, secrets = letter
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": USER_AGENT,
            "Stripe-Signature": signature(body, secrets, int(time.time())),
        }
        try:
            answer = http.post(
                url,
                data=body.encode(),
                headers=headers,
                timeout=self.box.settings.webhook_timeout,
                allow_redirects=False,
            )
            deliveries.finish(self.box, row, answer.status_code, answer.text)
        except requests.RequestException as error:
            deliveries.finish(self.box, row, 0, repr(error))

    def _letter(self, row: sqlite3.Row) -> tuple[str, str, list[str]] | None:
        """(url, body, secrets), read now: an endpoint may have changed since the event."""
        store = self.box.store
        with store.transaction():
            event, endpoint = store.get(row["event"]), store.get(row["endpoint"])
            if event is None or endpoint is None or endpoint.get("deleted"):
                return None
            return (
                endpoint["url"],
                json.dumps(event, indent=2),
                store.private(row["endpoint"])["secrets"],
            )
