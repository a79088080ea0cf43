import click
from flask.cli import with_appcontext

from shop.search import writer


@click.group()
def search() -> None:
    """The search index."""


@search.command()
@with_appcontext
def rebuild() -> None:
    """Build the index anew beside the one in use, then swap; heals a lost or broken index."""
    click.echo(f"{writer.rebuild(wait=True)} products indexed.")


commands: list[click.Command] = [search]
