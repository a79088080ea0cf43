"""What must hold between the shop's books and Stripe's, whatever crashed on the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, text

from shop.db import UtcDateTime, db, utcnow
from shop.operations.invariants import (
    access,
    at_stripe,
    discounts,
    goods,
    handling,
    money,
    papers,
    work,
)
from shop.operations.invariants.at_stripe import Books
from shop.operations.invariants.rule import Rule
from shop.orders.models import MONEY_IN

RULES = sorted(
    (
        *(*money.RULES, *goods.RULES, *access.RULES, *work.RULES, *papers.RULES),
        *(*discounts.RULES, *handling.RULES),
    ),
    key=lambda rule: rule.code,
)
WINDOW = timedelta(days=1)


@dataclass(frozen=True)
class Violation:
    """A row that breaks a rule; `what` names it and shows the numbers that disagree."""

    code: str
    what: str


def violations(window: timedelta = WINDOW) -> list[Violation]:
    """Every row that breaks a rule now. Commits, because it asks Stripe.

    What is under way may break a rule for a moment; ask again.

    :param window: how far back our books are compared with Stripe's.
    """
    books = at_stripe.read(utcnow() - window)
    with db.engine.connect().execution_options(only_reads=True) as connection:
        return broken(connection, books)


def broken(connection: Connection, books: Books) -> list[Violation]:
    """What this database has that breaks a rule, if Stripe's books are these."""
    books.write(connection)
    return [found for rule in RULES for found in _rows(rule, connection, books.since)]


def _rows(rule: Rule, connection: Connection, since: datetime) -> Iterator[Violation]:
    known = {
        "since": bindparam("since", since, UtcDateTime),
        "now": bindparam("now", utcnow(), UtcDateTime),
        "money_in": bindparam("money_in", [str(state) for state in MONEY_IN], expanding=True),
    }
    for query in rule.queries:
        asked = (parameter for name, parameter in known.items() if f":{name}" in query)
        for row in connection.execute(text(query).bindparams(*asked)).mappings():
            what = " ".join(f"{column}={value}" for column, value in row.items())
            yield Violation(rule.code, what)
