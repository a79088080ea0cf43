"""Somebody with a browser: cookies, pages whose forms are filled in, and the JSON API."""

import re
from typing import Any
from urllib.parse import urljoin

import requests

from shop.demo.forms import Form, forms_of

PATIENCE = 30  # seconds for an answer
LONGEST_REASON = 200
DECLINED = 402  # by the checkout


class Refused(Exception):
    """The shop, or Stripe's page, said no."""


class Declined(Refused):
    """By the bank."""


class Visitor:
    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._http = requests.Session()
        self._http.trust_env = False
        self._csrf = ""

    def sign_in(self, email: str, password: str) -> None:
        self.fill("/sign-in", "/sign-in", email=email, password=password)
        self._csrf = ""  # it belonged to the session before

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON API.

        :raises Refused: with the reason.
        """
        if not self._csrf:
            self._csrf = self._send("GET", "/api/csrf").json()["token"]
        return self._send(method, path, json=body, headers={"X-CSRFToken": self._csrf}).json()

    def fill(self, page: str, action: str, *, says: str = "", **typed: str) -> requests.Response:
        """Open a page, fill in its form that is sent to `action`, and follow where that leads.

        :param action: how the form's address ends, as a regular expression.
        :param says: words of the page behind it; without them it did not work.
        :raises Refused: also when the page has no such form.
        """
        opened = self._send("GET", page)
        for form in forms_of(opened.text):
            url = urljoin(opened.url, form.action)
            if re.search(f"{action}$", url.partition("?")[0]):
                return self.submit(url, form, says=says, **typed)
        raise Refused(f"{page} has no form for {action}")

    def pay_by_form(self, page: str, **purposes: str) -> None:
        """Fill in the form for a card, wherever this page is.

        :param purposes: by the words of `autocomplete`, with `_` for `-`.
        """
        opened = self._send("GET", page)
        for form in forms_of(opened.text):
            if "cc-number" in form.names:
                names = {what: form.names[what.replace("_", "-")] for what in purposes}
                typed = {names[what]: text for what, text in purposes.items()}
                self.submit(urljoin(opened.url, form.action), form, **typed)
                return
        raise Refused("Stripe's page has no form that works without JavaScript")

    def submit(self, url: str, form: Form, *, says: str = "", **typed: str) -> requests.Response:
        answer = self._send("POST", url, data=form.values | typed)
        if says not in answer.text:
            raise Refused(f"“{says}” was expected of {url}")
        return answer

    def _send(self, method: str, path: str, **sent: Any) -> requests.Response:
        url = urljoin(self._base_url, path)
        answer = self._http.request(method, url, timeout=PATIENCE, **sent)
        if not answer.ok:
            raise (Declined if answer.status_code == DECLINED else Refused)(_reason(answer))
        return answer


def _reason(answer: requests.Response) -> str:
    if "json" in answer.headers.get("Content-Type", ""):
        return str(answer.json().get("detail", answer.status_code))
    words = re.findall(r'class="err[^>]*>([^<]+)', answer.text)
    return f"{answer.status_code} {' '.join(words)[:LONGEST_REASON]}".strip()
