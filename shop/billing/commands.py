from datetime import timedelta

import click
from sqlalchemy import select

from shop import leases
from shop.billing import endpoint, inbox
from shop.billing.models import StripeEvent
from shop.billing.reconciling import running
from shop.billing.subscriptions import portal_settings
from shop.db import session
from shop.errors import ShopError


@click.group("stripe")
def stripe_commands() -> None:
    """Stripe's events."""


@stripe_commands.command("dead")
def list_dead() -> None:
    """The events that no try could handle, with the reason."""
    query = select(StripeEvent).where(StripeEvent.state == leases.State.DEAD)
    for event in session.scalars(query.order_by(StripeEvent.id)):
        click.echo(f"{event.stripe_id}  {event.type}  {event.attempts} tries  {event.error}")


@stripe_commands.command("replay")
@click.argument("stripe_ids", nargs=-1, required=True, metavar="EVENT...")
def replay(stripe_ids: tuple[str, ...]) -> None:
    """Give failed or dead events all their tries again."""
    unknown = [stripe_id for stripe_id in stripe_ids if not inbox.replay(stripe_id)]
    click.echo(f"{len(stripe_ids) - len(unknown)} of {len(stripe_ids)} will be tried again.")
    if unknown:
        click.echo("Neither failed nor dead: " + ", ".join(unknown), err=True)
        raise click.exceptions.Exit(1)


@stripe_commands.command("reconcile")
@click.option("--days", default=3, show_default=True, type=click.IntRange(1, 30))
def reconcile(days: int) -> None:
    """Compare with Stripe what happened in these days, and repair what differs."""
    report = running.run(timedelta(days=days))
    click.echo(
        f"{report.compared} things compared, {report.events} events heard of for the first time."
    )
    for one in report.differences:
        state = "repaired" if one["repaired"] else "NOT repaired"
        click.echo(
            f"{one['kind']} {one['id']}: {one['here']} here, {one['at_stripe']} there, {state}"
        )
    left = [one for one in report.differences if not one["repaired"]]
    click.echo(f"{len(report.differences)} differences, {len(left)} left.")
    if left:
        raise click.exceptions.Exit(1)


@stripe_commands.command("endpoint")
@click.argument("url", required=False)
def keep_endpoint(url: str | None) -> None:
    """Have Stripe send its events here: of our API version, and only those we handle.

    URL is by default that of the shop, ending in /api/webhook.
    """
    try:
        kept = endpoint.keep(url or endpoint.url())
    except ShopError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{kept.stripe_id} sends {len(inbox.HANDLERS)} kinds of events.")
    if kept.secret:
        click.echo(f"Set this, and start the shop again:\nSHOP_STRIPE_WEBHOOK_SECRET={kept.secret}")


@stripe_commands.command("sync")
def sync() -> None:
    """Tell Stripe our plans, and what customers may do in its portal."""
    count = portal_settings.keep_all()
    click.echo(f"{count} portal configurations are as they should be.")


commands = [stripe_commands]
