"""What was read of products, remembered in this process for as long as it is true.

Who notes every change of a product and looks after stock gives word of both, by `provide`: that is
`shop.search.pulse`. Whoever may write reads for themselves.
"""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, request

from shop import db

PLACE = "shop.catalog_memory"
MOST = 4_000
OLDEST = 30.0
"""Seconds after which all is read again, even if nobody noted a change."""


@dataclass(frozen=True)
class Word:
    state: Hashable
    """Another one after any product has changed."""
    scarce: Mapping[int, Hashable]
    """By product, what is left of the variants that are nearly gone; see `models.SCARCE`."""


@dataclass
class Memory:
    """Of one state."""

    state: Hashable
    scarce: Mapping[int, Hashable]
    began: float = field(default_factory=time.monotonic)
    kept: dict[Hashable, tuple[int, Hashable, Any]] = field(default_factory=dict)

    def get(self, key: Hashable) -> Any:
        """What was put there; None when its product has sold since."""
        product_id, left, value = self.kept.get(key, (0, None, None))
        return value if self.scarce.get(product_id) == left else None

    def put(self, key: Hashable, product_id: int, value: object) -> None:
        if len(self.kept) >= MOST:
            self.kept.clear()
        self.kept[key] = (product_id, self.scarce.get(product_id), value)


_giving_word: list[Callable[[], Word]] = []


def provide(give_word: Callable[[], Word]) -> None:
    """Called once, by the composition root."""
    _giving_word[:] = [give_word]


def init_app(app: Flask) -> None:
    app.extensions["catalog_memory"] = {}


def current() -> Memory:
    """An empty one where nothing may be taken from memory.

    It is one and the same for the whole request. Whoever asks it asks before reading: what was
    read first may be older than the word.
    """
    memories = current_app.extensions.get("catalog_memory")
    if memories is None or not _giving_word or not db.only_reads():
        return Memory(None, {})
    memory: Memory | None = request.environ.get(PLACE)
    if memory is None:
        memory = request.environ[PLACE] = _renew(memories)
    return memory


def _renew(memories: dict[str, Memory]) -> Memory:
    word = _giving_word[0]()
    memory = memories.get("current")
    if memory is None or memory.state != word.state or time.monotonic() - memory.began > OLDEST:
        memory = Memory(word.state, word.scarce)
    elif memory.scarce is not word.scarce:
        memory = Memory(word.state, word.scarce, memory.began, memory.kept)
    memories["current"] = memory
    return memory
