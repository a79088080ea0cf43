import click


@click.command()
def webhooks() -> None:
    """Events per second."""
