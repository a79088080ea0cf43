"""How much work an answer is, where its time would say what it hides.

Seconds depend on what else the machine does; calls and statements do not.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from argon2 import low_level

from tests.queries import count_queries

HASHING = {low_level.hash_secret.__code__, low_level.verify_secret.__code__}


@dataclass
class Work:
    calls: int = 0
    hashes: int = 0
    statements: int = 0

    def is_like(self, other: "Work", *, within: float = 0.1) -> bool:
        """Whether nobody could tell the two apart by their time: a hash outweighs all else."""
        return (
            self.hashes == other.hashes
            and self.statements == other.statements
            and abs(self.calls / other.calls - 1) < within
        )


def work_of(act: Callable[[], object]) -> Work:
    work = Work()

    def note(frame: FrameType, what: str, _argument: Any) -> None:
        if what in ("call", "c_call"):
            work.calls += 1
            work.hashes += what == "call" and frame.f_code in HASHING

    with count_queries() as statements:
        sys.setprofile(note)
        try:
            act()
        finally:
            sys.setprofile(None)
    work.statements = len(statements)
    return work
