"""`shop invariants`: do our books and Stripe's agree?"""

import time
from datetime import timedelta

import click
from sqlalchemy import func, select

from shop import db
from shop.billing.models import Payment, StripeEvent
from shop.db import session
from shop.operations.invariants import RULES, Violation, violations
from shop.orders.models import Order


@click.command("invariants")
@click.option("--days", default=1, show_default=True, help="How far back Stripe is compared.")
@click.option("--patience", default=10.0, show_default=True, help="Seconds until a second look.")
def invariants_command(days: int, patience: float) -> None:
    """Compare our books with Stripe's; exit code 1 with every row that breaks a rule.

    Work that is under way breaks one for a moment, so only what does twice counts.
    """
    found = violations(timedelta(days=days))
    if found and patience:
        time.sleep(patience)
        before = set(found)
        found = [violation for violation in violations(timedelta(days=days)) if violation in before]
    for rule in RULES:
        _show(rule.code, rule.sentence, [v for v in found if v.code == rule.code])
    counts = ", ".join(f"{_count(model)} {name}" for model, name in COUNTED.items())
    click.echo(f"{len(RULES)} rules, {counts}: {len(found) or 'no'} violations")
    if found:
        raise click.exceptions.Exit(1)


COUNTED: dict[type[db.Base], str] = {Order: "orders", Payment: "payments", StripeEvent: "events"}


def _show(code: str, sentence: str, found: list[Violation]) -> None:
    if found:
        click.echo(f"{code}  {sentence}")
    for violation in found:
        click.echo(f"     {violation.what}")


def _count(model: type[db.Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


commands = [invariants_command]
