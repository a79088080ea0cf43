"""Categories: a tree without cycles, deleted only when empty."""

from typing import Any

import pytest
from sqlalchemy import inspect, select

from shop.accounts.models import AuditEntry
from shop.catalog.models import Category
from shop.catalog.tree import DEEPEST
from shop.db import session
from tests.admin.catalog.forms import filled
from tests.browser import Browser
from tests.catalog.builders import make_category
from tests.factories import make_product

XSS = "<script>window.__xss=1</script>"


def url_of(category: Category) -> str:
    return f"/admin/categories/{category.id}/edit"


def save(desk: Browser, category: Category, **typed: Any) -> Any:
    form: dict[str, Any] = dict(filled(desk.get(url_of(category)).text, "name"))
    answer = desk.post(url_of(category), data=form | typed)
    session.expire_all()
    return answer


def test_one_is_made_below_another(desk: Browser) -> None:
    home = make_category("Home")
    form = {"name": "Tea & more", "parent_id": str(home.id), "position": "3", "description": "d"}
    assert desk.post("/admin/categories/new/", data=form).status_code == 303
    tea = session.scalars(select(Category).where(Category.id != home.id)).one()
    assert (tea.name, tea.slug, tea.position) == ("Tea & more", "tea-more", 3)
    assert tea.parent is home
    assert "Home / Tea &amp; more" in desk.get("/admin/products/new/").text
    assert session.scalars(select(AuditEntry.act)).one() == "category.create"


def test_no_cycle(desk: Browser) -> None:
    top = make_category("Top")
    middle = make_category("Middle", parent_id=top.id)
    low = make_category("Low", parent_id=middle.id)
    for below in (top, middle, low):
        answer = save(desk, top, parent_id=str(below.id), description="typed")
        assert answer.status_code == 422
        assert 'id="parent_id-error"' in answer.text
        assert filled(answer.text, "name")["description"] == ["typed"]
        assert top.parent is None
    assert save(desk, low, parent_id="").status_code == 303
    assert low.parent is None


def test_not_too_deep(desk: Browser) -> None:
    parent: Category | None = None
    for level in range(DEEPEST):
        parent = make_category(f"L{level}", parent=parent)
    other = make_category("Other")
    assert parent
    assert "10 levels" in save(desk, other, parent_id=str(parent.id)).text
    assert other.parent is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"name": ""}, "name"), ({"slug": "top"}, "slug"), ({"position": "-1"}, "position"),
     ({"parent_id": "99999"}, "parent_id"), ({"slug": "a/b"}, "slug")],
)  # fmt: skip
def test_errors_stand_beside_their_fields(desk: Browser, typed: dict[str, str], field: str) -> None:
    make_category("Top")
    answer = save(desk, make_category("Mine"), **typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_only_an_empty_one_is_deleted(desk: Browser) -> None:
    product = make_product()
    full = make_category("Full", product)
    make_category("Child", parent_id=full.id)
    url = f"/admin/categories/{full.id}/removal"
    assert "move them first" in desk.post(url).text
    product.categories.clear()
    assert "move them first" in desk.post(url).text
    session.delete(session.scalars(select(Category).where(Category.name == "Child")).one())
    assert desk.post(url).status_code == 303
    assert session.scalars(select(Category)).all() == []


def test_m01_m06_only_its_fields_and_as_text(desk: Browser) -> None:
    category = make_category(XSS, description=XSS)
    columns = {column.key: "99" for column in inspect(Category).column_attrs}
    before = category.id
    answer = save(desk, category, **(columns | {"name": XSS, "slug": "c", "parent_id": ""}))
    assert answer.status_code == 303
    assert session.scalars(select(Category.id)).all() == [before]
    for page in ("/admin/categories/", url_of(category), "/categories/c", "/admin/products/new/"):
        assert "<script>window" not in desk.get(page).text, page


@pytest.mark.parametrize("id", ["0", "1,2", "9" * 30, "x"])
def test_m08_bad_ids(desk: Browser, id: str) -> None:
    assert desk.get(f"/admin/categories/{id}/edit").status_code == 404
    assert desk.post(f"/admin/categories/{id}/removal").status_code == 404
