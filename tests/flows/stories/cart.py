from tests.factories import make_price
from tests.flows.stage import Stage


def add_by_api(stage: Stage) -> None:
    sent = {"price_id": make_price(stock=3).id, "quantity": 1}
    stage.curtain_up()
    assert stage.browser.post("/api/cart/items", json=sent).json()["subtotal"] == 1900
    [item] = stage.browser.post("/api/cart/items", json=sent).json()["items"]
    assert item["quantity"] == 2


def add_on_page(stage: Stage) -> None:
    sent = {"price_id": make_price(title="Tidepool Atlas").id, "quantity": 1}
    stage.curtain_up()
    assert stage.browser.post("/cart/items", data=sent).headers["Location"] == "/cart"
    assert "Tidepool Atlas" in stage.browser.get("/cart").text
