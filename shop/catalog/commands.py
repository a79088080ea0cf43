from pathlib import Path

import click

from shop import config
from shop.catalog.csv_table import UnreadableFile
from shop.catalog.import_report import Verb
from shop.catalog.importer import import_file


@click.group("catalog")
def catalog_group() -> None:
    """Bring products in."""


@catalog_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--track-stock", is_flag=True, help="Count stock even if no tracker is named.")
def import_command(file: Path, *, dry_run: bool, track_stock: bool) -> None:
    """Take products from a Shopify product CSV.

    Good products are kept when others are refused; the exit code is 1 if any was.
    """
    try:
        report = import_file(
            file.read_bytes(), config.current(), dry_run=dry_run, track_stock=track_stock
        )
    except UnreadableFile as error:
        raise click.ClickException(error.detail) from error
    for line in report.lines():
        click.echo(line)
    if dry_run:
        click.echo("Dry run: nothing was changed.")
    if report.count(Verb.REFUSED):
        raise click.exceptions.Exit(1)


commands: list[click.Command] = [catalog_group]
