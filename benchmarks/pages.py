"""CPU of web and database per visit, over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import median, quantiles

import click

from benchmarks.crowd import Crowd, CrowdManager
from benchmarks.premises import DATABASES, Premises, open_premises
from benchmarks.yardstick import STEPS, yardstick

VISITORS, FIRST_VISITORS, ROUNDS = 400, 80, 5


@dataclass(frozen=True)
class Errand:
    name: str
    title: str
    goal: float
    """CPU milliseconds with 1,000 products, on PostgreSQL."""


ERRANDS = (
    Errand("see_list", "product list of 24", 4.0),
    Errand("see_product", "product page", 3.5),
    Errand("search", "search", 5.0),
    Errand("add_to_cart", "add to cart", 7.0),
    Errand("check_out", "checkout, five calls", 30.0),
)


@dataclass(frozen=True)
class Cost:
    """In milliseconds."""

    web: float
    database: float
    median: float
    slow: float
    """The 95th percentile."""

    @property
    def cpu(self) -> float:
        return self.web + self.database


@click.command()
@click.option("--products", default=1_000, show_default=True)
@click.option("--database", type=click.Choice(DATABASES), default="postgresql", show_default=True)
@click.option("--visitors", default=VISITORS, show_default=True, help="Of each round.")
@click.option("--rounds", default=ROUNDS, show_default=True)
def pages(products: int, database: str, visitors: int, rounds: int) -> None:
    """CPU per visit of lists, products, searches, carts and checkouts."""
    found: list[Sequence[Cost]] = []
    yards = []
    with open_premises(database, products, without=("worker", "sweeper")) as premises:
        with CrowdManager() as manager:
            crowd = manager.Crowd(premises.house.port, premises.wares)
            _run(premises, crowd, FIRST_VISITORS)
            premises.look_around()
            for _ in range(rounds):
                yards.append(yardstick())
                found.append(_run(premises, crowd, visitors))
                yards.append(yardstick())
        memory = premises.web.pss_mib()
    title = f"{database}, {products:,} products, {visitors} visitors in each of {rounds} rounds"
    _report(title, found)
    click.echo(f"\nMemory of the web processes: {memory:.0f} MiB (goal: 250)")
    click.echo(f"Yardstick, {STEPS:,} additions in Python: {median(yards):.0f} ms of CPU")


def _run(premises: Premises, crowd: Crowd, visitors: int) -> Sequence[Cost]:
    crowd.gather(visitors)
    return [_measure(premises, crowd, errand) for errand in ERRANDS]


def _measure(premises: Premises, crowd: Crowd, errand: Errand) -> Cost:
    families = (premises.web, premises.database)
    before = [family.cpu_seconds() for family in families]
    seconds = crowd.send(errand.name)
    web, database = (
        1_000 * (family.cpu_seconds() - start) / len(seconds)
        for family, start in zip(families, before, strict=True)
    )
    cuts = quantiles(seconds, n=100)
    return Cost(web, database, 1_000 * cuts[49], 1_000 * cuts[94])


def _report(title: str, found: Sequence[Sequence[Cost]]) -> None:
    """Of the cheapest round, all the columns after `least`: a busy host only adds."""
    click.echo(f"\n{title}; milliseconds\n")
    click.echo("| visit | goal | CPU of each round | least | web | database | p50 | p95 |")
    click.echo("|---|---|---|---|---|---|---|---|")
    for errand, costs in zip(ERRANDS, zip(*found, strict=True), strict=True):
        least = min(costs, key=attrgetter("cpu"))
        rounds = " ".join(f"{cost.cpu:.1f}" for cost in costs)
        times = (least.cpu, least.web, least.database, least.median, least.slow)
        cells = " | ".join(f"{one:.1f}" for one in times)
        click.echo(f"| {errand.title} | {errand.goal} | {rounds} | {cells} |")
