import pytest
from flask.testing import FlaskClient

from shop.catalog.models import Interval
from shop.db import session
from tests.catalog.builders import add_pictures, make_category
from tests.factories import make_price, make_product, make_variant
from tests.queries import count_queries


def test_a_product_has_the_documented_shape(client: FlaskClient) -> None:
    product = make_product(slug="atlas", title="Atlas", summary="Maps", description_html="<p>x</p>")
    variant = make_variant(product=product, sku="ATLAS", options={"Seats": "5"}, stock=7)
    once = make_price(variant=variant, unit_amount=14900, compare_at_amount=19900)
    monthly = make_price(variant=variant, unit_amount=1200, interval=Interval.MONTH, trial_days=14)
    make_price(variant=variant, is_active=False)
    add_pictures(product, 1)
    category = make_category("Software", product)

    assert client.get("/api/products/atlas").json == {
        "id": product.id,
        "slug": "atlas",
        "url": "/products/atlas",
        "title": "Atlas",
        "kind": "physical",
        "brand": "",
        "summary": "Maps",
        "description_html": "<p>x</p>",
        "categories": [
            {
                "id": category.id,
                "slug": "software",
                "name": "Software",
                "url": "/categories/software",
            }
        ],
        "images": [{"url": "/media/atlas-0.svg", "alt": "View 0", "width": 840, "height": 840}],
        "variants": [
            {
                "id": variant.id,
                "sku": "ATLAS",
                "options": {"Seats": "5"},
                "stock": 7,
                "prices": [
                    {
                        "id": once.id,
                        "currency": "EUR",
                        "unit_amount": 14900,
                        "compare_at_amount": 19900,
                        "recurring": None,
                    },
                    {
                        "id": monthly.id,
                        "currency": "EUR",
                        "unit_amount": 1200,
                        "compare_at_amount": None,
                        "recurring": {"interval": "month", "interval_count": 1, "trial_days": 14},
                    },
                ],
            }
        ],
    }


def test_an_id_finds_the_same_product_as_its_slug_in_two_queries(client: FlaskClient) -> None:
    product_id = make_price(slug="atlas").variant.product_id
    session.remove()

    with count_queries() as queries:
        by_id = client.get(f"/api/products/{product_id}")

    assert by_id.json == client.get("/api/products/atlas").json
    assert len(queries) == 2


def test_a_slug_may_be_all_digits(client: FlaskClient) -> None:
    make_product(slug="1984", title="Nineteen Eighty-Four")

    answer = client.get("/api/products/1984").json

    assert answer is not None
    assert answer["title"] == "Nineteen Eighty-Four"


def test_stock_that_is_not_counted_is_null(client: FlaskClient) -> None:
    make_price(slug="atlas")

    answer = client.get("/api/products/atlas").json

    assert answer is not None
    assert answer["variants"][0]["stock"] is None


@pytest.mark.parametrize("key", ["0", "-1", "1.0", "٣", "9" * 9, "9" * 40, "9" * 5000, "none"])
def test_what_is_not_there_is_a_problem_document(client: FlaskClient, key: str) -> None:
    make_product(), make_product(), make_product()

    response = client.get(f"/api/products/{key}")

    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
