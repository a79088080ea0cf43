"""Processes that live and die together, as real ones."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers.processes import Service, eventually

FAMILY = """
import os, subprocess, sys, time
from shop.operations.processes import Processes

folder = sys.argv[1]
CHILD = (
    "import os, subprocess, sys, time;"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "open(sys.argv[1] + '/' + str(os.getpgid(0)), 'w').close();"
    "time.sleep(float(sys.argv[2]))"
)
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + CHILD
TELLING = (
    "import signal, sys, time; delay, name = float(sys.argv[3]), sys.argv[4];"
    "signal.signal(signal.SIGTERM, lambda *_:"
    " (time.sleep(delay), print(name, 'ended', flush=True), sys.exit()));"
) + CHILD
CODES = {"stubborn": STUBBORN, "worker": TELLING, "broker": TELLING}
with Processes(patience=1) as family:
    for name, life in [part.split("=") for part in sys.argv[2:]]:
        delay = "0.5" if name == "worker" else "0"
        command = [sys.executable, "-c", CODES.get(name, CHILD), folder, life, delay, name]
        family.start(name, command, leaned_on=name == "broker", passing=name == "guest")
    if "waiting=60" in sys.argv:
        family.wait_until(lambda: False, 60)
    code = family.wait()
sys.exit(code)
"""


class Family:
    """A parent with children, each with a child of its own."""

    def __init__(self, folder: Path, *members: str) -> None:
        self.folder, self.members = folder, members
        folder.mkdir()
        command = [sys.executable, "-c", FAMILY, str(folder), *members]
        self.service = Service(command, folder.with_suffix(".log"))

    def start(self) -> None:
        self.service.start()
        assert eventually(lambda: len(list(self.folder.iterdir())) == len(self.members))

    def alive(self) -> set[str]:
        """Groups of which a process lives."""
        return living_groups() & {file.name for file in self.folder.iterdir()}

    def ending(self) -> int:
        """The parent's exit code."""
        assert self.service.process
        return self.service.process.wait(30)


def living_groups() -> set[str]:
    groups = set()
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state, _parent, group = file.read_text().rpartition(")")[2].split()[:3]
            if state != "Z":
                groups.add(group)
    return groups


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Family]]:
    with ExitStack() as stack:

        def make(*members: str) -> Family:
            family = Family(tmp_path / "family", *members)
            stack.callback(family.service.stop)
            family.start()
            return family

        yield make


def test_one_ends_and_all_end(start: Callable[..., Family]) -> None:
    family = start("web=60", "worker=2", "broker=60")
    assert len(family.alive()) == 3

    assert family.ending() == 1
    assert family.alive() == set()
    assert "worker ended with 0, stopping the rest" in family.service.tail()


def test_who_passes_through_ends_alone(start: Callable[..., Family]) -> None:
    family = start("guest=0", "web=2", "worker=60")

    assert family.ending() == 1
    assert family.alive() == set()
    assert "web ended with 0, stopping the rest" in family.service.tail()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("second", ["worker=60", "waiting=60"])
def test_a_signal_ends_all(
    start: Callable[..., Family], number: signal.Signals, second: str
) -> None:
    family = start("web=60", second)
    assert len(family.alive()) == 2
    assert family.service.process
    family.service.process.send_signal(number)

    assert family.ending() == 0
    assert family.alive() == set()


def test_who_does_not_listen_is_killed_with_its_children(start: Callable[..., Family]) -> None:
    family = start("stubborn=60", "web=60")
    assert family.service.process
    family.service.process.send_signal(signal.SIGTERM)

    assert family.ending() == 0
    assert family.alive() == set()


def test_what_others_lean_on_ends_last(start: Callable[..., Family]) -> None:
    family = start("broker=60", "worker=60")
    assert family.service.process
    family.service.process.send_signal(signal.SIGTERM)

    assert family.ending() == 0
    assert family.service.tail().split("\n")[:2] == ["worker ended", "broker ended"]


def test_a_process_that_cannot_start_stops_the_rest(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from shop.operations.processes import Processes\n"
        "with Processes() as family:\n"
        "    family.start('web', [sys.executable, '-c', 'raise SystemExit(3)'])\n"
        "    assert not family.wait_until(lambda: False, 60)\n"
        "    sys.exit(family.wait())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )

    assert (ended.returncode, ended.stderr) == (1, "web ended with 3, stopping the rest\n")
