"""What the tests of acts on orders have in common."""

import re
from typing import Any

from werkzeug.test import TestResponse

from shop.accounts.models import AuditEntry
from shop.catalog.models import Kind
from shop.db import session
from shop.orders.models import Order
from tests.browser import Browser
from tests.factories import make_price
from tests.orders.factories import ADDRESS, confirm, make_order, make_payment

WHY = "They asked for it"


def paid_order(*kinds: Kind, quantity: int = 1, amount: int = 1000) -> Order:
    prices = [make_price(kind=kind, unit_amount=amount, stock=9) for kind in kinds]
    given = {"shipping_address": ADDRESS, "delivery_name": "Post"}
    order = make_order(*prices, quantity=quantity, **given)
    confirm(make_payment(order))
    return order


def url_of(order: Order, part: str = "") -> str:
    return f"/admin/orders/{order.number}{part}"


def token_on(page: TestResponse) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def send(browser: Browser, url: str, **data: Any) -> TestResponse:
    """The form of a page, filled in; its token is the page's."""
    if "token" not in data:
        data["token"] = token_on(browser.get(url))
    return browser.post(url, data={"reason": WHY} | data)


def confirm_refund(
    browser: Browser, order: Order, **data: Any
) -> tuple[TestResponse, dict[str, Any]]:
    """Through the preview; also what was sent in the end."""
    url = url_of(order, "/refund")
    preview = browser.post(url, data={"reason": WHY, **data})
    assert preview.status_code == 200, preview.text
    total = re.search(r'name="total" value="(\d+)"', preview.text)
    assert total
    sent = {"reason": WHY, **data, "confirmed": "1", "total": total[1], "token": token_on(preview)}
    return browser.post(url, data=sent), sent


def audited(act: str) -> list[AuditEntry]:
    session.expire_all()
    return list(session.query(AuditEntry).filter_by(act=act))
