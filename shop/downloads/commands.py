import getpass

import click

from shop.db import session
from shop.downloads import acts
from shop.downloads.models import Grant
from shop.errors import ShopError


@click.group("grants")
def grants_group() -> None:
    """Rights to download, as staff gives and takes them."""


@grants_group.command("give")
@click.argument("email")
@click.argument("product")
@click.option("--reason", required=True)
@click.option("--by", "who", default=getpass.getuser, help="Who gives it; you, if not said.")
def give_command(email: str, product: str, reason: str, who: str) -> None:
    """Let the customer EMAIL download the PRODUCT (its slug), without money."""
    try:
        grant = acts.give(acts.customer(email), product, who, reason)
    except ShopError as error:
        raise click.ClickException(error.detail) from None
    click.echo(f"Right {grant.id}: {email} may download {product}.")


@grants_group.command("end")
@click.argument("grant_id", type=int)
@click.option("--reason", required=True)
def end_command(grant_id: int, reason: str) -> None:
    """Take a right back for good; `shop access EMAIL` tells its number."""
    grant = session.get(Grant, grant_id)
    if grant is None:
        raise click.ClickException(f"There is no right {grant_id}.")
    try:
        acts.end(grant, reason)
    except ShopError as error:
        raise click.ClickException(error.detail) from None
    click.echo(f"Right {grant_id} has ended.")


commands: list[click.Command] = [grants_group]
