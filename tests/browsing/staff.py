"""Somebody who works in the shop, at the door of the back office."""

from playwright.sync_api import Page, expect

PASSWORD = "keystall-demo"


def enter(page: Page, role: str = "admin") -> None:
    """Sign in as the demo account of this role and open the back office."""
    page.goto("/sign-in?next=/admin/")
    page.get_by_label("E-mail").fill(f"{role}@keystall.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Back office")).to_be_visible()


def places(page: Page) -> list[str]:
    """The addresses of the menu."""
    menu = page.get_by_role("navigation", name="Back office").get_by_role("link")
    return [str(link.get_attribute("href")) for link in menu.all()]
