"""Discounts and their codes."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import inspect, select

from shop.accounts.models import AuditEntry, Role
from shop.cart.discounts import uses
from shop.cart.discounts.models import Discount, DiscountCode
from shop.cart.discounts.terms import Terms, create_discount
from shop.db import commit, session
from tests.admin.catalog.forms import filled
from tests.admin.conftest import Open
from tests.browser import Browser
from tests.catalog.builders import make_category
from tests.factories import make_product

XSS = "<script>window.__xss=1</script>"
NEW = {"name": "Spring", "basis_points": "12,5", "is_active": "y"}


def make_discount(**given: Any) -> Discount:
    terms: dict[str, Any] = {"name": "Spring", "basis_points": 1000} | given
    discount = create_discount(Terms(**terms))
    commit()
    return discount


def save(desk: Browser, discount: Discount, **typed: Any) -> Any:
    url = f"/admin/discounts/{discount.id}/edit"
    form: dict[str, Any] = dict(filled(desk.get(url).text, "basis_points"))
    answer = desk.post(url, data=form | typed)
    session.expire_all()
    return answer


def test_one_is_made(desk: Browser) -> None:
    category = make_category("Tea")
    make_product(slug="cup")
    form = NEW | {
        "currency": "eur", "least_subtotal": "50", "starts_at": "2026-12-01T00:00",
        "most_uses": "100", "products": "cup", "categories": [str(category.id)],
    }  # fmt: skip
    assert desk.post("/admin/discounts/new/", data=form).status_code == 303
    discount = session.scalars(select(Discount)).one()
    assert (discount.basis_points, discount.amount) == (1250, None)
    assert (discount.currency, discount.least_subtotal) == ("EUR", 5000)
    assert discount.starts_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert [product.slug for product in discount.products] == ["cup"]
    assert discount.categories == [category]
    assert not discount.is_for_all
    page = desk.get("/admin/discounts/").text
    assert "12.5 %" in page
    assert "0 of 100" in page


def test_saving_it_as_it_is_changes_nothing(desk: Browser) -> None:
    start = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
    discount = make_discount(basis_points=None, amount=500, currency="EUR", starts_at=start)
    assert save(desk, discount).status_code == 303
    assert (discount.amount, discount.currency, discount.starts_at) == (500, "EUR", start)
    assert session.scalars(select(AuditEntry)).one().data == {}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"basis_points": ""}, "amount"),
        ({"basis_points": "200"}, "basis_points"),
        ({"basis_points": "", "amount": "5"}, "currency"),
        ({"currency": "EUR", "least_subtotal": "x"}, "least_subtotal"),
        ({"starts_at": "2026-12-02T00:00", "ends_at": "2026-12-01T00:00"}, "ends_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"most_uses": "0"}, "most_uses"),
        ({"products": "nowhere"}, "products"),
    ],
)
def test_errors_stand_beside_their_fields(desk: Browser, typed: dict[str, str], field: str) -> None:
    discount = make_discount()
    answer = save(desk, discount, **({"most_per_customer": "7"} | typed))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert filled(answer.text, "basis_points")["most_per_customer"] == ["7"]
    assert discount.most_per_customer is None


def test_m01_uses_are_no_field(desk: Browser) -> None:
    discount = make_discount()
    columns = {column.key: "77" for column in inspect(Discount).column_attrs}
    kept = filled(desk.get(f"/admin/discounts/{discount.id}/edit").text, "basis_points")
    assert save(desk, discount, **(columns | kept)).status_code == 303
    assert (discount.uses, discount.is_for_all, discount.name) == (0, True, "Spring")


def test_a_code_for_everybody(desk: Browser) -> None:
    discount = make_discount(name=XSS)
    url = f"/admin/discount-codes/{discount.id}"
    assert desk.post(f"{url}/codes", data={"code": "SPRING 26"}).status_code == 303
    twin = desk.post(f"{url}/codes", data={"code": "spring-26"})
    assert twin.status_code == 422
    assert "There is a code that reads like this one." in twin.text
    bad = desk.post(f"{url}/codes", data={"code": "<b>"})
    assert bad.status_code == 422
    code = session.scalars(select(DiscountCode)).one()
    uses.hold(code.id, "order-token", uses.Customer(None, "ada@example.org"))
    page = desk.get(url).text
    assert "SPRING 26" in page
    assert "Used 1 time" in page
    assert "ada@example.org" not in page
    assert XSS not in page


def test_many_codes_as_csv(desk: Browser) -> None:
    discount = make_discount()
    url = f"/admin/discount-codes/{discount.id}/series"
    answer = desk.post(url, data={"count": "250", "prefix": "tea"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["Code"]
    written = set(session.scalars(select(DiscountCode.code)))
    assert {row[0] for row in rows[1:]} == written
    assert len(written) == 250
    assert all(code.startswith("TEA-") for code in written)
    for typed in ({"count": "0"}, {"count": "10001"}, {"count": "5", "prefix": "ä!"}):
        assert desk.post(url, data=typed).status_code == 422
    assert len(session.scalars(select(DiscountCode)).all()) == 250


@pytest.mark.parametrize("id", ["0", "x", "9" * 30, "1,2"])
def test_m08_bad_ids(desk: Browser, id: str) -> None:
    assert desk.get(f"/admin/discounts/{id}/edit").status_code == 404
    assert desk.get(f"/admin/discount-codes/{id}").status_code == 404
    assert desk.post(f"/admin/discount-codes/{id}/series").status_code == 404


def test_support_makes_no_codes(open_as: Open) -> None:
    discount = make_discount()
    support = open_as(Role.SUPPORT)
    assert support.get(f"/admin/discount-codes/{discount.id}").status_code == 200
    assert support.post(f"/admin/discount-codes/{discount.id}/series").status_code == 403
