import click
import requests

from shop import config, db
from shop.accounts.demo import PASSWORD, PEOPLE
from shop.accounts.models import Role
from shop.demo import people
from shop.demo.scenes import Stage, play


@click.command("demo")
@click.option("--quiet", is_flag=True, help="Tell only what was left out, and the end.")
def demo_command(*, quiet: bool) -> None:
    """Let made-up customers buy in the running development shop, and handle their orders.

    They use its own pages and API, with Stripe's test cards. Once more brings new customers.
    """
    settings = config.current()
    if not settings.is_development or settings.stripe_livemode:
        raise click.ClickException("Made-up customers buy in a development shop only.")
    visit, left_out = people.next_visit(), 0
    db.commit()
    try:
        for name, reason in play(Stage(settings.base_url, visit)):
            left_out += bool(reason)
            if reason or not quiet:
                click.echo(f"left out  {name}: {reason}" if reason else f"ok        {name}")
    except requests.ConnectionError:
        raise click.ClickException(
            f"Nothing answers at {settings.base_url}. Start the shop, or say where it is "
            "with SHOP_BASE_URL."
        ) from None
    admin, _name = PEOPLE[Role.ADMIN]
    click.echo(f"Made-up customers have bought. See {settings.base_url}/admin/")
    click.echo(f"    {admin:<32} {PASSWORD}")
    if left_out:
        raise click.exceptions.Exit(1)


commands = [demo_command]
