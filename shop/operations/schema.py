"""The database's schema, by Alembic: `shop db upgrade`, `downgrade`, `revision`."""

import click
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url

from shop import config
from shop.operations.revisions import MIGRATIONS

MOST_ROWS = 1000
"""Of each index: enough for SQLite's guesses, and done within a blink in a large shop."""


def alembic(url: str) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["url"] = url
    return settings


def upgrade(url: str) -> None:
    command.upgrade(alembic(url), "head")
    if make_url(url).get_backend_name() == "sqlite":
        _analyze(url)


def _analyze(url: str) -> None:
    """Have SQLite look how much of what there is, for its choice of indexes.

    PostgreSQL does that by itself. Who is connected already learns of it by the next connection.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA analysis_limit={MOST_ROWS}")
            connection.exec_driver_sql("ANALYZE")
    finally:
        engine.dispose()


@click.group("db")
def db_commands() -> None:
    """The database's schema."""


@db_commands.command("upgrade")
def upgrade_command() -> None:
    """Bring the schema up to date."""
    upgrade(config.current().sqlalchemy_url)


@db_commands.command("downgrade")
@click.argument("revision")
def downgrade_command(revision: str) -> None:
    """Take the schema back to a revision, or `-1` for one step."""
    command.downgrade(alembic(config.current().sqlalchemy_url), revision)


@db_commands.command("revision")
@click.option("-m", "--message", required=True)
def revision_command(message: str) -> None:
    """Write a migration for what the models say and the database lacks."""
    command.revision(alembic(config.current().sqlalchemy_url), message, autogenerate=True)


commands = [db_commands]
