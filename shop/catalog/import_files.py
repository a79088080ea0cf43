"""Product files between their preview and their import: kept for a day, for who sent them alone."""

import re
import secrets
import time
from pathlib import Path

from shop import config
from shop.errors import NotFound

KEPT = 24 * 3600
"""Seconds."""
TOKEN = re.compile(r"[\w-]{20,40}")


def keep(content: bytes, owner: int) -> str:
    """What `find` asks for; those that nobody came back for are forgotten."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.csv"):
        if old.stat().st_mtime < time.time() - KEPT:
            old.unlink(missing_ok=True)
    token = secrets.token_urlsafe(16)
    _path(token, owner).write_bytes(content)
    return token


def find(token: str, owner: int) -> bytes:
    """:raises NotFound: when it is gone, or somebody else's."""
    if not TOKEN.fullmatch(token):
        raise NotFound
    try:
        return _path(token, owner).read_bytes()
    except FileNotFoundError:
        raise NotFound("This file is not kept any more. Choose it again.") from None


def forget(token: str, owner: int) -> None:
    _path(token, owner).unlink(missing_ok=True)


def _folder() -> Path:
    return config.current().data_dir / "imports"


def _path(token: str, owner: int) -> Path:
    return _folder() / f"{owner}-{token}.csv"
