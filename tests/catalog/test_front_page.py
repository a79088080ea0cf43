import json
from datetime import timedelta
from xml.etree import ElementTree

from flask.testing import FlaskClient

from shop.catalog.models import Status
from shop.db import session, utcnow
from tests.catalog.builders import make_category
from tests.factories import make_price, make_product
from tests.queries import count_queries


def test_an_empty_shop_says_so(client: FlaskClient) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert "The shelf is empty" in response.text


def test_the_four_newest_products_come_first(client: FlaskClient) -> None:
    now = utcnow()
    for age in (5, 1, 4, 2, 3):
        make_product(title=f"Aged {age}", published_at=now - timedelta(days=age))
    make_product(title="Draft", status=Status.DRAFT)

    html = client.get("/").text

    places = [html.find(f"Aged {age}<") for age in (1, 2, 3, 4)]
    assert places == sorted(places)
    assert -1 not in places
    assert "Aged 5<" not in html
    assert "Draft<" not in html


def test_top_categories_have_a_row_and_subcategories_count_as_theirs(client: FlaskClient) -> None:
    paper = make_category("Paper", position=2)
    make_category("Notebooks", make_product(title="Field notebook"), parent_id=paper.id)
    make_category("Software", make_product(title="Atlas"), position=1)
    make_category("Nothing yet", position=0)
    make_category("Drafts", make_product(status=Status.DRAFT), position=3)

    html = client.get("/").text

    assert 0 < html.find('id="row-1">Software') < html.find('id="row-2">Paper')
    assert html.count("Field notebook<") == 2  # it is new, too
    for absent in ("Notebooks<", "Nothing yet", "Drafts"):
        assert absent not in html


def test_more_products_do_not_mean_more_queries(client: FlaskClient) -> None:
    for name in ("Paper", "Software", "Wool"):
        make_category(name, *(make_price().variant.product for _ in range(6)))
    session.remove()

    with count_queries() as queries:
        client.get("/")

    assert len(queries) <= 6


def test_crawlers_find_the_site_map_and_stay_out_of_the_rest(client: FlaskClient) -> None:
    response = client.get("/robots.txt")

    assert response.mimetype == "text/plain"
    assert "Sitemap: http://localhost/sitemap.xml" in response.text
    assert "Disallow: /checkout" in response.text


def test_the_site_map_lists_what_is_published(client: FlaskClient) -> None:
    make_category("Tools & toys", make_product(slug="mug"))
    make_product(slug="draft", status=Status.DRAFT)

    response = client.get("/sitemap.xml")

    assert response.mimetype == "application/xml"
    found = [one.text for one in ElementTree.fromstring(response.text).iter() if one.text]
    assert "http://localhost/products/mug" in found
    assert "http://localhost/categories/tools-%26-toys" in found
    assert not any("draft" in text for text in found)


def test_the_manifest_names_the_shop_and_an_icon_that_exists(client: FlaskClient) -> None:
    response = client.get("/manifest.webmanifest")

    manifest = json.loads(response.text)
    assert manifest["name"] == "Keystall"
    with client.get(manifest["icons"][0]["src"]) as icon:
        assert icon.status_code == 200
