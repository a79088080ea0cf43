"""`shop …`: every package's commands, and the ones that run the whole house."""

from flask import Flask
from flask.cli import FlaskGroup, routes_command, shell_command

from shop.accounts import commands as account_commands
from shop.app import create_app
from shop.billing import commands as billing_commands
from shop.billing.invoices import commands as invoice_commands
from shop.cart.discounts import commands as discount_commands
from shop.catalog import commands as catalog_commands
from shop.config import Settings
from shop.demo import commands as demo
from shop.downloads import commands as download_commands
from shop.licenses import commands as license_commands
from shop.operations import doctor, running, schema, seeding, sweeper
from shop.operations.commands import add_commands
from shop.operations.invariants import commands as invariants
from shop.orders import commands as order_commands
from shop.search import commands as search_commands
from shop.simulation import commands as simulation

COMMANDS = (
    *(account_commands, catalog_commands, search_commands, billing_commands, order_commands),
    *(invoice_commands, download_commands, license_commands, discount_commands),
)
OPERATIONS = (running, schema, seeding, sweeper, invariants, doctor, simulation, demo)


def open_shop(settings: Settings | None = None) -> Flask:
    """The app with its commands, which web processes have no use for."""
    app = create_app(settings)
    for group in (*COMMANDS, *OPERATIONS):
        add_commands(app, *group.commands)
    return app


main = FlaskGroup(
    name="shop",
    create_app=open_shop,
    add_default_commands=False,
    help="Run and look after the shop.",
)
main.add_command(routes_command)
main.add_command(shell_command)
