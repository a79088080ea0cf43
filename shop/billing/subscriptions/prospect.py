"""A change of the plan in words: what it costs, when, and what becomes of the devices."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from shop import money
from shop.billing.subscriptions import plans, portal
from shop.billing.subscriptions.changes import Change
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.billing.subscriptions.review import PlanCard, SlipLine
from shop.catalog.models import Kind, Price
from shop.web import show_date


@dataclass(frozen=True)
class Prospect:
    row: Subscription
    offered: Sequence[Price]
    price: Price
    quantity: int
    change: Change | None
    """None while the present plan is chosen, or when Stripe does not answer."""

    @property
    def url(self) -> str:
        return f"{portal.PAGES}/{self.row.token}"

    @property
    def title(self) -> str:
        return self.row.product.title

    @property
    def name(self) -> str:
        return plans.title_of(self.price, self.quantity)

    @property
    def is_present(self) -> bool:
        return (self.price.id, self.quantity) == (self.row.price_id, self.row.quantity)

    @property
    def counted(self) -> str:
        return "Seats" if self.row.product.kind is Kind.LICENSE else "Quantity"

    @property
    def cards(self) -> list[PlanCard]:
        return [
            PlanCard(
                url=f"{self.url}/plan?"
                + urlencode({"price_id": price.id, "quantity": self.quantity}),
                title=price.variant.title or self.title,
                rate=plans.rate(price),
                note="Your plan now" if price.id == self.row.price_id else "",
                is_chosen=price.id == self.price.id,
            )
            for price in self.offered
        ]

    @property
    def lines(self) -> list[SlipLine]:
        change = self.change
        if change is None:
            return []
        return [SlipLine(line.title, "", 1, self._money(line.amount)) for line in change.lines]

    @property
    def rows(self) -> list[tuple[str, str]]:
        change = self.change
        if change is None or change.next_charge is None:
            return []
        rate = plans.rate(self.price, self.quantity)
        less = " less your discount" if self.row.is_discounted else ""
        return [(f"From {show_date(change.next_charge)}", f"{rate}{less}")]

    @property
    def total(self) -> tuple[str, str]:
        due = self.change.due if self.change else 0
        if due < 0:
            return "Credit for your next invoices", self._money(-due)
        return "Due now", self._money(due)

    @property
    def when(self) -> str:
        change, row = self.change, self.row
        if change is None:
            return ""
        if change.waits and change.next_charge:
            day = show_date(change.next_charge)
            return f"It takes effect on {day}. Until then everything stays as it is."
        if row.status is SubscriptionStatus.TRIALING:
            return "It takes effect now. Your trial goes on, and nothing is charged before its end."
        return "It takes effect now, and the difference for the rest of the period is charged now."

    @property
    def effect(self) -> str:
        """On the devices; empty where there is none to speak of."""
        change = self.change
        if change is None or self.row.product.kind is not Kind.LICENSE:
            return ""
        limit = change.machine_limit
        if limit is None:
            return "As many devices as you like can use it."
        used = f"{change.machines} {'device uses' if change.machines == 1 else 'devices use'} it"
        if change.leaves_too_few:
            return (
                f"{used}, the new plan allows {limit}: none is signed out, "
                "but no new one gets in until there is a free seat."
            )
        return f"{limit} {'device' if limit == 1 else 'devices'} can use it; {used} now."

    def _money(self, amount: int) -> str:
        return money.show(amount, self.price.currency)
