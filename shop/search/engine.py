"""Reads the Whoosh index: one searcher per process, kept open and brought up to date.

Whoosh readers share file positions, so one lock covers each question. That costs nothing: it is
pure Python, and threads would wait for each other anyway.
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from whoosh import index

from shop.logs import log
from shop.search.backend import SearchUnavailable
from shop.search.folder import Folder
from shop.search.reading import Reading

PAUSE = 5.0
"""Seconds for which an index that did not open is left alone."""
LOOK = 0.2
"""Seconds for which the files on disk are not looked at again."""

P = ParamSpec("P")
R = TypeVar("R")


def _asks(
    ask: Callable[Concatenate["WhooshBackend", Reading, P], R],
) -> Callable[Concatenate["WhooshBackend", P], R]:
    """Give the method the newest state of the index, alone, and make one error of all faults."""

    @wraps(ask)
    def safely(self: "WhooshBackend", /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._lock:
            try:
                return ask(self, self._newest(), *args, **kwargs)
            except SearchUnavailable:
                raise
            except Exception as error:
                self._reading = None
                log.error("search index cannot be read", error=repr(error))
                raise SearchUnavailable from error

    return safely


class WhooshBackend:
    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._reading: Reading | None = None
        self._path: Path | None = None
        self._broken_until = 0.0
        self._fresh_until = 0.0

    def version(self) -> str | None:
        try:
            return self._version()
        except SearchUnavailable:
            return None

    @_asks
    def _version(self, reading: Reading) -> str:
        return f"{self._path} {reading.generation}"

    @_asks
    def matches(self, reading: Reading, text: str) -> Sequence[int]:
        return reading.matches(text)

    @_asks
    def best(
        self, reading: Reading, text: str, among: Collection[int] | None, limit: int
    ) -> Sequence[int]:
        return reading.best(text, among, limit)

    @_asks
    def corrected(self, reading: Reading, text: str) -> str | None:
        return reading.corrected(text)

    def look_again(self) -> None:
        self._fresh_until = 0.0

    def _newest(self) -> Reading:
        """The open reading, refreshed; a new one when the index was swapped."""
        now = time.monotonic()
        if self._reading is not None and now < self._fresh_until:
            return self._reading
        self._fresh_until = now + LOOK
        path = self._folder.current()
        if path is None:
            self._reading = None
            raise SearchUnavailable
        if self._reading is None or path != self._path:
            self._reading = self._open(path)
            return self._reading
        searcher: Any = self._reading.searcher.refresh()
        if searcher is not self._reading.searcher:
            self._reading = Reading(searcher, self._reading.parts)
        return self._reading

    def _open(self, path: Path) -> Reading:
        """What did not open is left alone for a while: Whoosh takes half a second to give up."""
        if path == self._path and time.monotonic() < self._broken_until:
            raise SearchUnavailable
        self._path, self._broken_until = path, time.monotonic() + PAUSE
        reading = Reading(index.open_dir(str(path), readonly=True).searcher())
        self._broken_until = 0.0
        return reading
