"""Products of other shops, from their files to the cart."""

import os
from pathlib import Path

import pytest
from flask import Flask

from shop.search.tasks import sweep
from tests.browser import Browser

FILES = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.shared
@pytest.mark.skipif(
    not FILES.is_dir() and os.environ.get("CI") != "true", reason="the files are not here"
)
@pytest.mark.parametrize("name", ["shopify-apparel.csv", "shopify-jewelry.csv"])
def test_what_was_imported_is_found_and_can_be_bought(
    app: Flask, client: Browser, name: str
) -> None:
    run = app.test_cli_runner().invoke(args=["catalog", "import", str(FILES / name)])
    assert run.exit_code == 0, run.output
    sweep()
    listed = client.get("/api/products").get_json()
    assert listed["total"] >= 10
    for product in listed["items"]:
        found = client.get("/api/products", query_string={"q": product["title"]}).get_json()
        assert product["slug"] in [item["slug"] for item in found["items"]]
    sellable = [
        price["id"]
        for product in listed["items"]
        for variant in product["variants"]
        for price in variant["prices"]
    ]
    assert sellable
    for price_id in sellable[:10]:
        answer = client.post("/api/cart/items", json={"price_id": price_id, "quantity": 1})
        assert answer.status_code == 201, answer.get_json()
    checkout = client.post("/api/checkout-sessions", json={})
    assert checkout.status_code == 201
