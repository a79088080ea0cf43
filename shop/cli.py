"""`shop …`: every package's commands, and the ones that run the whole house."""

from flask.cli import FlaskGroup, routes_command, shell_command

from shop.app import create_app

main = FlaskGroup(
    name="shop",
    create_app=create_app,
    add_default_commands=False,
    help="Run and look after the shop.",
)
main.add_command(routes_command)
main.add_command(shell_command)
