"""The demo shop: catalog, files, delivery, tax, a code, three accounts. Twice changes nothing."""

from collections.abc import Callable

import click
from sqlalchemy import select

from shop import config
from shop.accounts.demo import PASSWORD, PEOPLE, create_demo_accounts
from shop.cart.discounts.seeds import seed_discount
from shop.catalog.models import Product
from shop.catalog.seed import seed as seed_catalog
from shop.checkout.seeds import seed_checkout
from shop.config import Settings
from shop.db import session
from shop.downloads.seeds import seed_files
from shop.licenses.seeds import seed_policies

PARTS: tuple[Callable[[], object], ...] = (
    seed_checkout,
    seed_files,
    seed_policies,
    seed_discount,
    create_demo_accounts,
)


def seed() -> int:
    """Plant what is missing; returns how many products that were."""
    added = seed_catalog(config.current())
    for part in PARTS:
        part()
    return len(added)


def seed_if_empty() -> bool:
    """In development, a shop without products gets the demo's; returns whether it was so."""
    has_products = session.scalar(select(Product.id).limit(1)) is not None
    if has_products or not config.current().is_development:
        return False
    click.echo("An empty shop: planting the demo catalog.")
    seed()
    return True


def greeting(settings: Settings) -> str:
    lines = ["", f"  {settings.shop_name} is open:  {settings.base_url}"]
    if settings.is_development:
        lines += [f"    {email:<32} {PASSWORD}" for email, _ in PEOPLE.values()]
        lines += [f"  Mails are files in {settings.data_dir / 'mail'}", "  Ctrl-C ends everything."]
    return "\n".join([*lines, ""])


@click.command("seed")
def seed_command() -> None:
    """Plant the demo shop; what is there already stays as it is."""
    if not config.current().is_development:
        raise click.ClickException("The demo shop has public passwords: only in development.")
    click.echo(f"{seed()} demo products added.")


commands = [seed_command]
