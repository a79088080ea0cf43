"""M06: whatever somebody typed is a text on every page and in every mail, and never a program."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from shop.catalog.models import Category, Price, Product, Variant
from shop.downloads.models import Grant
from shop.licenses.models import License
from shop.orders.models import Order
from tests.browsing import scripts, staff
from tests.browsing.scripts import ALL, POLYGLOTS, RUN, TEXTS, Buyer
from tests.browsing.test_back_office import pages_behind
from tests.browsing.window import Window
from tests.servers.fixtures import open_house
from tests.servers.house import House
from tests.servers.processes import eventually

pytestmark = pytest.mark.browser
EMAIL = "typed@scripts.example"
PLACES = ("orders", "downloads", "licenses", "subscriptions", "invoices", "security", "data")
HOLES = (
    "<p>{}</p>",
    '<input value="{}">',
    "<input value='{}'>",
    "<title>{}</title>",
    "<textarea>{}</textarea>",
    "<select><option>{}</option></select>",
    "<style>{}</style>",
    "<noscript>{}</noscript>",
    "<!-- {} -->",
    "<script>x = '{}'</script>",
)
"""Where a page puts a text and forgets to escape it."""


@dataclass(frozen=True)
class Typed:
    """A shop in which everybody types programs, and a customer who has one of everything."""

    house: House
    password: str
    token: str
    """Of the order."""
    products: list[str]
    categories: list[str]
    grant: str
    license_id: int
    user_id: int | None
    product_id: int
    number: str


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    with open_house(tmp_path_factory.mktemp("typed")) as house:
        assert house.shop_here("seed").exit_code == 0
        with house.session() as session:
            scripts.fill(session)
        assert house.shop_here("search", "rebuild").exit_code == 0
        yield _buy(house)


def _buy(house: House) -> Typed:
    made = house.shop_here("users", "create", "--email", EMAIL, "--name", ALL[:200])
    password = made.stdout.partition("Password: ")[2].strip()
    with house.session() as session:
        plug_in = select(Price.id).join(Variant).join(Product)
        plug_in = plug_in.where(Product.slug == "room-tone-reverb", Price.currency == "EUR")
        price_id = session.scalars(plug_in.order_by(Price.id)).first()
    buyer = Buyer(house, EMAIL, password)
    token = buyer.buy(price_id or 0, EMAIL)
    assert eventually(lambda: buyer.key(token) != "")
    buyer.activate(buyer.key(token))
    assert eventually(lambda: any(EMAIL in mail["To"] for mail in house.mails()))
    with house.session() as session:
        scripts.fill_after(session)
        license = session.execute(select(License.id, License.user_id, License.product_id)).one()
        return Typed(
            house, password, token,
            list(session.scalars(select(Product.slug).order_by(Product.id).limit(len(TEXTS)))),
            list(session.scalars(select(Category.slug))),
            session.scalars(select(Grant.token)).one(), license.id, license.user_id,
            license.product_id, session.scalars(select(Order.number)).one(),
        )  # fmt: skip


def ran(page: Page) -> bool:
    return bool(page.evaluate("window.__xss"))


class Tour:
    """Of pages that show what was typed."""

    def __init__(self, window: Window) -> None:
        self.window, self.showing = window, 0

    def visit(self, *paths: str) -> None:
        page = self.window.page
        for path in paths:
            answer = page.goto(path)
            assert answer
            assert answer.ok, f"{path}: {answer.status}"
            assert not ran(page), path
            self.showing += RUN in page.content()


@pytest.fixture
def window(chromium: Browser, typed: Typed) -> Iterator[Window]:
    window = Window(chromium, typed.house)
    yield window
    assert window.close() == []


def test_m06_on_the_storefront(window: Window, typed: Typed) -> None:
    tour = Tour(window)
    tour.visit("/", "/products", *(f"/categories/{slug}" for slug in typed.categories))
    tour.visit(*(f"/products/{slug}" for slug in typed.products))
    tour.visit(*(f"/search?q={quote(text)}" for text in TEXTS))
    page = window.page
    page.goto("/products/room-tone-reverb")
    page.locator("#buy").get_by_role("button", name="Add to cart").click()
    tour.visit("/cart", "/checkout", f"/orders/{typed.token}", f"/orders/{typed.token}/invoice")
    assert tour.showing > 2 * len(TEXTS)


def test_m06_in_the_account(window: Window, typed: Typed) -> None:
    page, tour = window.page, Tour(window)
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(typed.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account")
    tour.visit("/account", *(f"/account/{place}" for place in PLACES), "/account/access")
    tour.visit(f"/downloads/{typed.grant}", f"/account/licenses/{typed.license_id}/file")
    assert tour.showing > len(PLACES) / 2


def test_m06_in_the_back_office(window: Window, typed: Typed) -> None:
    page, tour = window.page, Tour(window)
    staff.enter(page)
    for place in staff.places(page):
        tour.visit(place)
        tour.visit(*pages_behind(page))
    person, product = f"/admin/support/people/{typed.user_id}", typed.product_id
    tour.visit(person, f"{person}/access", f"/admin/products/{product}/edit")
    tour.visit(f"/admin/files/{product}", f"/admin/orders/{typed.number}")
    tour.visit(*(f"/admin/support/?q={quote(text)}" for text in TEXTS))
    assert tour.showing > len(TEXTS) + 10


def test_m06_in_mails(window: Window, typed: Typed) -> None:
    """As a reader shows them that has no policy of ours."""
    page, showing = window.page, 0
    for mail in typed.house.mails():
        body = mail.get_body(("html",))
        assert body
        page.set_content(body.get_content())
        assert not ran(page), mail["Subject"]
        showing += RUN in page.content()
    assert showing


@pytest.mark.parametrize("polyglot", POLYGLOTS)
def test_each_runs_where_a_page_has_a_hole(chromium: Browser, polyglot: str) -> None:
    """Negative control."""
    page = chromium.new_page()
    filled = [hole.replace("{}", polyglot) for hole in HOLES]
    assert any(runs(page, text, within) for within in (0, 1) for text in filled)
    page.close()


def runs(page: Page, text: str, within: float) -> bool:
    """Some run at once, others when they come into view."""
    page.goto("about:blank")
    page.set_content(text)
    return eventually(lambda: ran(page), within)
