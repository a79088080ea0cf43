from pathlib import Path

import click
from sqlalchemy import select

from shop.catalog.models import Variant
from shop.db import session
from shop.errors import ShopError
from shop.licenses.pool import filling, taking


@click.group("pool")
def pool_group() -> None:
    """Keys that are sold instead of ours."""


@pool_group.command("add")
@click.argument("sku")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def add_command(sku: str, file: Path) -> None:
    """Sell the keys in FILE, one in each line, as SKU. From then on it sells no others."""
    try:
        report = filling.fill(sku, file.read_text(encoding="utf-8-sig").splitlines())
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is no text in UTF-8.") from None
    except ShopError as error:
        raise click.ClickException(error.detail) from None
    click.echo(f"{report.added} keys were added, {report.served} buyers who waited were served.")
    _name("we have already", report.duplicates)
    _name("cannot be a key", report.refused)
    if report.duplicates or report.refused:
        raise click.exceptions.Exit(1)


def _name(what: str, lines: list[int]) -> None:
    """By number: a key itself has no place in a log of the terminal."""
    if lines:
        click.echo(f"Lines {', '.join(map(str, lines))}: {what}.", err=True)


@pool_group.command("left")
@click.argument("sku")
def left_command(sku: str) -> None:
    """Say how many keys of SKU can still be sold."""
    variant = session.scalar(select(Variant).where(Variant.sku == sku))
    if variant is None or not taking.has_pool(variant.id):
        raise click.ClickException(f"There is no pool of {sku}.")
    click.echo(str(taking.left(variant.id)))
