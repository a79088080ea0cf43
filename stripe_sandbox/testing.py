"""A sandbox inside a test: `with StripeSandbox() as stripe: ...`."""

import threading
import time
from types import TracebackType
from typing import Any, Self

import requests

from stripe_sandbox.errors import Json
from stripe_sandbox.server import Server
from stripe_sandbox.settings import Settings
from stripe_sandbox.shapes import random_text


class Control:
    """Client of the control API of a sandbox that runs anywhere."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False

    def reset(self) -> None:
        """Forget all objects, faults and mischief."""
        self._send("POST", "/reset")

    def forward_to(self, url: str, *secrets: str) -> None:
        """Send all events to this URL, signed with these secrets (two while one is rolled)."""
        self._send("POST", "/forward", url=url, secrets=list(secrets))

    def fault(self, kind: str, path: str = ".*", **rule: Any) -> None:
        """Fail coming requests. kind: 500, 429, 409, hang, drop; path: a regular expression.

        More of the rule: method="*", when="before"|"after", times=1, delay=seconds,
        remembered=True to keep the failure under the request's idempotency key.
        """
        self._send("POST", "/faults", kind=kind, path=path, **rule)

    def faults_left(self) -> int:
        """How many requests are still going to fail."""
        return sum(fault["times"] for fault in self._send("GET", "/faults"))

    def clear_faults(self) -> None:
        self._send("DELETE", "/faults")

    def mischief(self, **settings: Any) -> None:
        """hold=True, copies=2, delay={"charge.succeeded": 0.5}, drop=["*"], shuffle=seed."""
        self._send("POST", "/mischief", **settings)

    def hold(self) -> None:
        """Send no event until `deliver` or `release`."""
        self.mischief(hold=True)

    def release(self) -> None:
        self.mischief(hold=False)

    def deliver(self, *, seed: int | None = None, timeout: float = 10) -> bool:
        """Send all that is held or waits, in random order if there is a seed; True when done."""
        options = {"timeout": timeout} | ({} if seed is None else {"seed": seed})
        return bool(self._send("POST", "/deliveries/now", **options)["idle"])

    def wait_idle(self, timeout: float = 10, *, retries: bool = False) -> bool:
        """Wait until every due delivery was made; with retries until none is left at all."""
        return bool(self._send("POST", "/wait-idle", timeout=timeout, retries=retries)["idle"])

    def deliveries(self, event: str | None = None) -> list[Json]:
        """Newest first: {event, type, endpoint, state, attempts, due, status, answer}."""
        path = f"/deliveries?event={event}" if event else "/deliveries"
        found: list[Json] = self._send("GET", path)
        return found

    def replay(self, event: str) -> None:
        self._send("POST", f"/events/{event}/replay")

    def settle(self, payment_intent: str, *, succeeds: bool = True) -> Json:
        """End a payment that is processing."""
        path = f"/payment-intents/{payment_intent}/settle"
        settled: Json = self._send("POST", path, succeeds=succeeds)
        return settled

    def authenticate(self, intent: str, *, passes: bool = True) -> Json:
        """Answer 3D Secure in the buyer's place, of a payment or a setup intent."""
        kind = "setup-intents" if intent.startswith("seti_") else "payment-intents"
        path = f"/{kind}/{intent}/authenticate"
        answered: Json = self._send("POST", path, passes=passes)
        return answered

    def pay_checkout(self, page: str, **fields: str) -> requests.Response:
        """Fill in a Checkout page and press Pay; the answer is a redirect, or the page with errors.

        fields: number, expiry, cvc, name, email, method="sepa_debit", iban, ...
        """
        typed = {
            "email": "buyer@example.org",
            "name": "Ada Buyer",
            "number": "4242424242424242",
            "expiry": "12 / 34",
            "cvc": "123",
            **fields,
        }
        return self._http.post(page, data=typed, timeout=30, allow_redirects=False)

    def expire_checkout(self, session: str) -> Json:
        expired: Json = self._send("POST", f"/checkout-sessions/{session}/expire")
        return expired

    def dispute(self, charge: str, **terms: Any) -> Json:
        """Dispute a charge: reason="fraudulent", inquiry=False."""
        opened: Json = self._send("POST", f"/charges/{charge}/dispute", **terms)
        return opened

    def end_dispute(self, dispute: str, verdict: str) -> Json:
        """Let the bank decide: "won" or "lost"."""
        ended: Json = self._send("POST", f"/disputes/{dispute}/end", verdict=verdict)
        return ended

    def fail_refund(self, refund: str) -> Json:
        failed: Json = self._send("POST", f"/refunds/{refund}/end", succeeds=False)
        return failed

    def end_refund(self, refund: str) -> Json:
        """Let a pending refund succeed."""
        ended: Json = self._send("POST", f"/refunds/{refund}/end", succeeds=True)
        return ended

    def events(self, kind: str | None = None) -> list[Json]:
        """The latest 100 events, newest first."""
        query = f"?limit=100&type={kind}" if kind else "?limit=100"
        found: list[Json] = self._ask("GET", f"/events{query}")["data"]
        return found

    def advance(self, clock: str, to: int, timeout: float = 30) -> Json:
        """Advance a test clock and wait until everything on its way has happened."""
        self._ask("POST", f"/test_helpers/test_clocks/{clock}/advance", frozen_time=to)
        end = time.monotonic() + timeout
        while (found := self._ask("GET", f"/test_helpers/test_clocks/{clock}"))[
            "status"
        ] != "ready":
            if found["status"] == "internal_failure" or time.monotonic() > end:
                raise RuntimeError(f"the clock is {found['status']}")
            time.sleep(0.02)
        return found

    def travel(self, customer: str, to: int) -> None:
        """Let time pass for one customer, who gets a test clock if there is none yet."""
        self._send("POST", f"/customers/{customer}/travel", to=to)

    def billing(self, **rules: Any) -> Json:
        """finalize_after=seconds, retry_days=[3, 5, 7], final_action="cancel", ... (rules.py)."""
        set_rules: Json = self._send("POST", "/billing", **rules)
        return set_rules

    def requests(self) -> list[Json]:
        """The latest API requests, newest first: {method, path, status, idempotency_key, ...}."""
        found: list[Json] = self._send("GET", "/requests")
        return found

    def _ask(self, method: str, path: str, /, **params: Any) -> Json:
        """Call the API as its users do."""
        headers = {"Authorization": "Bearer sk_test_control"}
        answer = self._http.request(
            method, f"{self.url}/v1{path}", data=params or None, headers=headers, timeout=30
        )
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    def _send(self, method: str, path: str, /, **body: Any) -> Any:
        answer = self._http.request(
            method, f"{self.url}/_sandbox{path}", json=body or None, timeout=60
        )
        answer.raise_for_status()
        return answer.json()


class StripeSandbox(Control):
    """Runs a sandbox on a free port, in this process and in memory unless told otherwise."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.webhook_secret = "whsec_" + random_text(32)
        self.server = Server(self.settings)
        self._thread = threading.Thread(target=self.server.serve, name="sandbox", daemon=True)
        super().__init__(self.server.url)

    def start(self) -> Self:
        self.server.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        self.server.stop()
        self._http.close()
        self._thread.join(timeout=5)

    def forward_to(self, url: str, *secrets: str) -> None:
        """Without a secret, `webhook_secret` signs."""
        super().forward_to(url, *(secrets or (self.webhook_secret,)))

    def wait_for(self, kind: str, timeout: float = 10) -> Json:
        """The latest event of this type, as soon as there is one."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if found := self.events(kind):
                return found[0]
            time.sleep(0.02)
        raise TimeoutError(f"no {kind} within {timeout} s")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
