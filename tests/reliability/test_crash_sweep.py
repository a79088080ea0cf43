"""Die at every boundary of a flow, once: the buyer tries again or leaves, and the books agree."""

from collections.abc import Sequence

import pytest

from tests.reliability.crashes import Boundaries, Snapshot
from tests.reliability.flows import Expire, Fetch, Flow, GiveBack, PayAtStripe, PayHere
from tests.reliability.world import World

FLOWS: list[tuple[type[Flow], int]] = [
    (PayHere, 40),
    (PayAtStripe, 40),
    (GiveBack, 40),
    (Expire, 20),
]  # and the boundaries there must be, or the sweep has lost its subject


def run(flow: Flow, boundaries: Boundaries, *, stays: bool = True) -> None:
    """The process dies once, at the fatal boundary; a buyer who stays does it again."""
    with boundaries.watch():
        for step in flow.steps():
            if step.by_buyer and boundaries.has_killed and not stays:
                continue
            if not boundaries.run(step.act) and (stays or not step.by_buyer):
                step.act()


def sweep(flow: Flow, least: int, *, statements: bool = False) -> dict[int, Sequence[str]]:
    """By boundary, what is wrong after a death there."""
    world, broken = flow.world, {}
    prepared = Snapshot(world.settings, world.stripe)
    alive = Boundaries(statements=statements)
    run(flow, alive)
    assert alive.count >= least
    for fatal in range(1, alive.count + 1):
        prepared.restore()
        boundaries = Boundaries(fatal, statements=statements)
        run(flow, boundaries, stays=bool(fatal % 2))
        assert boundaries.has_killed
        world.end_checkouts()
        world.finish()
        if offenses := world.offenses():
            broken[fatal] = offenses
    prepared.close()
    return broken


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("flow", "least"), FLOWS)
def test_i02_a_death_at_any_lasting_boundary_leaves_the_books_in_order(
    world: World, flow: type[Flow], least: int
) -> None:
    assert sweep(flow(world), least) == {}


def test_i02_a_death_at_any_statement_counts_a_download_once(world: World) -> None:
    assert sweep(Fetch(world), 15, statements=True) == {}
