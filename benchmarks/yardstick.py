"""How fast this machine is just now."""

import time

STEPS = 1_000_000


def yardstick() -> float:
    """CPU milliseconds of a fixed task: others on the same cores make every millisecond longer."""
    total, started = 0, time.process_time()
    for number in range(STEPS):
        total += number
    return 1_000 * (time.process_time() - started)
