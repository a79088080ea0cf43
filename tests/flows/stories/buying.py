from tests.flows.shopping import (
    confirm_at_stripe,
    fill_cart,
    fill_steps,
    make_token,
    pay_on_stripes_page,
)
from tests.flows.stage import Stage


def take_the_steps(stage: Stage) -> None:
    fill_cart(stage.browser)
    stage.curtain_up()
    fill_steps(stage.browser)


def pay_by_api(stage: Stage) -> None:
    browser = stage.browser
    fill_cart(browser)
    session = fill_steps(browser)
    stage.curtain_up()
    payment = browser.put(f"{session}/payment", json={}).json()["payment"]
    chosen = {"confirmation_token": make_token(stage, payment["publishable_key"])}
    paid = browser.post(f"{session}/confirm", json=chosen).json()
    assert paid["status"] == "completed"
    order = browser.get(f"/api/orders/{paid['order']['token']}").json()
    assert order["payment_state"] == "paid"
    assert [bool(line["download_url"]) for line in order["lines"]] == [False, True]
    stage.work()
    stage.curtain_down()
    assert stage.mails() == 1


def buy_with_card_form(stage: Stage) -> None:
    browser = stage.browser
    fill_cart(browser)
    fill_steps(browser)
    stage.curtain_up()
    page = browser.post("/checkout/payment").headers["Location"]
    intent = confirm_at_stripe(stage, browser.get(page).text)
    answer = browser.get(f"/checkout/return?payment_intent={intent}")
    assert "Thank you" in browser.get(answer.headers["Location"]).text


def buy_on_stripes_page(stage: Stage) -> None:
    browser = stage.browser
    fill_cart(browser)
    fill_steps(browser)
    stage.curtain_up()
    answer = browser.get(pay_on_stripes_page(browser))
    assert "Thank you" in browser.get(answer.headers["Location"]).text
