"""Steps are data: what the session still lacks is the next one, so none can be skipped."""

from collections.abc import Callable
from dataclasses import dataclass

from shop.checkout import delivery
from shop.checkout.models import LIVE, CheckoutSession, CheckoutStatus
from shop.checkout.quotes import Quote
from shop.errors import ShopError

CONFIRMATION = "confirmation"


class StepMissing(ShopError):
    title = "One step before that"

    def __init__(self, next_step: str) -> None:
        super().__init__(
            f"The checkout is not that far yet. The next step is {next_step}.",
            next_step=[next_step],
        )
        self.next_step = next_step


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    lacks: Callable[[CheckoutSession, Quote], bool]


def _lacks_address(checkout: CheckoutSession, quote: Quote) -> bool:
    lacks_shipping = quote.needs_delivery and checkout.shipping_address is None
    return checkout.billing_address is None or lacks_shipping


def _lacks_delivery(checkout: CheckoutSession, quote: Quote) -> bool:
    chosen = delivery.chosen(quote.options, checkout.delivery_method_id)
    return quote.needs_delivery and chosen is None


STEPS = (
    Step("contact", "Contact", lambda checkout, _quote: not checkout.email),
    Step("address", "Address", _lacks_address),
    Step("delivery", "Delivery", _lacks_delivery),
    Step("payment", "Payment", lambda checkout, _quote: checkout.status is CheckoutStatus.OPEN),
)
NAMES = tuple(step.name for step in STEPS)


def next_step(checkout: CheckoutSession, quote: Quote) -> str | None:
    """None when the session came to its end, whichever."""
    if checkout.status not in LIVE:
        return None
    if checkout.is_awaiting_payment:
        return CONFIRMATION
    return next((step.name for step in STEPS if step.lacks(checkout, quote)), CONFIRMATION)


def require(name: str, checkout: CheckoutSession, quote: Quote) -> None:
    """:raises StepMissing: when an earlier step has to be done first."""
    missing = first_before(name, checkout, quote)
    if missing:
        raise StepMissing(missing)


def first_before(name: str, checkout: CheckoutSession, quote: Quote) -> str | None:
    """The first step before this one that is still to be done."""
    earlier = STEPS[: NAMES.index(name)]
    return next((step.name for step in earlier if step.lacks(checkout, quote)), None)


def progress(current: str, quote: Quote) -> list[tuple[str, str, str]]:
    """(title, name, state) of what this cart has to pass, for the line of steps."""
    shown = [step for step in STEPS if step.name != "delivery" or quote.needs_delivery]
    at = next(i for i, step in enumerate(shown) if step.name == current)
    states = ["done" if i < at else "current" if i == at else "todo" for i in range(len(shown))]
    return [(step.title, step.name, state) for step, state in zip(shown, states, strict=True)]
