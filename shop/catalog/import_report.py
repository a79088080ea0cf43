"""What an import did with every row of its file."""

import enum
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


class Verb(enum.StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass
class RowResult:
    line: int
    handle: str
    verb: Verb = Verb.UNCHANGED
    notes: list[str] = field(default_factory=list)

    def change(self, note: str) -> None:
        """Something is different now; of what is new as a whole that is not worth a word."""
        if self.verb is not Verb.CREATED:
            self.add(note)

    def add(self, note: str) -> None:
        """Something is there now that was not there before."""
        if self.verb is Verb.UNCHANGED:
            self.verb = Verb.CHANGED
        self.notes.append(note)

    def __str__(self) -> str:
        handle = "".join(sign if sign.isprintable() else "�" for sign in self.handle)
        notes = f"  {'; '.join(self.notes)}" if self.notes else ""
        return f"row {self.line:<5} {self.verb:<9}  {handle or '?'}{notes}"


@dataclass
class Report:
    results: list[RowResult] = field(default_factory=list)
    products: int = 0

    def add(self, results: list[RowResult]) -> None:
        self.results += results
        self.products += 1

    def count(self, verb: Verb) -> int:
        return Counter(result.verb for result in self.results)[verb]

    def lines(self) -> Iterator[str]:
        yield from map(str, sorted(self.results, key=lambda result: result.line))
        counts = ", ".join(f"{self.count(verb)} {verb}" for verb in Verb)
        yield f"{len(self.results)} rows of {self.products} products: {counts}."
