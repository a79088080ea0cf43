"""Where files are kept: a folder, or S3-compatible storage. Keys are ours, never a visitor's."""

import importlib
import os
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from shop.config import BadSettings, Settings


class Storage(Protocol):
    def save(self, key: str, stream: BinaryIO) -> None:
        """Keep all of the stream; a reader sees the whole file or none."""

    def size(self, key: str) -> int | None:
        """Bytes, or None when nothing is there."""

    def open(self, key: str) -> BinaryIO:
        """The stored file, seekable."""

    def link(self, key: str, headers: dict[str, str]) -> str | None:
        """A presigned address that answers with these headers; None: the shop sends the file."""

    def check(self) -> None:
        """Raise when the storage cannot be reached."""


class FolderStorage:
    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def save(self, key: str, stream: BinaryIO) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
        try:
            with part.open("xb") as file:
                shutil.copyfileobj(stream, file)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def size(self, key: str) -> int | None:
        try:
            path = self._path(key)
        except ValueError:  # an address typed into a product, not a key of ours
            return None
        return path.stat().st_size if path.is_file() else None

    def open(self, key: str) -> BinaryIO:
        return self._path(key).open("rb")

    def link(self, _key: str, _headers: dict[str, str]) -> None:
        return None

    def check(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if not os.access(self.root, os.R_OK | os.W_OK):
            raise PermissionError(self.root)

    def _path(self, key: str) -> Path:
        """Inside the folder, also after following links.

        :raises ValueError: for a key that leads out of it.
        """
        path = (self.root / key).resolve()
        if self.root not in path.parents:
            raise ValueError("a storage key leads out of the storage")
        return path


def connect(settings: Settings) -> Storage:
    """The storage of these settings. The S3 library is large and optional: only loaded for it."""
    if not settings.storage_url:
        return FolderStorage(settings.data_dir / "files")
    if not settings.storage_url.startswith("s3://"):
        raise BadSettings("SHOP_STORAGE_URL must start with s3://, or be empty for a folder")
    try:
        s3 = importlib.import_module("shop.downloads.s3")
    except ModuleNotFoundError:
        raise BadSettings(
            "SHOP_STORAGE_URL needs the S3 library: pip install -r requirements/s3.txt"
        ) from None
    storage: Storage = s3.S3Storage.at(settings.storage_url)
    return storage


def current() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage
