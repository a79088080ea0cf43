"""What was found out lately, by question: most people ask what somebody has just asked."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

A = TypeVar("A")


class Answers(Generic[A]):
    """Shared by threads; of two that ask the same at once, both find out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, A] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: Hashable, find_out: Callable[[], A]) -> A:
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
                return self._kept[question]
        answer = find_out()
        with self._lock:
            self._kept[question] = answer
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return answer
