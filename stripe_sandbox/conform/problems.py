from dataclasses import dataclass
from typing import Literal

Kind = Literal["missing", "unknown", "enum", "type", "null", "no_route"]


@dataclass(frozen=True)
class Problem:
    """One place where a value differs from the library's annotations."""

    kind: Kind
    detail: str
    path: tuple[str | int, ...] = ()

    def under(self, key: str | int) -> "Problem":
        return Problem(self.kind, self.detail, (key, *self.path))

    @property
    def param(self) -> str:
        """The place as Stripe writes it: `line_items[0][price_data][currency]`."""
        first, *rest = [str(part) for part in self.path] or [""]
        return first + "".join(f"[{part}]" for part in rest)

    def __str__(self) -> str:
        return f"{self.kind} {self.param}: {self.detail}"
