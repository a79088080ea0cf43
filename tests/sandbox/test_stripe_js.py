from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe
from playwright.sync_api import Browser, FrameLocator, Page, expect

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.shop_page import ShopPage

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(sandbox: StripeSandbox) -> Iterator[ShopPage]:
    with ShopPage(sandbox.url) as shop:
        yield shop


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Fails the test when the page breaks its policy or a script of it fails."""
    complaints: list[str] = []
    page = chromium.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.extend([line.text] * ("Policy" in line.text)))
    yield page
    page.close()
    assert not complaints


@pytest.fixture
def intent(v1: stripe.V1Services) -> stripe.PaymentIntent:
    return v1.payment_intents.create({"amount": 1200, "currency": "eur"})


def open_shop(page: Page, shop: ShopPage, query: str) -> FrameLocator:
    page.goto(f"{shop.url}/?{query}")
    expect(page.locator("#result")).to_have_text("ready")
    return page.frame_locator("#payment iframe")


def type_card(frame: FrameLocator, number: str) -> None:
    frame.locator("#number").press_sequentially(number)
    frame.locator("#expiry").press_sequentially("1234")
    frame.locator("#cvc").press_sequentially("123")


def test_paying_returns_with_the_outcome(
    page: Page, shop: ShopPage, v1: stripe.V1Services, intent: stripe.PaymentIntent
) -> None:
    frame = open_shop(page, shop, f"secret={intent.client_secret}")
    type_card(frame, "4242424242424242")
    expect(frame.locator("#number")).to_have_value("4242 4242 4242 4242")
    expect(page).to_have_title("complete")
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/return?**")

    query = parse_qs(urlsplit(page.url).query)
    assert query == {
        "order": ["1"],
        "payment_intent": [intent.id],
        "payment_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    assert v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_staying_on_the_page_if_no_redirect_is_needed(
    page: Page, shop: ShopPage, intent: stripe.PaymentIntent
) -> None:
    frame = open_shop(page, shop, f"secret={intent.client_secret}&redirect=if_required")
    type_card(frame, "4242424242424242")
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("#result")).to_have_text("succeeded")


def test_a_decline_is_shown_in_the_frame_and_told_to_the_page(
    page: Page, shop: ShopPage, intent: stripe.PaymentIntent
) -> None:
    frame = open_shop(page, shop, f"secret={intent.client_secret}")
    type_card(frame, "4000000000009995")
    page.get_by_role("button", name="Pay").click()

    expect(page.locator("#result")).to_have_text("insufficient_funds")
    expect(frame.get_by_role("alert")).to_have_text("Your card has insufficient funds.")


def test_incomplete_fields_are_refused_before_anything_is_sent(
    page: Page, shop: ShopPage, intent: stripe.PaymentIntent, sandbox: StripeSandbox
) -> None:
    frame = open_shop(page, shop, f"secret={intent.client_secret}")
    frame.locator("#number").fill("4242")
    page.get_by_role("button", name="Pay").click()

    expect(page.locator("#result")).to_have_text("incomplete_number")
    assert not [r for r in sandbox.requests() if r["path"] == "/v1/payment_methods"]


@pytest.mark.parametrize(
    ("button", "status", "redirect_status"),
    [("Complete", "succeeded", "succeeded"), ("Fail", "requires_payment_method", "failed")],
)
def test_3d_secure_leads_to_the_bank_and_back(
    page: Page,
    shop: ShopPage,
    v1: stripe.V1Services,
    intent: stripe.PaymentIntent,
    *,
    button: str,
    status: str,
    redirect_status: str,
) -> None:
    frame = open_shop(page, shop, f"secret={intent.client_secret}&redirect=if_required")
    type_card(frame, "4000002760003184")
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/3ds/**")
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/return?**")

    assert parse_qs(urlsplit(page.url).query)["redirect_status"] == [redirect_status]
    assert v1.payment_intents.retrieve(intent.id).status == status


def test_3d_secure_without_a_return_url_stays_on_the_page(
    page: Page, shop: ShopPage, intent: stripe.PaymentIntent
) -> None:
    query = f"secret={intent.client_secret}&redirect=if_required&stay=1"
    frame = open_shop(page, shop, query)
    type_card(frame, "4000002760003184")
    page.get_by_role("button", name="Pay").click()
    bank = page.frame_locator("iframe[name=stripe-challenge-frame]")
    bank.get_by_role("button", name="Complete").click()

    expect(page.locator("#result")).to_have_text("succeeded")


@pytest.fixture
def setup(v1: stripe.V1Services) -> stripe.SetupIntent:
    return v1.setup_intents.create({"customer": v1.customers.create().id})


def test_a_card_is_saved(
    page: Page, shop: ShopPage, v1: stripe.V1Services, setup: stripe.SetupIntent
) -> None:
    frame = open_shop(page, shop, f"secret={setup.client_secret}&redirect=if_required")
    type_card(frame, "4242424242424242")
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("#result")).to_have_text("succeeded")
    assert len(v1.customers.payment_methods.list(str(setup.customer)).data) == 1


def test_saving_a_card_may_lead_to_the_bank(
    page: Page, shop: ShopPage, setup: stripe.SetupIntent
) -> None:
    frame = open_shop(page, shop, f"secret={setup.client_secret}")
    type_card(frame, "4000002500003155")
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/3ds/**")
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url("**/return?**")
    query = parse_qs(urlsplit(page.url).query)
    assert query["setup_intent"] == [setup.id]
    assert query["redirect_status"] == ["succeeded"]


def test_a_confirmation_token_pays_on_the_server(
    page: Page, shop: ShopPage, v1: stripe.V1Services, intent: stripe.PaymentIntent
) -> None:
    frame = open_shop(page, shop, "deferred=1")
    type_card(frame, "4242424242424242")
    page.get_by_role("button", name="Pay").click()
    expect(page.locator("#result")).to_contain_text("ctoken_")

    token = page.locator("#result").text_content() or ""
    paid = v1.payment_intents.confirm(intent.id, {"confirmation_token": token})
    assert paid.status == "succeeded"


def test_a_bank_debit_is_processed(
    page: Page, shop: ShopPage, intent: stripe.PaymentIntent
) -> None:
    frame = open_shop(page, shop, f"secret={intent.client_secret}&redirect=if_required")
    frame.get_by_label("Bank debit").check()
    frame.locator("#iban").fill("DE89370400440532013000")
    page.get_by_role("button", name="Pay").click()

    expect(page.locator("#result")).to_have_text("processing")
