"""What somebody is about to subscribe to, in words and amounts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from shop import config, money
from shop.billing.subscriptions import plans
from shop.billing.subscriptions.starting import Wish
from shop.catalog.models import Kind, Price
from shop.catalog.shelf import product_url
from shop.db import utcnow
from shop.web import show_date


@dataclass(frozen=True)
class PlanCard:
    url: str
    title: str
    rate: str
    note: str
    is_chosen: bool


@dataclass(frozen=True)
class SlipLine:
    title: str
    note: str
    quantity: int
    amount_label: str


@dataclass(frozen=True)
class Review:
    wish: Wish
    cards: list[PlanCard]
    now: datetime

    @property
    def price(self) -> Price:
        return self.wish.price

    @property
    def quantity(self) -> int:
        return self.wish.quantity

    @property
    def name(self) -> str:
        return plans.name_of(self.price)

    @property
    def product_url(self) -> str:
        return product_url(self.price.variant.product.slug)

    @property
    def here(self) -> str:
        return address(self.price.id, self.quantity)

    @property
    def counted(self) -> str:
        """What the number counts."""
        is_license = self.price.variant.product.kind is Kind.LICENSE
        return "Seats" if is_license else "Quantity"

    @property
    def amount(self) -> str:
        return money.show(self.price.unit_amount * self.quantity, self.price.currency)

    @property
    def due(self) -> str:
        return money.show(0, self.price.currency) if self.wish.trial_days else self.amount

    @property
    def trial_end(self) -> datetime | None:
        days = self.wish.trial_days
        return self.now + timedelta(days=days) if days else None

    @property
    def first_renewal(self) -> datetime:
        return self.trial_end or plans.renewal(self.price, self.now)

    @property
    def lines(self) -> list[SlipLine]:
        note = "Tax is included." if config.current().prices_include_tax else ""
        return [SlipLine(self.name, note, self.quantity, self.amount)]

    @property
    def rows(self) -> list[tuple[str, str]]:
        rows = [(f"From {show_date(self.first_renewal)}", plans.rate(self.price, self.quantity))]
        if self.trial_end:
            rows.insert(0, ("Free until", show_date(self.trial_end)))
        return rows

    @property
    def terms(self) -> str:
        """What is agreed to with the button."""
        rhythm = plans.rhythm(self.price)
        renews = f"{self.name} renews {rhythm} at {self.amount} until you cancel."
        if not self.trial_end:
            return f"{renews} You can cancel at any time; access lasts to the end of what is paid."
        day = show_date(self.trial_end)
        return f"Free until {day}. Then {renews} Cancel before {day} and nothing is charged."

    @property
    def had_trial(self) -> bool:
        return bool(self.price.trial_days and not self.wish.trial_days)


def of(wish: Wish) -> Review:
    price = wish.price
    offered = plans.of_product(price.variant.product_id, price.currency)
    cards = [
        PlanCard(
            url=address(plan.id, wish.quantity),
            title=plan.variant.title or plan.variant.product.title,
            rate=plans.rate(plan),
            note=_note(plan, has_trial=not wish.price.trial_days or bool(wish.trial_days)),
            is_chosen=plan.id == price.id,
        )
        for plan in offered
    ]
    return Review(wish, cards, utcnow())


def address(price_id: int, quantity: int) -> str:
    """Of the page that shows this choice; also where a sign-in leads back to."""
    return f"/subscribe/{price_id}?{urlencode({'quantity': quantity})}"


def _note(plan: Price, *, has_trial: bool) -> str:
    return f"{plan.trial_days} days free" if plan.trial_days and has_trial else ""
