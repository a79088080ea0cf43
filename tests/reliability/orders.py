"""Events in every order, where what several orders begin with happens once."""

from collections.abc import Callable, Iterator, Sequence

from tests.reliability.crashes import Snapshot
from tests.reliability.world import Event, World


def in_every_order(
    world: World, events: Sequence[Event], hear: Callable[[Event], None]
) -> Iterator[None]:
    """Stop at the end of each order, with the shop as that order leaves it."""
    if len(events) == 1:
        hear(events[0])
        yield
        return
    untold = Snapshot(world.settings, world.stripe)
    for number, event in enumerate(events):
        if number:
            untold.restore()
        hear(event)
        yield from in_every_order(world, [*events[:number], *events[number + 1 :]], hear)
    untold.close()
