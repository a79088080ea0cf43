"""The list of products, and what is done to many at once."""

import csv
import io
import re

import pytest

from shop.accounts.models import Role
from shop.catalog.models import Kind, Product, Status
from shop.db import session
from tests.admin.conftest import Open
from tests.browser import Browser
from tests.catalog.builders import add_pictures, make_category, make_notebook
from tests.factories import make_price, make_product, make_variant
from tests.queries import count_queries

LIST = "/admin/products/"


def titles(page: str) -> list[str]:
    return re.findall(r'/admin/products/\d+/edit">([^<]+)', page)


def test_tabs_count_and_select(desk: Browser) -> None:
    for title, status in (("A", Status.PUBLISHED), ("B", Status.DRAFT), ("C", Status.ARCHIVED)):
        make_product(title=title, status=status)
    page = desk.get(LIST).text
    assert re.findall(r'muted">(\d)</span></a>', page) == ["3", "1", "1", "1"]
    assert titles(page) == ["C", "B", "A"]
    assert titles(desk.get(LIST + "?tab=draft").text) == ["B"]
    assert titles(desk.get(LIST + "?tab=archived").text) == ["C"]


def test_search_in_title_address_and_sku(desk: Browser) -> None:
    product = make_product(title="Tea pot", slug="round-one")
    make_variant(product=product, sku="POT-100%")
    make_variant(product=product, sku="POT-2")
    make_variant(product=make_product(title="Other"), sku="CUP")
    for text in ("tea", "round-o", "pot-1", "POT-100%", "tea POT"):
        assert titles(desk.get(LIST, query_string={"search": text}).text) == ["Tea pot"], text
    for text in ("%", "P_T-1", "00%", "tea cup"):
        assert titles(desk.get(LIST, query_string={"search": text}).text) == [], text


def test_filters(desk: Browser) -> None:
    book = make_product(title="Book", kind=Kind.DIGITAL, brand="Parse")
    make_product(title="Cup")
    home = make_category("Home")
    make_category("Reading", book, parent_id=home.id)
    for query in ({"flt0_kind_equals": "digital"}, {"flt2_brand_equals": "Parse"}):
        assert titles(desk.get(LIST, query_string=query).text) == ["Book"]
    page = desk.get(LIST, query_string={"flt1_category_in": home.id}).text
    assert titles(page) == ["Book"]
    assert "Home / Reading" in page


def test_columns_show_stock_and_the_lowest_price(desk: Browser) -> None:
    add_pictures(make_notebook({"S": 3, "L": 4}), 1)
    page = desk.get(LIST).text
    assert "7 in 2 variants" in page
    assert "€9.00" in page
    assert '<img class="thumb" src="/media/notebook-0.svg"' in page


def test_the_csv_is_of_the_list_and_no_formula(desk: Browser) -> None:
    make_price(title="=1+1", stock=2)
    make_product(title="Draft", status=Status.DRAFT)
    rows = list(csv.reader(io.StringIO(desk.get(LIST + "export/csv/?tab=published").text)))
    assert len(rows) == 2
    assert rows[1][0] == "'=1+1"
    assert rows[1][-2:] == ["2", "€19.00"]


def test_few_questions_however_many_products(desk: Browser) -> None:
    for _ in range(12):
        add_pictures(make_notebook({"S": 3, "L": 4}, slug=f"n{_}"), 2)
    desk.get(LIST)
    with count_queries() as queries:
        desk.get(LIST + "?search=note&tab=published")
    assert len(queries) <= 8, queries


def test_only_what_has_a_price_is_published(desk: Browser) -> None:
    priced = make_price().variant.product
    priced.status = Status.DRAFT
    bare = make_product(title="Bare", status=Status.DRAFT)
    form = {"action": "publish", "rowid": [priced.id, bare.id]}
    answer = desk.post(LIST + "action/", data=form, follow_redirects=True)
    assert "“Bare” needs a price before it is published." in answer.text
    session.expire_all()
    assert (priced.status, bare.status) == (Status.PUBLISHED, Status.DRAFT)


@pytest.mark.parametrize("id", ["0", "1,2", "9" * 30, "x", "-1", "%00"])
def test_m08_bad_ids_are_not_found(desk: Browser, id: str) -> None:
    for url in (f"{LIST}{id}/edit", f"{LIST}{id}/removal", f"{LIST}{id}"):
        assert desk.get(url).status_code == 404
        if not url.endswith(id):
            assert desk.post(url).status_code == 404


def test_m08_bad_pages_and_sorts_are_bounded(desk: Browser) -> None:
    make_product()
    for query in (
        "page_size=1000000000",
        "sort=99",
        "sort=x",
        "page=-5",
        "page=999999999999999999",
    ):
        assert desk.get(f"{LIST}?{query}").status_code in {200, 400, 404}, query
    for query in ("flt1_category_in=x", "flt1_category_in=" + "9" * 40, "flt0_kind_equals=%27"):
        assert desk.get(f"{LIST}?{query}").status_code == 200, query


def test_support_reads_and_does_not_write(open_as: Open) -> None:
    product: Product = make_price().variant.product
    support = open_as(Role.SUPPORT)
    assert product.title in support.get(LIST).text
    assert support.get(f"{LIST}{product.id}").status_code == 200
    assert support.get(f"{LIST}{product.id}/edit").status_code == 403
