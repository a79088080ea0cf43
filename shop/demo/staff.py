"""Somebody who works in the back office, by its pages."""

from datetime import timedelta
from typing import Any

from shop.accounts.demo import PASSWORD, PEOPLE
from shop.accounts.models import Role
from shop.db import utcnow
from shop.demo.forms import forms_of
from shop.demo.people import Person
from shop.demo.visitor import Visitor
from shop.demo.wares import Ware, price_of

WAIT = timedelta(days=12)


class Staff(Visitor):
    def __init__(self, base_url: str) -> None:
        super().__init__(base_url)
        email, _name = PEOPLE[Role.ADMIN]
        self.sign_in(email, PASSWORD)

    def ship(self, order: Any, carrier: str, number: str) -> None:
        page = f"/admin/orders/{order['number']}/delivery"
        says = "The parcel is on its way."
        self.fill(page, "/delivery", says=says, act="ship", carrier=carrier, number=number)

    def deliver(self, order: Any) -> None:
        """The only parcel of the order."""
        page = f"/admin/orders/{order['number']}/delivery"
        self.fill(page, r"/delivery/\d+", says="The parcel has arrived.", act="deliver")

    def wait_for(self, order: Any, reason: str) -> None:
        """For the only line of the order."""
        page, until = f"/admin/orders/{order['number']}/wait", utcnow().date() + WAIT
        says = "It waits, and the buyer gets a mail."
        self.fill(page, "/wait", says=says, until=str(until), reason=reason)

    def refund(self, order: Any, amount: str, reason: str) -> None:
        """By the form, and the preview behind it."""
        page = f"/admin/orders/{order['number']}/refund"
        preview = self.fill(page, "/refund", how="parts", amount=amount, reason=reason)
        for form in forms_of(preview.text):
            if "confirmed" in form.values:
                self.submit(preview.url, form, says="will be returned")

    def note(self, order: Any, text: str) -> None:
        page = f"/admin/orders/{order['number']}"
        self.fill(page, "/notes", says="Noted.", text=text)

    def draft(self, person: Person, visit: int, *wares: Ware) -> None:
        """With its link in a mail."""
        buyer = {"email": person.email(visit), "name": person.name}
        page = self.fill("/admin/drafts/new/", "/new/", currency="EUR", **buyer).url
        for ware in wares:
            chosen = {"price_id": price_of(self, ware, "EUR"), "quantity": ware.quantity}
            typed = {name: str(value) for name, value in chosen.items()}
            self.fill(f"{page}?q={ware.sku}", "/lines", says="added", **typed)
        self.fill(page, "/link", says="The link is sent")
