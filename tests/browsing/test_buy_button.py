"""A button on somebody else's page leads to Stripe's page and to an order of the shop."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from shop.orders.models import Order
from tests.browsing.foreign import Site, open_site
from tests.browsing.purchase import GOOD, links_in, mail_to, pay_hosted, wait_for_order
from tests.browsing.window import PATIENCE
from tests.servers.fixtures import open_house
from tests.servers.house import House

pytestmark = pytest.mark.browser
GONE = 999_999


@pytest.fixture(scope="module")
def blog() -> Iterator[Site]:
    with open_site() as site:
        yield site


@pytest.fixture(scope="module")
def shop(blog: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """It knows the blog, and no other site."""
    folder = tmp_path_factory.mktemp("buttons")
    with open_house(folder, buy_button_origins=blog.origin) as house:
        assert house.shop_here("seed").exit_code == 0
        blog.show(house.base_url, **prices(house))
        yield house


def prices(house: House) -> dict[str, int]:
    slugs = {"handbook": "the-invoice-handbook", "pair": "enamel-mug"}
    found = {}
    for name, slug in slugs.items():
        variant = house.get(f"/api/products/{slug}").json()["variants"][0]
        found[name] = next(price["id"] for price in variant["prices"] if price["currency"] == "EUR")
    return {**found, "nothing": GONE}


@pytest.fixture
def page(chromium: Browser, shop: House) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def click(page: Page, site: Site, name: str) -> None:
    page.goto(site.origin)
    page.get_by_role("button", name=f"Buy {name}").click()


def fill(page: Page, typed: dict[str, str]) -> None:
    for label, text in typed.items():
        page.get_by_label(label, exact=True).fill(text)


def orders(house: House) -> int:
    with house.session() as session:
        return session.scalar(select(func.count(Order.id))) or 0


def test_a_download_is_bought_from_another_site(page: Page, blog: Site, shop: House) -> None:
    click(page, blog, "handbook")
    page.wait_for_url(f"{shop.sandbox.url}/**")
    home = {"Address": "Torstraße 1", "City": "Berlin", "Country code": "DE"}
    fill(page, {"Email": "mara@example.org", **home, "Postal code": "10119"})
    pay_hosted(page, GOOD)
    page.wait_for_url(f"{shop.base_url}/orders/*")
    wait_for_order(page, "Paid")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Mara.")
    page.get_by_role("link", name="Download").click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download").click()
    assert downloading.value.suggested_filename.startswith("the-invoice-handbook")
    assert any(f"{shop.base_url}/orders/" in link for link in links_in(mail_to(shop, "mara")))


def test_goods_are_sent_where_stripes_page_was_told(page: Page, blog: Site, shop: House) -> None:
    click(page, blog, "pair")
    page.wait_for_url(f"{shop.sandbox.url}/**")
    expect(page.get_by_label("Order summary")).to_contain_text("Standard")
    fill(page, {"Email": "ida@example.org", "Full name": "Ida Berg", "Street address": "Ring 1"})
    fill(page, {"Shipping postal code": "1010", "Shipping city": "Wien"})
    page.get_by_label("Shipping country", exact=True).select_option("AT")
    pay_hosted(page, GOOD)
    page.wait_for_url(f"{shop.base_url}/orders/*")
    wait_for_order(page, "Paid")
    expect(page.get_by_role("main")).to_contain_text("Ring 1, 1010")


def test_who_goes_back_finds_the_page_of_the_button(page: Page, blog: Site, shop: House) -> None:
    click(page, blog, "handbook")
    page.wait_for_url(f"{shop.sandbox.url}/**")
    page.get_by_role("link", name="Back").click()
    page.wait_for_url(f"{blog.origin}/")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("button", name="Buy handbook")).to_be_enabled()


def test_the_reason_stands_beside_the_button(page: Page, blog: Site) -> None:
    click(page, blog, "nothing")
    expect(page.locator("[aria-live]")).to_contain_text("This is not for sale.")
    button = page.get_by_role("button", name="Buy nothing")
    expect(button).to_be_enabled()
    expect(button).to_be_focused()
    assert page.url == f"{blog.origin}/"


def test_a_site_that_is_not_on_the_list_is_refused(page: Page, blog: Site, shop: House) -> None:
    """By the browser, which tells the page nothing; and nothing was ordered."""
    before = orders(shop)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    with open_site() as stranger:
        stranger.page = blog.page
        click(page, stranger, "handbook")
        expect(page.locator("[aria-live]")).to_contain_text("The shop cannot be reached")
        expect(page.get_by_role("button", name="Buy handbook")).to_be_enabled()
        assert page.url == f"{stranger.origin}/"
    assert any(re.search("blocked by CORS policy", complaint) for complaint in complaints)
    assert orders(shop) == before


def test_the_books_agree_with_stripes(page: Page, blog: Site, shop: House) -> None:
    """With orders that were paid, and one that nobody has paid yet."""
    click(page, blog, "pair")
    page.wait_for_url(f"{shop.sandbox.url}/**")
    checked = shop.shop("invariants", "--patience", "3")
    assert checked.returncode == 0, checked.stdout
