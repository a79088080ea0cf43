"""How a command runs: in the shop's context, as one transaction."""

import functools
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

from shop import db
from shop.errors import ShopError


def add_commands(app: Flask, *commands: click.Command) -> None:
    for command in commands:
        app.cli.add_command(_in_transaction(command))


def _in_transaction(command: click.Command) -> click.Command:
    """What succeeded is committed; a command that ends by `Exit` has said what it left out."""
    if isinstance(command, click.Group):
        for name, part in command.commands.items():
            command.commands[name] = _in_transaction(part)
    elif command.callback and not hasattr(command.callback, "commits"):
        command.callback = _committing(command.callback)
    return command


def _committing(callback: Callable[..., Any]) -> Callable[..., Any]:
    @with_appcontext
    @functools.wraps(callback)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            result = callback(*args, **kwargs)
        except click.exceptions.Exit:
            db.commit()
            raise
        except ShopError as error:
            db.rollback()
            raise click.ClickException(error.detail) from None
        db.commit()
        return result

    call.commits = True  # type: ignore[attr-defined]  # a second app wraps it no second time
    return call
