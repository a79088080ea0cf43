"""Which migration the database has, and which one this code was written for.

Told by the names of files and one row, so that web processes need no Alembic.
"""

from functools import lru_cache
from pathlib import Path

from sqlalchemy import column, inspect, select, table

from shop.db import session

MIGRATIONS = Path(__file__).parents[2] / "migrations"

_versions = table("alembic_version", column("version_num"))


def is_current() -> bool:
    """Whether the open database has every migration."""
    if not inspect(session.connection()).has_table(_versions.name):
        return False
    return session.scalar(select(_versions.c.version_num)) == head()


@lru_cache
def head() -> str:
    """The latest migration that this code knows."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).split("_")[0]
