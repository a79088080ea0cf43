"""Lists of the back office, by the tax rates and the audit log."""

import csv
import io

import pytest
from sqlalchemy import select

from shop.accounts import audit
from shop.accounts.models import AuditEntry, Role
from shop.admin.models import SavedView
from shop.checkout.models import TaxRate
from shop.db import commit, session
from tests.admin.conftest import Open
from tests.browser import Browser
from tests.queries import count_queries

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(1)", "-2+3")


@pytest.fixture
def admin(open_as: Open) -> Browser:
    return open_as(Role.ADMIN)


def make_rates(number: int) -> None:
    session.add_all(TaxRate(country=f"C{i}", basis_points=i % 10_000) for i in range(number))
    commit()


def test_a_list_is_searched_filtered_and_sorted_by_its_address(admin: Browser) -> None:
    for country, category in (("DE", "standard"), ("FR", "standard"), ("FR", "books")):
        session.add(TaxRate(country=country, category=category, basis_points=1900))
    commit()

    assert "3 tax rates" in admin.get("/admin/tax/").text
    assert "2 tax rates" in admin.get("/admin/tax/?search=FR").text
    assert "1 tax rate<" in admin.get("/admin/tax/?search=FR&flt0_category_equals=books").text
    empty = admin.get("/admin/tax/?search=FR&flt0_category_equals=")
    assert "2 tax rates" in empty.text
    assert "Invalid" not in empty.text
    assert "Nothing matches" in admin.get("/admin/tax/?search=nowhere").text


@pytest.mark.parametrize(
    "query",
    ["page=99999", "page=-1", "page=x", "page_size=1000000000", "sort=99", "sort=-5", "desc=7",
     "flt9_nothing_equals=1", "fltx", "flt0_", "search=%25%00", "tab=none", "search=" + "x" * 5000],
)  # fmt: skip
def test_m08_a_bad_address_is_bounded(admin: Browser, query: str) -> None:
    make_rates(60)
    page = admin.get(f"/admin/tax/?{query}")
    assert page.status_code in {200, 400}
    assert page.text.count("<tr>") <= 51


def test_a_list_is_paged(admin: Browser) -> None:
    make_rates(120)
    page = admin.get("/admin/tax/?search=C&page=1")
    assert "Page 2 of 3" in page.text
    assert page.text.count("<tr>") == 51
    assert "search=C" in page.text.split('rel="next"')[0].rsplit("href=", 1)[1]


def test_a_list_asks_few_questions(admin: Browser) -> None:
    make_rates(60)
    with count_queries() as queries:
        admin.get("/admin/tax/?search=C")
    assert len(queries) <= 8


def test_tabs_count_what_they_hold(admin: Browser) -> None:
    audit.note("refused", "page:/x")
    audit.note("order.refund", "order:K-1")
    commit()
    page = admin.get("/admin/audit/?tab=refused")
    assert 'Refused <span class="muted">1</span>' in page.text
    assert 'All <span class="muted">2</span>' in page.text
    assert "1 audit entry<" in page.text


def rows(answer: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer, newline="")))


def test_m03_no_cell_of_a_csv_is_a_formula(admin: Browser) -> None:
    for text in FORMULAS:
        audit.note("test.formula", text, reason=text)
    commit()

    answer = admin.get("/admin/audit/export/csv/")
    cells = [cell for row in rows(answer.text) for cell in row]
    assert answer.mimetype == "text/csv"
    assert len(rows(answer.text)) == len(FORMULAS) + 1
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=1+1" in cells


def test_a_csv_has_every_row_of_the_filter_once(admin: Browser) -> None:
    make_rates(2_500)
    found = rows(admin.get("/admin/tax/export/csv/?search=C1").text)[1:]
    wanted = session.scalars(select(TaxRate).where(TaxRate.country.contains("C1"))).all()
    assert len(found) == len(wanted) > 1_000
    assert len({tuple(row) for row in found}) == len(found)


def test_other_formats_do_not_exist(admin: Browser) -> None:
    assert admin.get("/admin/tax/export/xlsx/").status_code == 404


def test_a_view_is_kept_and_forgotten(admin: Browser, open_as: Open) -> None:
    form = {
        "view": "admin_tax",
        "name": "Books",
        "query": "search=books&page=3&flt0_category_equals=",
    }
    kept = admin.post("/admin/views/", data=form)
    assert kept.headers["Location"].endswith("/admin/tax/?search=books")
    assert ">Books</a>" in admin.get("/admin/tax/").text
    assert ">Books</a>" not in admin.get("/admin/delivery/").text

    view = session.scalars(select(SavedView)).one()
    other = open_as(Role.FINANCE)
    assert ">Books</a>" not in other.get("/admin/tax/").text
    assert other.post(f"/admin/views/{view.id}/removal").status_code == 404
    assert admin.post(f"/admin/views/{view.id}/removal").status_code == 303
    assert not session.scalars(select(SavedView)).all()


@pytest.mark.parametrize(
    ("form", "status"),
    [({"view": "admin_tax", "name": ""}, 400), ({"view": "admin_tax", "name": "x" * 61}, 400),
     ({"view": "orders", "name": "x"}, 404)],
)  # fmt: skip
def test_a_bad_view_is_refused(admin: Browser, form: dict[str, str], status: int) -> None:
    assert admin.post("/admin/views/", data=form).status_code == status


def test_the_same_name_is_kept_anew(admin: Browser) -> None:
    for query in ("search=a", "search=b"):
        admin.post("/admin/views/", data={"view": "admin_tax", "name": "Mine", "query": query})
    assert session.scalars(select(SavedView.query)).all() == ["search=b"]


def test_the_tab_and_the_place_in_the_menu_are_marked(admin: Browser) -> None:
    orders = admin.get("/admin/orders/").text
    assert '<a href="/admin/orders/?tab=all" aria-current="page">All' in orders
    assert '<a href="/admin/orders/" aria-current="page">Orders' in orders
    paid = admin.get("/admin/orders/?tab=paid").text
    assert '?tab=paid" aria-current="page">Paid' in paid
    assert '?tab=all" aria-current' not in paid
    for beside in ("drafts", "disputes"):
        page = admin.get(f"/admin/{beside}/").text
        assert '<a href="/admin/orders/" aria-current="true">Orders' in page


def test_the_page_of_a_record_says_what_is_empty_and_leads_not_to_itself(admin: Browser) -> None:
    audit.note("order.note", "order:K-1")
    commit()
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry
    url = f"/admin/audit/{entry.id}"
    assert f'href="{url}"' in admin.get("/admin/audit/").text
    page = admin.get(url).text
    assert f'href="{url}"' not in page
    assert "<dt>Reason</dt><dd>—</dd>" in page
