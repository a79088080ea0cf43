"""Somebody who buys, by the JSON API."""

from typing import Any

from shop.demo.people import Person
from shop.demo.visitor import Visitor
from shop.demo.wares import Ware, price_of

VISA = "pm_card_visa"
MASTERCARD = "pm_card_mastercard"
NO_FUNDS = "pm_card_chargeDeclinedInsufficientFunds"
DISPUTED = "pm_card_createDisputeProductNotReceived"
SESSIONS = "/api/checkout-sessions"


class Buyer(Visitor):
    def __init__(self, base_url: str, person: Person, visit: int, currency: str = "EUR") -> None:
        super().__init__(base_url)
        self.person, self.email, self._currency = person, person.email(visit), currency

    def choose(self, *wares: Ware) -> None:
        for ware in wares:
            item = {"price_id": price_of(self, ware, self._currency), "quantity": ware.quantity}
            self.call("POST", "/api/cart/items", item)

    def check_out(self) -> str:
        """As far as the payment; where the session is."""
        session = f"{SESSIONS}/{self.call('POST', SESSIONS, {})['id']}"
        contact = {"email": self.email, "name": self.person.name}
        self.call("PUT", f"{session}/contact", contact)
        filled = self.call("PUT", f"{session}/address", {"billing": self.person.address})
        if filled["next_step"] == "delivery":
            method = filled["delivery_options"][0]["method_id"]
            self.call("PUT", f"{session}/delivery", {"method_id": method})
        return session

    def pay(self, session: str, card: str = VISA) -> Any:
        """The order; its number is for staff, its token for the buyer.

        :raises Declined: with the bank's words.
        """
        self.call("PUT", f"{session}/payment", {})
        paid = self.call("POST", f"{session}/confirm", {"payment_method": card})
        return self.call("GET", f"/api/orders/{paid['order']['token']}")

    def buy(self, *wares: Ware, card: str = VISA) -> Any:
        self.choose(*wares)
        return self.pay(self.check_out(), card)

    def subscribe(self, ware: Ware, interval: str) -> None:
        """On Stripe's page."""
        price_id = price_of(self, ware, self._currency, interval)
        started = self.call("POST", "/api/subscriptions", {"price_id": price_id})
        card = {"cc_number": "4242424242424242", "cc_exp": "12 / 40", "cc_csc": "123"}
        self.pay_by_form(started["url"], **card, cc_name=self.person.name)
