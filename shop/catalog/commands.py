import click

from shop import config
from shop.catalog.seed import seed


@click.command("seed")
def seed_command() -> None:
    """Add the demo catalog; what is there already stays as it is."""
    added = seed(config.current())
    click.echo(f"{len(added)} demo products added.")


commands: list[click.Command] = [seed_command]
