"""How much is taken off, and off which line. Whole minor units; no database, no floats."""

from collections.abc import Sequence
from typing import Protocol


class Takes(Protocol):
    """What a discount says it takes off; one of the two."""

    @property
    def basis_points(self) -> int | None: ...

    @property
    def amount(self) -> int | None: ...


def shares(takes: Takes, amounts: Sequence[int], step: int = 1) -> tuple[int, ...]:
    """What is taken off each line; never more than it costs.

    :param amounts: of the lines that it is for, in minor units; 0 for the others.
    :param step: see `money.step`; as long as prices keep to it, so does every share.
    """
    base = sum(amounts)
    if base % step or any(amount % step for amount in amounts):
        step = 1
    off = takes.amount if takes.basis_points is None else _part(base, takes.basis_points, step)
    return spread(min(off or 0, base), amounts, step)


def _part(amount: int, basis_points: int, step: int) -> int:
    """Half a step rounds up, for the customer."""
    base = 10_000 * step
    return (2 * amount * basis_points + base) // (2 * base) * step


def spread(off: int, amounts: Sequence[int], step: int = 1) -> tuple[int, ...]:
    """By largest remainder: in proportion, exact in sum, and fair to within a step.

    What a step leaves over is not given: a total that ends otherwise could not be paid.
    """
    base, off = sum(amounts), off // step
    if not base:
        return (0,) * len(amounts)
    exact = [divmod(off * amount, base) for amount in amounts]
    parts = [whole for whole, _ in exact]
    largest_first = sorted(range(len(amounts)), key=lambda n: (-exact[n][1], n))
    for n in largest_first[: off - sum(parts)]:
        parts[n] += 1
    return tuple(part * step for part in parts)
