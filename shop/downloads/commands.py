import getpass
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from shop.catalog.models import Product
from shop.db import session
from shop.downloads import acts, releases
from shop.downloads.models import STABLE, Grant
from shop.downloads.releases import Upload
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
    grant = acts.give(acts.customer(email), product, who, reason)
    click.echo(f"Right {grant.id}: {email} may download {product}.")


@grants_group.command("end")
@click.argument("grant_id", type=int)
@click.option("--reason", required=True)
def end_command(grant_id: int, reason: str) -> None:
    """Take a right back for good; `shop access EMAIL` tells its number."""
    grant = session.get(Grant, grant_id)
    if grant is None:
        raise click.ClickException(f"There is no right {grant_id}.")
    acts.end(grant, reason)
    click.echo(f"Right {grant_id} has ended.")


@click.group("releases")
def releases_group() -> None:
    """Versions of what is sold as files."""


@releases_group.command("publish")
@click.argument("slug")
@click.argument("version")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--channel", default=STABLE, show_default=True)
@click.option("--beta", is_flag=True, help="The same as --channel beta.")
@click.option("--platform", "platforms", multiple=True, help="Once, or once for each file.")
@click.option("--notes", default="", help="What is new, for its users.")
def publish_command(
    slug: str, version: str, files: tuple[Path, ...], *, beta: bool, **given: Any
) -> None:
    """Bring out VERSION of the product SLUG; who may have it has it at once."""
    product, names = _product(slug), given["platforms"] or ("",)
    if len(names) not in {1, len(files)}:
        raise click.ClickException("Name one platform, or one for each file.")
    platforms = names * len(files) if len(names) == 1 else names
    channel = "beta" if beta else given["channel"]
    with ExitStack() as stack:
        uploads = [
            Upload(file.name, stack.enter_context(file.open("rb")), platform)
            for file, platform in zip(files, platforms, strict=True)
        ]
        try:
            release = releases.publish(product, version, uploads, given["notes"], channel)
        except ShopError as error:
            raise click.ClickException(error.detail) from None
    for kept in release.files:
        click.echo(f"{kept.sha256}  {kept.name}")


@releases_group.command("yank")
@click.argument("slug")
@click.argument("version")
@click.option("--reason", required=True)
def yank_command(slug: str, version: str, reason: str) -> None:
    """Offer VERSION to nobody any more; who has it keeps it, and its license knows it."""
    releases.yank(_product(slug), version, reason)


def _product(slug: str) -> Product:
    product = session.scalar(select(Product).where(Product.slug == slug))
    if product is None:
        raise click.ClickException(f"There is no product {slug}.")
    return product


commands: list[click.Command] = [grants_group, releases_group]
