import secrets
import sys

import click
from flask.cli import AppGroup

from shop import db
from shop.accounts import passwords, people
from shop.accounts.models import Role, User
from shop.db import session
from shop.errors import NotFound

email_argument = click.argument("email")
reason_option = click.option("--reason", default="", help="For the audit log.")

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


@users.command("role")
@email_argument
@click.argument("role", type=click.Choice([role.value for role in Role]))
@reason_option
def change_role(email: str, role: str, reason: str) -> None:
    """Give somebody another role; they are signed out everywhere."""
    people.change_role(_find(email), Role(role), None, reason)
    click.echo(f"{email} has the role {role}.")


@users.command()
@email_argument
@reason_option
def disable(email: str, reason: str) -> None:
    """Let nobody in with this account; it is signed out everywhere."""
    people.disable(_find(email), None, reason)
    click.echo(f"{email} is disabled.")


@users.command()
@email_argument
@reason_option
def enable(email: str, reason: str) -> None:
    """Let somebody in again who was disabled."""
    people.enable(_find(email), None, reason)
    click.echo(f"{email} may sign in.")


@users.command("reset-second-factor")
@email_argument
@reason_option
def reset_second_factor(email: str, reason: str) -> None:
    """Take away the second factor of somebody who lost app and recovery codes."""
    people.reset_second_factor(_find(email), None, reason)
    click.echo(f"{email} signs in with the password alone.")


def _find(email: str) -> User:
    user = session.scalar(User.with_email(email))
    if user is None:
        raise NotFound(f"Nobody has an account with {email}.")
    return user


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
