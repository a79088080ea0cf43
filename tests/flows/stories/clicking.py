"""A buy button on another site."""

from shop import db, jobs
from shop.catalog.models import Kind
from shop.checkout.buy_button.clients import clicks
from tests.checkout.looking import let_time_pass
from tests.downloads.factories import make_digital, make_release
from tests.factories import make_price, make_variant
from tests.flows.shopping import TYPED
from tests.flows.stage import BLOG, Stage

PATH = "/api/create-checkout-session"
PARCEL = {
    "shipping_name": "Mara Lindt",
    "shipping_line1": "Torstraße 1",
    "shipping_postal_code": "10119",
    "shipping_city": "Berlin",
    "shipping_country": "DE",
}


def click(stage: Stage) -> None:
    products = _shelf()
    stage.curtain_up()
    _click(stage, products)


def come_back(stage: Stage) -> None:
    page = _click(stage, _shelf())
    stage.curtain_up()
    back = stage.browser.to_stripe(page, **TYPED, **PARCEL).headers["Location"]
    order = stage.browser.get(back).headers["Location"]
    assert "Thank you, Mara" in stage.browser.get(order).text


def stay_away(stage: Stage) -> None:
    page = _click(stage, _shelf())
    stage.browser.to_stripe(page, **TYPED, **PARCEL)
    stage.curtain_up()
    stage.deliver()
    stage.work()
    stage.curtain_down()
    assert stage.mails() == 1


def pay_nothing(stage: Stage) -> None:
    _click(stage, _shelf())
    let_time_pass(minutes=31)
    stage.curtain_up()
    jobs.enqueue("shop.checkout.tasks.expire_due")  # as beat does every ten seconds
    db.commit()
    stage.work()


def _shelf() -> list[dict[str, int]]:
    """A book, of which there are three, and a download."""
    digital = make_digital()
    make_release(digital)
    download = make_price(variant=make_variant(product=digital))
    book = make_price(kind=Kind.PHYSICAL, title="Tidepool Atlas", stock=3)
    db.commit()
    clicks.forget()
    return [{"priceId": price.id, "quantity": 1} for price in (book, download)]


def _click(stage: Stage, products: list[dict[str, int]]) -> str:
    """The address of Stripe's page."""
    here = {"Origin": BLOG}
    stage.browser.options(PATH, headers=here | {"Access-Control-Request-Method": "POST"})
    sent = {"products": products, "cancelUrl": f"{BLOG}/atlas"}
    url: str = stage.browser.post(PATH, json=sent, headers=here).json()["url"]
    return url
