"""What a buyer types into the hosted page, and what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stripe_sandbox.errors import Json, StripeError
from stripe_sandbox.hosted import address_form
from stripe_sandbox.payments.cards import BANK_TYPE_OF
from stripe_sandbox.payments.checkout import Buyer

REQUIRED = {
    "card": {
        "number": "Your card number is incomplete.",
        "expiry": "Your card's expiration date is incomplete.",
        "cvc": "Your card's security code is incomplete.",
        "name": "Enter the name on your card.",
    },
    "sepa_debit": {"iban": "Enter your IBAN.", "name": "Enter the account holder's name."},
    "us_bank_account": {
        "account_number": "Enter your account number.",
        "name": "Enter the account holder's name.",
    },
}
# Where an error of a charge belongs; every other one belongs above the button.
FIELD_OF = {
    "incorrect_number": "number",
    "card_declined": "number",
    "expired_card": "expiry",
    "invalid_expiry_year": "expiry",
    "invalid_expiry_month": "expiry",
    "incorrect_cvc": "cvc",
}


@dataclass
class PaymentForm:
    values: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.values.get("method", "card")

    @property
    def buyer(self) -> Buyer:
        return Buyer(
            email=self.values.get("email", "").strip(),
            name=self.values.get("name", "").strip(),
            address=address_form.address(self.values),
            shipping=address_form.shipping(self.values),
        )

    def validate(self, *, needs_method: bool = True) -> bool:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", self.buyer.email):
            self.errors["email"] = "Enter a valid email address."
        if not needs_method:
            return not self.errors
        for name, message in REQUIRED.get(self.method, {}).items():
            if not self.values.get(name, "").strip():
                self.errors[name] = message
        if self.method == "card" and "expiry" not in self.errors and not self._expiry():
            self.errors["expiry"] = "Enter the date as MM / YY."
        return not self.errors

    def payment_method(self) -> Json:
        """Parameters of the payment method; call it on a valid form."""
        if self.method == "card":
            month, year = self._expiry() or (0, 0)
            number, cvc = self.values["number"], self.values["cvc"]
            card = {"number": number, "cvc": cvc, "exp_month": month, "exp_year": year}
            return {"type": "card", "card": card}
        key = "iban" if self.method == "sepa_debit" else "account_number"
        return {"type": self.method, self.method: {key: self.values[key]}}

    def refuse(self, declined: StripeError) -> None:
        """Show the refusal beside the field that it is about."""
        name = FIELD_OF.get(str(declined.details.get("code")), "form")
        self.errors[name] = declined.message

    def _expiry(self) -> tuple[int, int] | None:
        found = re.fullmatch(r"\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*", self.values.get("expiry", ""))
        return (int(found[1]), 2000 + int(found[2]) % 100) if found else None


def delayed_method(currency: str) -> str | None:
    return BANK_TYPE_OF.get(currency)
