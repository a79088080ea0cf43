"""A Shopify CSV: looked at first, then imported."""

import os
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from shop.accounts.models import AuditEntry, Role
from shop.catalog import import_files
from shop.catalog.models import Product
from shop.db import session
from tests.admin.catalog.forms import filled
from tests.admin.conftest import Open
from tests.browser import Browser
from tests.factories import make_price

FILE = b"""Handle,Title,Variant Price,Variant SKU,Variant Inventory Qty,Variant Inventory Tracker
tea,Tea,4.50,TEA-1,10,shopify
cup,Cup,nothing,CUP-1,1,shopify
pot,<script>window.__xss=1</script>,40,POT-1,,
"""


def preview(desk: Browser, content: bytes = FILE, **typed: str) -> Any:
    form = typed | {"file": (BytesIO(content), "products.csv")}
    return desk.post("/admin/import/preview", data=form, content_type="multipart/form-data")


def slugs() -> list[str]:
    session.expire_all()
    return list(session.scalars(select(Product.slug).order_by(Product.slug)))


def test_the_preview_tells_every_row_and_changes_nothing(desk: Browser) -> None:
    page = preview(desk)
    assert page.status_code == 200
    assert "2 created" in page.text
    assert "1 refused" in page.text
    assert "is not an amount such as 19.90" in page.text
    assert page.text.index("cup") < page.text.index("tea</td>")
    assert "<script>window" not in page.text
    assert slugs() == []


def test_what_was_seen_is_imported_once(desk: Browser, open_as: Open) -> None:
    form = filled(preview(desk).text, "token")
    other = open_as(Role.ADMIN)
    assert other.post("/admin/import/run", data=form).status_code == 404
    answer = desk.post("/admin/import/run", data=form, follow_redirects=True)
    assert "2 created, 0 changed, 0 unchanged, 1 refused" in answer.text
    assert slugs() == ["pot", "tea"]
    tea = session.scalars(select(Product).where(Product.slug == "tea")).one()
    assert tea.variants[0].on_hand == 10
    entry = session.scalars(select(AuditEntry)).one()
    assert entry.act == "catalog.import"
    assert entry.data["created"] == 2
    assert desk.post("/admin/import/run", data=form).status_code == 404


def test_what_changes_is_told(desk: Browser) -> None:
    make_price(slug="tea", title="Tea", unit_amount=450).variant.sku = "TEA-1"
    session.flush()
    page = preview(desk)
    assert "stock is counted now" in page.text
    assert "1 changed" in page.text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "Choose a file."),
        (b"a,b\n1,2\n", "The file has no column"),
        (b"\xff\xfe\xff", "The file is neither UTF-8"),
    ],
)
def test_what_is_no_product_file_is_refused(desk: Browser, content: bytes, complaint: str) -> None:
    answer = preview(desk, content, track_stock="y")
    assert answer.status_code == 422
    assert complaint in answer.text
    assert 'id="file-error"' in answer.text
    assert "track_stock" in filled(answer.text, "track_stock")


def test_a_token_is_no_path(desk: Browser) -> None:
    for token in ("../../secret", "", "x" * 30, "a/b" * 8):
        assert desk.post("/admin/import/run", data={"token": token}).status_code == 404


def test_files_that_nobody_came_back_for_are_forgotten(desk: Browser) -> None:
    token = import_files.keep(b"old", 1)
    (path,) = import_files._folder().glob(f"*{token}.csv")
    os.utime(path, (0, 0))
    import_files.keep(b"new", 1)
    assert not path.exists()


def test_support_imports_nothing(open_as: Open) -> None:
    support = open_as(Role.SUPPORT)
    assert support.get("/admin/import/").status_code == 403
    assert preview(support).status_code == 403
