"""Eight connections to the shop that are kept open, each in a thread of its own."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from threading import local
from typing import TypeVar

CONNECTIONS = 8
JSON = {"Content-Type": "application/json"}

Thing = TypeVar("Thing")
_mine = local()


class Connections:
    def __init__(self, port: int) -> None:
        self._threads = ThreadPoolExecutor(CONNECTIONS, initializer=_open, initargs=(port,))

    def map(self, act: Callable[[Thing], float], things: Iterable[Thing]) -> list[float]:
        """What each act came to; they `send` by the connection of their thread."""
        return list(self._threads.map(act, things))


def _open(port: int) -> None:
    _mine.connection = HTTPConnection("127.0.0.1", port, timeout=30)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Message
    text: str
    seconds: float
    """From asking until all of it was read."""


def send(method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Reply:
    started = time.perf_counter()
    _mine.connection.request(method, path, body, headers)
    answer = _mine.connection.getresponse()
    text = answer.read().decode()
    return Reply(answer.status, answer.headers, text, time.perf_counter() - started)
