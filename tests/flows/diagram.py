"""Reads the Mermaid diagrams of `docs/sequence-diagrams`, and compares one with a run.

The first line of a message is for people. Every further one is a fact that the run must show.
"""

import re
from collections.abc import Sequence
from difflib import unified_diff
from functools import cache
from pathlib import Path

from tests.flows.recorder import Call

FOLDER = Path(__file__).parents[2] / "docs" / "sequence-diagrams"
MESSAGE = re.compile(r"(\w+)\s*(?:-->>|->>|-\))\s*(\w+)\s*:\s*(.+)")
SILENT = re.compile(r"sequenceDiagram|autonumber|participant \w+|Note |rect |end$|%%|$")
BLOCK = re.compile(
    r"^## (?P<title>[^\n]+)$(?:(?!^## ).)*?^```mermaid$(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)


@cache
def diagrams() -> dict[tuple[str, str], list[Call]]:
    """By file and heading."""
    return {
        (file.stem, block["title"]): read(block["code"])
        for file in sorted(FOLDER.glob("*.md"))
        for block in BLOCK.finditer(file.read_text())
    }


def read(code: str) -> list[Call]:
    """The messages, in their order.

    :raises ValueError: for a line that is neither a message nor known to be none.
    """
    calls = []
    for line in map(str.strip, code.splitlines()):
        if message := MESSAGE.fullmatch(line):
            source, target, label = message.groups()
            _words, *facts = label.split("<br/>")
            calls.append(Call(source, target, tuple(facts)))
        elif not SILENT.match(line):
            raise ValueError(f"cannot read {line!r}")
    return calls


def difference(drawn: Sequence[Call], run: Sequence[Call]) -> str:
    """Empty when both tell the same; else lines with `-` are only drawn, with `+` only run."""
    return "\n".join(
        unified_diff([*map(str, drawn)], [*map(str, run)], "diagram", "run", lineterm="")
    )
