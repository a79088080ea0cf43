"""Test cards and test bank accounts, and what each does."""

from dataclasses import dataclass
from typing import Literal

from stripe_sandbox.errors import InvalidCard, InvalidRequest, Json

Authentication = Literal["never", "unless_saved", "always"]

MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "expired_card": "Your card has expired.",
    "generic_decline": "Your card was declined.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "stolen_card": "Your card was declined.",
}
# These are error codes themselves; every other decline has the code card_declined.
OWN_CODES = {"authentication_required", "expired_card", "incorrect_cvc", "processing_error"}


@dataclass(frozen=True)
class Card:
    number: str
    brand: str = "visa"
    decline: str | None = None
    attaches: bool = True
    authentication: Authentication = "never"
    refund: Literal["succeeds", "fails_later", "pends"] = "succeeds"
    dispute: Literal["fraudulent", "product_not_received", "inquiry"] | None = None
    bypasses_pending: bool = False
    tokens: tuple[str, ...] = ()


CARDS = (
    Card("4242424242424242", tokens=("pm_card_visa", "tok_visa")),
    Card("4000056655665556", tokens=("pm_card_visa_debit",)),
    Card("5555555555554444", "mastercard", tokens=("pm_card_mastercard",)),
    Card("378282246310005", "amex", tokens=("pm_card_amex",)),
    Card(
        "4000000000000002",
        decline="generic_decline",
        attaches=False,
        tokens=("pm_card_chargeDeclined", "pm_card_visa_chargeDeclined"),
    ),
    Card(
        "4000000000009995",
        decline="insufficient_funds",
        attaches=False,
        tokens=(
            "pm_card_chargeDeclinedInsufficientFunds",
            "pm_card_visa_chargeDeclinedInsufficientFunds",
        ),
    ),
    Card(
        "4000000000009987",
        decline="lost_card",
        attaches=False,
        tokens=("pm_card_visa_chargeDeclinedLostCard",),
    ),
    Card(
        "4000000000009979",
        decline="stolen_card",
        attaches=False,
        tokens=("pm_card_visa_chargeDeclinedStolenCard",),
    ),
    Card(
        "4000000000000069",
        decline="expired_card",
        attaches=False,
        tokens=("pm_card_chargeDeclinedExpiredCard",),
    ),
    Card(
        "4000000000000127",
        decline="incorrect_cvc",
        attaches=False,
        tokens=("pm_card_chargeDeclinedIncorrectCvc",),
    ),
    Card(
        "4000000000000119",
        decline="processing_error",
        attaches=False,
        tokens=("pm_card_chargeDeclinedProcessingError",),
    ),
    Card("4000000000000341", decline="generic_decline", tokens=("pm_card_chargeCustomerFail",)),
    Card(
        "4000002500003155",
        authentication="unless_saved",
        tokens=("pm_card_authenticationRequiredOnSetup",),
    ),
    Card(
        "4000002760003184",
        authentication="always",
        tokens=(
            "pm_card_authenticationRequired",
            "pm_card_threeDSecure2Required",
            "pm_card_threeDSecureRequired",
        ),
    ),
    Card(
        "4000008400001629",
        decline="generic_decline",
        authentication="always",
        tokens=("pm_card_threeDSecureRequiredChargeDeclined",),
    ),
    Card("4000000000005126", refund="fails_later", tokens=("pm_card_refundFail",)),
    Card("4000000000007726", refund="pends", tokens=("pm_card_pendingRefund",)),
    Card("4000000000000259", dispute="fraudulent", tokens=("pm_card_createDispute",)),
    Card(
        "4000000000002685",
        dispute="product_not_received",
        tokens=("pm_card_createDisputeProductNotReceived",),
    ),
    Card("4000000000001976", dispute="inquiry", tokens=("pm_card_createDisputeInquiry",)),
    Card("4000000000000077", bypasses_pending=True, tokens=("pm_card_bypassPending",)),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_TOKEN = {token: card for card in CARDS for token in card.tokens}


@dataclass(frozen=True)
class BankAccount:
    """A direct debit: processing first, days later success or failure."""

    type: Literal["sepa_debit", "us_bank_account"]
    number: str
    settles: bool = True


BANK_ACCOUNTS = (
    BankAccount("sepa_debit", "DE89370400440532013000"),
    BankAccount("sepa_debit", "AT611904300234573201"),
    BankAccount("sepa_debit", "AT861904300235473202", settles=False),
    BankAccount("sepa_debit", "DE62370400440532013001", settles=False),
    BankAccount("us_bank_account", "000123456789"),
    BankAccount("us_bank_account", "000111111113", settles=False),
    BankAccount("us_bank_account", "000222222227", settles=False),
)
BANK_BY_NUMBER = {account.number: account for account in BANK_ACCOUNTS}
BANK_TYPE_OF = {"eur": "sepa_debit", "usd": "us_bank_account"}


def find_card(number: str) -> Card:
    """Raises InvalidCard, as Stripe does for real cards in test mode, for other numbers."""
    digits = "".join(filter(str.isdigit, number))
    card = BY_NUMBER.get(digits)
    if card:
        return card
    if len(digits) < 12 or not passes_luhn(digits):
        raise incorrect_number()
    raise InvalidCard(
        "Your card was declined. Your request was in test mode, but used a non test card. For a "
        "list of valid test cards, visit: https://stripe.com/docs/testing.",
        code="card_declined",
        decline_code="test_mode_live_card",
        param="number",
    )


def incorrect_number() -> InvalidCard:
    return InvalidCard("Your card number is incorrect.", code="incorrect_number", param="number")


def passes_luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def find_bank_account(kind: str, number: str) -> BankAccount:
    account = BANK_BY_NUMBER.get(number.replace(" ", "").upper())
    if account is None or account.type != kind:
        raise InvalidRequest(
            f"The account number {number[:4]}… is not a test account of this sandbox.",
            param=kind,
            code="incorrect_number",
        )
    return account


def declined(decline: str) -> InvalidCard:
    error = decline_error(decline)
    return InvalidCard(error["message"], code=error["code"], decline_code=decline)


def decline_error(decline: str) -> Json:
    """The hash that `last_payment_error` and the answer's `error` share."""
    is_own = decline in OWN_CODES
    return {
        "type": "card_error",
        "code": decline if is_own else "card_declined",
        "decline_code": decline,
        "message": MESSAGES[decline],
    }
