from tests.cart.discounts.factories import make_discount
from tests.flows.shopping import fill_cart, fill_steps
from tests.flows.stage import Stage

URL = "/api/cart/discount"


def apply_a_code(stage: Stage) -> None:
    make_discount(least_subtotal=3_000, currency="EUR")
    fill_cart(stage.browser)
    stage.curtain_up()
    cart = stage.browser.put(URL, json={"code": "spring-1o"}).json()
    assert (cart["discount"]["code"], cart["discount"]["amount"]) == ("SPRING10", 380)


def hold_a_use(stage: Stage) -> None:
    make_discount(most_uses=1, most_per_customer=1)
    browser = stage.browser
    fill_cart(browser)
    browser.put(URL, json={"code": "SPRING10"})
    session = fill_steps(browser)
    stage.curtain_up()
    started = browser.put(f"{session}/payment", json={}).json()
    assert started["amounts"]["discount"] == 380
    browser.post("/checkout/discount/removal", data={"step": "payment"})
    again = browser.post("/api/checkout-sessions", json={}).json()
    assert again["amounts"]["discount"] == 0
