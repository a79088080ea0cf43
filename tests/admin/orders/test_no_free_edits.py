"""M05: no form of the back office edits or deletes what was sold, paid or booked."""

import pytest
from flask import Flask
from sqlalchemy import text

from shop.accounts.models import Role
from shop.catalog.models import Kind
from shop.db import session
from tests.admin.conftest import Open
from tests.admin.orders.desk import paid_order
from tests.browser import Browser

TABLES = ("orders", "order_lines", "payments", "ledger_entries", "fulfilments")
VERBS = ("edit", "removal", "new/", "delete/", "ajax/update/", "create/", "edit/")
WRONG = {"total": "1", "paid": "1", "payment_state": "refunded", "amount": "1", "number": "K-1"}

pytestmark = pytest.mark.usefixtures("app")


def books() -> dict[str, list[str]]:
    session.expire_all()
    return {
        table: [str(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY id"))]
        for table in TABLES
    }


def post_wildly(browser: Browser, number: str) -> set[int]:
    """Every address that Flask-Admin would have for edits and deletions."""
    urls = [f"/admin/orders/{verb}" for verb in VERBS]
    urls += [f"/admin/orders/{number}/{verb}" for verb in VERBS]
    urls += [f"/admin/orders/{number}", "/admin/orders/"]
    urls += [f"/admin/{name}/1/edit" for name in ("payments", "ledger", "invoices")]
    data = WRONG | {"id": number, "rowid": "1", "list_form_pk": "1"}
    return {browser.post(url, data=data).status_code for url in urls}


def test_m05_an_administrator_posts_wildly(open_as: Open) -> None:
    order = paid_order(Kind.PHYSICAL, Kind.LICENSE)
    number, browser = order.number, open_as(Role.ADMIN)
    before = books()
    assert post_wildly(browser, number) <= {403, 404, 405}
    deleted = browser.post("/admin/orders/action/", data={"action": "delete", "rowid": "1"})
    assert deleted.status_code == 404
    assert books() == before


def test_m05_the_orders_have_no_route_that_edits(app: Flask) -> None:
    served = {rule.endpoint for rule in app.url_map.iter_rules()}
    forms = {"create_view", "edit_view", "delete_view", "ajax_update"}
    assert {f"admin_orders.{name}" for name in forms} & served == set()


def test_a_line_in_the_books_is_found_to_be_changed() -> None:
    """The control of the first test."""
    order = paid_order(Kind.DIGITAL)
    before = books()
    order.total += 1
    session.commit()
    assert books() != before
