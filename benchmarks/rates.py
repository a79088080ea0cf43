"""How many of one kind of request the shop answers in a second, and what one costs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles

import click

from benchmarks.connections import CONNECTIONS
from benchmarks.family import Family


@dataclass(frozen=True)
class Goal:
    what: str
    """One of them, as in `CPU per event`."""
    per_second: int
    slowest: int
    """Milliseconds of the 99th percentile."""


def measure(web: Family, ask: Callable[[int], list[float]], count: int, goal: Goal) -> None:
    """Ask, and print how that went beside the goal."""
    before, started = web.cpu_seconds(), time.perf_counter()
    times = ask(count)
    rate = count / (time.perf_counter() - started)
    cpu = 1_000 * (web.cpu_seconds() - before) / count
    cuts = [1_000 * cut for cut in quantiles(times, n=100)]
    click.echo(f"{count:,} {goal.what}s on {CONNECTIONS} connections\n")
    click.echo("| | goal | measured |\n|---|---|---|")
    click.echo(f"| {goal.what}s per second | {goal.per_second} | {rate:.0f} |")
    click.echo(f"| p50 / p99 ms | - / {goal.slowest} | {cuts[49]:.0f} / {cuts[98]:.0f} |")
    click.echo(f"| CPU of web per {goal.what}, ms | - | {cpu:.1f} |")
