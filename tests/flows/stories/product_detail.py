from tests.factories import make_price
from tests.flows.stage import Stage


def show_by_api(stage: Stage) -> None:
    product_id = make_price(stock=3).variant.product_id
    stage.curtain_up()
    product = stage.browser.get(f"/api/products/{product_id}").json()
    assert product["variants"][0]["stock"] == 3


def show_on_page(stage: Stage) -> None:
    make_price(title="Tidepool Atlas", slug="tidepool-atlas")
    stage.curtain_up()
    assert "Tidepool Atlas" in stage.browser.get("/products/tidepool-atlas").text
