"""Every diagram is run, and every run is drawn."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from tests.flows.diagram import diagrams, difference
from tests.flows.recorder import Call
from tests.flows.stage import Stage
from tests.flows.stories import STORIES

Flow = tuple[str, str]

FLOWS = [pytest.param(flow, id=": ".join(flow)) for flow in sorted(diagrams())]
MESSAGES = [
    pytest.param(flow, number, id=f"{': '.join(flow)}: {number}")
    for flow, drawn in sorted(diagrams().items())
    for number in range(1, len(drawn) + 1)
]
_runs: dict[Flow, Sequence[Call]] = {}


@pytest.fixture
def run(request: pytest.FixtureRequest, flow: Flow) -> Sequence[Call]:
    """What the flow's story was seen to do; it is told once."""
    if flow not in _runs:
        stage: Stage = request.getfixturevalue("stage")
        STORIES[flow](stage)
        assert stage.recorder.sent == stage.at_stripe()
        _runs[flow] = stage.recorder.calls
    return _runs[flow]


def test_every_diagram_has_a_story_and_every_story_a_diagram() -> None:
    assert set(diagrams()) == set(STORIES)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_run_does_what_its_diagram_says(flow: Flow, run: Sequence[Call]) -> None:
    found = difference(diagrams()[flow], run)
    assert not found, f"{': '.join(flow)}\n{found}"


@pytest.mark.parametrize("flow", FLOWS)
def test_every_message_says_what_can_be_checked(flow: Flow) -> None:
    assert [message for message in diagrams()[flow] if not message.facts] == []


@pytest.mark.parametrize(("flow", "number"), MESSAGES)
def test_a_message_that_is_missing_is_noticed(flow: Flow, number: int, run: Sequence[Call]) -> None:
    drawn = [*diagrams()[flow]]
    lost = drawn.pop(number - 1)
    assert f"+{lost}" in difference(drawn, run).splitlines()


@pytest.mark.parametrize(("flow", "number"), MESSAGES)
def test_a_call_that_is_missing_is_noticed(flow: Flow, number: int, run: Sequence[Call]) -> None:
    shorter = [*run]
    lost = shorter.pop(number - 1)
    assert f"-{lost}" in difference(diagrams()[flow], shorter).splitlines()


@pytest.mark.parametrize("flow", FLOWS)
def test_another_order_is_noticed(flow: Flow, run: Sequence[Call]) -> None:
    for number, (first, second) in enumerate(pairwise(run)):
        swapped = [*run[:number], second, first, *run[number + 2 :]]
        assert difference(diagrams()[flow], swapped)
