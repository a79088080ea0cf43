"""Alembic, told by the shop's own settings which database it works on."""

from pathlib import Path

from alembic import context
from sqlalchemy import create_engine

from shop import app, config
from shop.db import Base

__all__ = ["app"]  # importing it imports every model


def run() -> None:
    url = context.config.attributes.get("url") or config.load().sqlalchemy_url
    if url.startswith("sqlite:///"):
        _make_folder(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            user_module_prefix="shop.db.",
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _make_folder(url: str) -> None:
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)


run()
