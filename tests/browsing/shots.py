"""`python -m tests.browsing.shots`: the pictures of the README, from a shop that it starts."""

import io
import re
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from shop.accounts.demo import PASSWORD, PEOPLE
from shop.accounts.models import Role
from shop.demo.people import INES
from tests.browsing.chromium import QUIET, program
from tests.browsing.purchase import (
    GOOD,
    add,
    check_out,
    fill_cart,
    type_card,
    wait_for_order,
)
from tests.browsing.window import DESKTOP, PHONE, Window
from tests.reliability import chaos
from tests.servers.house import House

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
COLORS = 128


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, House(Path(folder)) as house:
        house.shop("seed").check_returncode()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program(), args=QUIET)
            shoot_shelves(Window(browser, house).page)
            shoot_purchase(Window(browser, house))
            shoot_phone(browser, house)
            house.shop("demo").check_returncode()
            chaos.drain(house)
            shoot_office(Window(browser, house).page)
            browser.close()


def shoot_shelves(page: Page) -> None:
    page.goto("/")
    shoot(page, "home", height=1120)
    page.goto("/products")
    shoot(page, "products", height=1060)


def shoot_purchase(window: Window) -> None:
    page = window.page
    fill_cart(page)
    check_out(page, "mara@example.org")
    page.get_by_role("button", name="Pay by card here").click()
    type_card(window, GOOD)
    shoot(page, "payment", height=1080)
    page.emulate_media(color_scheme="dark")
    page.get_by_role("button", name=re.compile("^Pay €")).click()
    wait_for_order(page, "Paid")
    shoot(page, "order")


def shoot_phone(browser: Browser, house: House) -> None:
    """Three of its pages side by side."""
    page = Window(browser, house, PHONE).page
    page.goto("/products/gantry-lamp")
    pictures = [picture(page)]
    add(page, "Chalk")
    pictures.append(picture(page))
    page.goto("/categories/software")
    pictures.append(picture(page))
    joined = Image.new("RGB", (PHONE * 3 + 40, pictures[0].height), "white")
    for number, one in enumerate(pictures):
        joined.paste(one, (number * (PHONE + 20), 0))
    save(joined, "phone")


def shoot_office(page: Page) -> None:
    """With what the made-up customers of the demo have bought."""
    email, _name = PEOPLE[Role.ADMIN]
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/admin/")
    shoot(page, "dashboard", height=1080)
    page.goto("/admin/orders/?tab=hand")
    page.get_by_role("link", name=re.compile("^K-")).first.click()
    shoot(page, "office-order", height=1080)
    page.emulate_media(color_scheme="dark")
    page.goto("/admin/customers/")
    page.get_by_role("link", name=INES.email(1)).click()
    shoot(page, "support", height=1080)


def shoot(page: Page, name: str, height: int = 860) -> None:
    page.set_viewport_size({"width": DESKTOP, "height": height})
    save(picture(page), name)


def picture(page: Page) -> Image.Image:
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_load_state("networkidle")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save(image: Image.Image, name: str) -> None:
    """Small: few colors, and no dots that stand in for the others."""
    few = image.quantize(COLORS, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
