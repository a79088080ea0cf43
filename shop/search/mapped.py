"""Whoosh maps the files of its index into memory, and then copies all of them.

With a hundred thousand products that is a quarter of a gigabyte in each process. What reads in
place takes none: the mapped pages are the system's, and shared.
"""

from io import BytesIO

from whoosh.filedb import structfile


class Window:
    """Reads a part of a mapped file as if it were a file."""

    def __init__(self, view: memoryview) -> None:
        self._view, self._at = view, 0

    def read(self, size: int = -1) -> bytes:
        end = len(self._view) if size < 0 else self._at + size
        piece = bytes(self._view[self._at : end])
        self._at += len(piece)
        return piece

    def readline(self) -> bytes:
        """For what was pickled: it is short."""
        line = BytesIO(self._view[self._at :]).readline()
        self._at += len(line)
        return line

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, len(self._view))[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        """The view ends with its map."""


def read_in_place() -> None:
    """From now on, in this process."""
    structfile.BytesIO = Window
