"""One box for everything that somebody may have in hand: what was typed says by its shape what."""

from collections.abc import Callable, Iterable
from itertools import islice

from shop.admin.support import at_stripe, cards, exact, loose, matches, shapes
from shop.admin.support.matches import Found, Match

EXACT: tuple[Callable[[str], Iterable[Match]], ...] = (
    exact.by_number,
    exact.by_key,
    exact.by_token,
)
"""What one of these finds, nothing else can mean."""
LOOSE: tuple[Callable[[str], Iterable[Match]], ...] = (
    cards.by_card,
    loose.by_key_end,
    loose.by_device,
    loose.by_name,
    loose.by_email,
)
ENOUGH = 400


def find(typed: str) -> list[Found]:
    """The people whom it fits, at most `matches.MOST`."""
    text = shapes.tidy(typed)
    return matches.people(islice(_matches(text), ENOUGH)) if text else []


def _matches(text: str) -> Iterable[Match]:
    if shapes.is_stripe_id(text):
        yield from at_stripe.by_stripe_id(text)
        return
    if "@" in text:
        yield from loose.by_email(text)
        return
    named = [match for finder in EXACT for match in finder(text)]
    yield from named
    if not named:
        for finder in LOOSE:
            yield from finder(text)
