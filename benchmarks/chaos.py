"""The big storm: `python -m benchmarks.chaos --orders 500 --kills 50 --database postgresql`.

A whole shop with all its processes sells over HTTP while webhooks come twice, late and shuffled,
and worker and sweeper are killed again and again. Then the books must agree with Stripe's.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.reliability import chaos
from tests.reliability.test_chaos import prices
from tests.servers.databases import postgres
from tests.servers.house import House


def main() -> None:
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        is_postgres = options.database == "postgresql"
        url = stack.enter_context(postgres()) if is_postgres else ""
        house = stack.enter_context(House(folder, workers=2, database_url=url))
        house.shop("seed")
        tally = chaos.run(
            house, prices(house), orders=options.orders, kills=options.kills, seed=options.seed
        )
        print(tally)
        checked = house.shop("invariants", "--patience", "5")
        print(checked.stdout)
    sys.exit(checked.returncode)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
