"""The index on disk: one directory for each rebuild, and a file that names the current one."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whoosh.util.filelock import FileLock

from shop import config


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def _pointer(self) -> Path:
        return self.root / "current"

    def current(self) -> Path | None:
        """The directory that readers use; None before the first build or when it was lost."""
        try:
            name = self._pointer.read_text().strip()
        except (OSError, UnicodeDecodeError):
            return None
        path = self.root / Path(name).name
        return path if name and path.is_dir() else None

    def begin(self) -> Path:
        path = self.root / f"index-{secrets.token_hex(6)}"
        path.mkdir(parents=True)
        return path

    def publish(self, path: Path) -> None:
        """Make this the index that readers use, at once, and drop all but the one before."""
        before = self.current()
        draft = self.root / "current.new"
        draft.write_text(path.name)
        draft.replace(self._pointer)
        for other in self.root.glob("index-*"):
            if other not in (path, before):
                shutil.rmtree(other, ignore_errors=True)

    @contextmanager
    def writing(self, *, wait: bool = False) -> Iterator[bool]:
        """True for the one process that may write; the lock ends with it, whatever happens."""
        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(self.root / "lock"))
        mine = lock.acquire(blocking=wait)
        try:
            yield mine
        finally:
            if mine:
                lock.release()


def current() -> Folder:
    return Folder(config.current().data_dir / "search")
