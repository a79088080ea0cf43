import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from shop.catalog.models import Category, Kind
from shop.db import commit, session
from shop.search import tasks
from tests.factories import make_price, make_product
from tests.queries import count_queries


def titles(page: str) -> list[str]:
    return re.findall(r'<h2 class="h3"><a href="[^"]+">([^<]+)</a>', page)


def make_many(count: int, **given: Any) -> None:
    for number in range(count):
        make_price(title=f"Lamp {number:02}", unit_amount=100 * (number + 1), **given)
    tasks.sweep()


def test_lists_are_cut_into_pages(client: FlaskClient) -> None:
    make_many(50)

    first, last = (client.get(f"/products?sort=title&page={page}").text for page in (1, 3))

    assert titles(first) == [f"Lamp {number:02}" for number in range(24)]
    assert titles(last) == ["Lamp 48", "Lamp 49"]
    assert '<a href="/products?sort=title&amp;page=2" rel="next">' in first
    assert '<a href="/products?sort=title&amp;page=2" rel="prev">' in last
    assert '<link rel="next" href="/products?sort=title&amp;page=2">' in first
    assert "<strong>50 products</strong>" in first


@pytest.mark.parametrize("path", ["/products", "/search", "/search?q=lamp"])
def test_a_list_asks_at_most_four_questions(client: FlaskClient, path: str) -> None:
    make_many(30)
    client.get(path)

    with count_queries() as queries:
        client.get(path)

    assert len(queries) <= 4, queries


def test_a_category_has_what_is_below_it(client: FlaskClient) -> None:
    top = Category(slug="home", name="Home", description="For the house.")
    below = Category(slug="lamps", name="Lamps", parent=top)
    make_product(title="Rug", categories=[top])
    make_product(title="Lamp", categories=[below])
    make_product(title="Tent")

    page = client.get("/categories/home").text

    assert sorted(titles(page)) == ["Lamp", "Rug"]
    assert "For the house." in page
    assert re.search(r'name="category" value="lamps">\s+Lamps <span class="n">1<', page)
    assert 'value="home"' not in page
    assert titles(client.get("/categories/lamps").text) == ["Lamp"]
    assert client.get("/categories/nowhere").status_code == 404


def test_filters_are_shown_as_pills_that_remove_them(client: FlaskClient) -> None:
    make_price(title="Song", kind=Kind.DIGITAL, unit_amount=500)
    make_price(title="Tent", kind=Kind.PHYSICAL, unit_amount=9_000)

    page = unescape(client.get("/products?kind=digital&kind=physical&price_max=10&sort=title").text)

    assert titles(page) == ["Song"]
    assert 'href="/products?kind=physical&price_max=10&sort=title"' in page
    assert 'href="/products?kind=digital&kind=physical&sort=title"' in page
    assert "Up to €10.00" in page
    assert 'value="digital" checked' in page


def test_an_empty_list_says_which_filter_to_drop(client: FlaskClient) -> None:
    make_price(title="Song", kind=Kind.DIGITAL, unit_amount=500)
    make_price(title="Tent", kind=Kind.PHYSICAL, unit_amount=9_000)

    page = unescape(client.get("/products?kind=digital&price_min=50").text)

    assert "No product fits all of these filters" in page
    assert '<a href="/products?price_min=50">Without Kind: Downloads</a>' in page
    assert '<a href="/products?kind=digital">Without Price: From €50.00</a>' in page


def test_a_search_without_hits_shows_a_way_on(client: FlaskClient) -> None:
    make_many(1)

    page = client.get("/search?q=qqqqqq").text

    assert "<strong>0 products</strong>" in page
    assert "Nothing matches “qqqqqq”" in page
    assert 'href="/products">See all products' in page


def test_words_that_never_meet_are_offered_alone(client: FlaskClient) -> None:
    make_price(title="Steel bottle")
    make_price(title="Walnut desk")
    tasks.sweep()

    page = client.get("/search?q=botle+walnut").text

    assert "No product has all of these words" in page
    for word in ("bottle", "walnut"):
        assert f'<a href="/search?q={word}">{word}</a> <span class="hint">1 product<' in page


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "page=-1",
        "page=99999999999999999999",
        "page=9999",
        "sort=evil",
        "sort=relevance",
        "category=nowhere",
        "category=%00",
        "brand=" + "x" * 9_000,
        "kind=" + "&kind=".join(map(str, range(500))),
        "price_min=9&price_max=1",
        "price_min=1e999999999",
        "price_min=NaN",
        "price_max=Infinity",
        "price_min=-5",
        "price_min=99999999999999999999",
        "price_min=1.005",
        "availability=maybe",
        "q=",
    ],
)
def test_strange_parameters_are_no_fault(client: FlaskClient, query: str) -> None:
    make_many(2)

    assert client.get(f"/products?{query}").status_code == 200
    assert client.get(f"/search?q=lamp&{query}").status_code == 200


def test_a_page_beyond_the_last_is_the_last(client: FlaskClient) -> None:
    make_many(25)

    assert titles(client.get("/products?sort=title&page=9").text) == ["Lamp 24"]


def test_what_is_not_a_price_is_said_beside_its_field(client: FlaskClient) -> None:
    make_many(2)

    page = client.get("/products?price_min=abc").text

    assert page.count("“abc” is not a price. Write it like 25 or 25.50.") == 2  # and above the list
    assert 'value="abc" aria-invalid="true" aria-describedby="price_min-error"' in page
    assert len(titles(page)) == 2


def test_a_comma_is_a_point(client: FlaskClient) -> None:
    make_many(2)

    assert titles(client.get("/products?price_min=1,50").text) == ["Lamp 01"]


def test_suggestions_are_options_for_the_search_box(client: FlaskClient) -> None:
    lamps = Category(slug="lamps", name="Lamps & light")
    price = make_price(title="Lamp <b>", unit_amount=1250)
    price.variant.product.categories = [lamps]
    commit()
    tasks.sweep()

    page = client.get("/search/suggestions?q=lam").text
    answer: Any = client.get("/api/search/suggestions?q=lam").json

    assert page.count('role="option"') == 3
    assert "Lamp &lt;b&gt;" in page
    assert "€12.50" in page
    assert 'href="/categories/lamps"' in page
    assert 'href="/search?q=lam"' in page
    assert "<html" not in page
    assert answer["items"] == [
        {
            "kind": "product",
            "title": "Lamp <b>",
            "url": f"/products/{price.variant.product.slug}",
            "price_label": "€12.50",
        },
        {
            "kind": "category",
            "title": "Lamps & light",
            "url": "/categories/lamps",
            "price_label": None,
        },
    ]
    assert client.get("/search/suggestions").text.strip() == ""


def test_the_api_lists_products_with_facets(client: FlaskClient) -> None:
    lamps = Category(slug="lamps", name="Lamps")
    make_product(title="Draft", categories=[lamps])
    for number in range(3):
        price = make_price(title=f"Lamp {number}", unit_amount=100 * number)
        price.variant.product.categories, price.variant.product.brand = [lamps], "Acme"
    commit()
    tasks.sweep()

    answer: Any = client.get("/api/products?q=lamp&category=lamps&price_min=100&sort=-price").json

    assert [item["title"] for item in answer["items"]] == ["Lamp 2", "Lamp 1"]
    assert answer["items"][0]["variants"][0]["prices"][0]["unit_amount"] == 200
    assert (answer["total"], answer["page"], answer["pages"]) == (2, 1, 1)
    assert answer["facets"]["brand"] == [{"value": "Acme", "label": "Acme", "count": 2}]
    assert answer["facets"]["category"] == [{"value": "lamps", "label": "Lamps", "count": 2}]
    assert set(answer["facets"]) == {"category", "kind", "brand", "availability"}
    assert answer["did_you_mean"] is None


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "price_min=abc", "price_max=-1", "sort=evil"]
)
def test_the_api_refuses_what_it_cannot_read(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/products?{query}")

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert query.partition("=")[0] in answer.text


def test_the_api_asks_few_questions(client: FlaskClient) -> None:
    make_many(5)
    client.get("/api/products?q=lamp")
    session.expire_all()

    with count_queries() as queries:
        client.get("/api/products?q=lamp")

    assert len(queries) <= 5, queries
