"""What a process and all below it used, as the kernel counts it."""

import os
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


class Family:
    def __init__(self, *roots: int) -> None:
        self.roots = roots

    def cpu_seconds(self) -> float:
        """User and system time; a child that ended is in its parent's account."""
        ticks = sum(sum(map(int, _stat(pid)[11:15])) for pid in self.members())
        return ticks / TICKS

    def pss_mib(self) -> float:
        """Memory, what is shared between processes divided among them."""
        return sum(_pss_kib(pid) for pid in self.members()) / 1024

    def members(self) -> Iterator[int]:
        below: dict[int, list[int]] = {}
        for folder in PROC.glob("[0-9]*"):
            try:
                below.setdefault(parent_of(int(folder.name)), []).append(int(folder.name))
            except OSError:
                continue  # it ended meanwhile
        waiting = list(self.roots)
        while waiting:
            pid = waiting.pop()
            waiting += below.get(pid, [])
            yield pid


def parent_of(pid: int) -> int:
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    """The fields from the third on: the second is a name, which may hold spaces."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _pss_kib(pid: int) -> int:
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
