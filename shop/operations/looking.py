"""What the back office shows of the shop's health."""

from collections.abc import Iterator
from itertools import groupby

from shop import db
from shop.admin.events.health import Broken, PartState
from shop.operations.health import PARTS, Part
from shop.operations.invariants import RULES, violations


def parts() -> Iterator[PartState]:
    """Each part, asked now."""
    return (PartState(part.name, _problem(part), part.cure) for part in PARTS)


def _problem(part: Part) -> str:
    try:
        part.check()
    except Exception as error:  # noqa: BLE001  whatever it is, the part is down
        db.rollback()
        return str(error) or type(error).__name__
    return ""


def broken_rules() -> Iterator[Broken]:
    """The rules that rows break, with these rows. Asks Stripe."""
    sentences = {rule.code: rule.sentence for rule in RULES}
    for code, found in groupby(violations(), key=lambda violation: violation.code):
        yield Broken(code, sentences[code], tuple(violation.what for violation in found))
