from shop.catalog.models import Product
from shop.db import commit
from shop.downloads import grants
from shop.events import OrderPaid
from shop.orders.models import Order
from tests.downloads.factories import CONTENT, make_digital, make_paid_order, make_release
from tests.flows.stage import Stage


def download_a_release(stage: Stage) -> None:
    product = make_digital()
    make_release(product)
    link = _get_link(stage, product)
    assert stage.browser.get(link).content == CONTENT


def download_by_attribute(stage: Stage) -> None:
    address = "https://files.example.org/atlas.pdf"
    link = _get_link(stage, make_digital(download_url=address))
    assert stage.browser.get(link).headers["Location"] == address


def download_on_page(stage: Stage) -> None:
    product = make_digital()
    file_id = make_release(product).files[0].id
    order = _buy(product)
    page = grants.access_for(order)[order.lines[0].id].download_url or ""
    stage.curtain_up()
    assert "editor.zip" in stage.browser.get(page).text
    answer = stage.browser.post(f"{page}/links", data={"file_id": file_id})
    assert stage.browser.get(answer.headers["Location"]).content == CONTENT


def _buy(product: Product) -> Order:
    order = make_paid_order(product)
    grants.give(OrderPaid(order.id))
    commit()
    return order


def _get_link(stage: Stage, product: Product) -> str:
    """As a guest, whose key is the token of the order."""
    asked = {"order_token": _buy(product).token}
    path = f"/api/products/{product.id}/download-link"
    stage.curtain_up()
    url: str = stage.browser.post(path, json=asked).json()["url"]
    return url
