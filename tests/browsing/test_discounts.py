"""A code is typed where people look for it, on a phone without scripts and on a desk with them."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.purchase import (
    GOOD,
    check_out,
    fill_cart,
    mail_to,
    pay_hosted,
    wait_for_order,
)
from tests.browsing.window import DESKTOP, PHONE

pytestmark = pytest.mark.browser


def apply_code(page: Page, code: str) -> Locator:
    """The field, as it is afterwards."""
    field = page.get_by_label("Discount code")
    if not field.is_visible():
        page.locator("summary", has_text="iscount code").click()
    field.fill(code)
    page.get_by_role("button", name="Apply").click()
    return field


@pytest.mark.parametrize(("width", "scripts"), [(PHONE, False), (DESKTOP, True)])
def test_a_code_from_cart_to_mail(
    open_window: OpenWindow,
    width: int,
    scripts: bool,  # noqa: FBT001  the case gives it
) -> None:
    window = open_window(width, scripts=scripts)
    window.expected.add(422)
    window.house.shop("discounts", "create", "Spring sale", "--percent", "10", "--code", "SPRING10")
    page, email = window.page, f"spring{width}@example.org"
    fill_cart(page)
    field = apply_code(page, "SPRING11")
    expect(field).to_have_value("SPRING11")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#code-error")).to_contain_text("We do not know this code.")
    apply_code(page, "spring-1o")
    expect(page.locator(".slip")).to_contain_text("Discount, SPRING10")
    page.get_by_role("button", name="Remove discount code").click()
    expect(page.locator(".slip")).not_to_contain_text("Discount")

    check_out(page, email)
    apply_code(page, "SPRING 10")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look it over and pay")
    expect(page.locator(".slip")).to_contain_text("Discount, SPRING10")
    page.get_by_role("button", name="Pay on Stripe").click()
    pay_hosted(page, GOOD)
    page.wait_for_url(f"{window.house.base_url}/orders/*")
    wait_for_order(page, "Paid")
    expect(page.locator(".slip")).to_contain_text("Discount, SPRING10")
    mail = mail_to(window.house, email).get_body(("plain",))
    assert mail
    assert "Discount, SPRING10: -€" in mail.get_content()
