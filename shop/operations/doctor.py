"""`shop doctor`: is everything there that the shop leans on, and if not, what helps?"""

import click

from shop import config, db
from shop.billing import endpoint
from shop.logs import SECRET
from shop.operations.health import PARTS, NotWell, Part


def check_webhook() -> None:
    """Asked here alone: it changes seldom, and `/readyz` is asked all the time."""
    db.rollback()  # nobody waits for a lock while Stripe is asked
    if fault := endpoint.fault(endpoint.url()):
        raise NotWell(fault)


WEBHOOK = Part("webhook", check_webhook, "Run `shop stripe endpoint`.")


@click.command("doctor")
def doctor_command() -> None:
    """Look at the configuration and every connection; exit code 1 when one is down."""
    settings = config.current()
    mode = "live" if settings.stripe_livemode else "test"
    click.echo(f"ok    configuration: {settings.env}, Stripe {mode} mode, {settings.base_url}")
    states = [_look_at(part) for part in (*PARTS, WEBHOOK)]
    if not all(states):
        raise click.exceptions.Exit(1)


def _look_at(part: Part) -> bool:
    try:
        part.check()
    except Exception as error:  # noqa: BLE001  whatever it is, the part is down
        reason = SECRET.sub("[removed]", str(error)).strip().partition("\n")[0]
        click.echo(f"DOWN  {part.name}: {reason or type(error).__name__}\n      {part.cure}")
        return False
    finally:
        db.rollback()
    click.echo(f"ok    {part.name}")
    return True


commands = [doctor_command]
