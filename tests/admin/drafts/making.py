"""A draft as staff makes it, by the pages."""

import re
from typing import Any

from werkzeug.test import TestResponse

from shop.catalog.models import Kind, Price
from shop.checkout.drafts.models import Draft
from shop.db import session
from tests.browser import Browser
from tests.checkout.buyer import BERLIN, CONTACT
from tests.factories import make_price


def hidden(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def url_of(draft: Draft, part: str = "") -> str:
    return f"/admin/drafts/{draft.id}{part}"


def link_of(draft: Draft, part: str = "") -> str:
    return f"/pay/{draft.token}{part}"


def change(browser: Browser, draft: Draft, part: str, **data: Any) -> TestResponse:
    """A form of its page, sent."""
    if "seen" not in data:
        data["seen"] = hidden(browser.get(url_of(draft)), "seen")
    return browser.post(url_of(draft, part), data=data)


def make_draft(browser: Browser, *prices: Price, quantity: int = 1, **contact: str) -> Draft:
    """For somebody in Berlin; of a download unless prices are given."""
    made = browser.post("/admin/drafts/new/", data={**CONTACT, "currency": "EUR", **contact})
    assert made.status_code == 303, made.text
    draft = session.get_one(Draft, int(made.location.rpartition("/")[2]))
    for price in prices or (make_price(kind=Kind.DIGITAL, unit_amount=1_900),):
        ok(change(browser, draft, "/lines", price_id=price.id, quantity=quantity))
    typed = {f"billing-{name}": value for name, value in BERLIN.items()}
    ok(change(browser, draft, "/address", **typed))
    return fresh(draft)


def send_link(browser: Browser, draft: Draft) -> TestResponse:
    page = browser.get(url_of(draft))
    return change(browser, draft, "/link", token=hidden(page, "token"))


def ok(answer: TestResponse) -> TestResponse:
    assert answer.status_code < 400, main_of(answer)
    return answer


def main_of(answer: TestResponse) -> str:
    return answer.text.partition("<main")[2]


def fresh(draft: Draft) -> Draft:
    session.expire_all()
    return draft
