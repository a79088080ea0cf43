import secrets
import sys

import click
from flask.cli import AppGroup

from shop import db
from shop.accounts import passwords, people
from shop.accounts.models import Role

users = AppGroup("users", help="The people who have an account.")
commands: list[click.Command] = [users]


@users.command()
@click.option("--email", required=True)
@click.option("--name", default="")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="customer")
def create(email: str, name: str, role: str) -> None:
    """Create an account. Asks for a password, or makes one up and prints it."""
    password = _ask_password(email) if sys.stdin.isatty() else ""
    generated = "" if password else secrets.token_urlsafe(12)
    try:
        people.register(email, name, password or generated, Role(role))
    except people.AlreadyRegistered:
        raise click.ClickException(f"{email} has an account already.") from None
    db.commit()
    click.echo(f"Created {role} {email}.")
    if generated:
        click.echo(f"Password: {generated}")


def _ask_password(email: str) -> str:
    question = "Password (leave empty to have one made)"
    password: str = click.prompt(
        question, default="", show_default=False, hide_input=True, confirmation_prompt=True
    )
    if password and len(password) < passwords.SHORTEST:
        raise click.BadParameter(f"Use {passwords.SHORTEST} characters or more.")
    if problem := password and passwords.weakness(password, email):
        raise click.BadParameter(problem)
    return password
