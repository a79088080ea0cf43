"""granian with the app made before its processes are: they share what none of them writes to.

`python -m shop.operations.preloading`, with granian's own options. A single process is better off
without: it would share with its parent alone.
"""

import gc
from importlib import import_module

from granian.cli import entrypoint
from sqlalchemy.orm import configure_mappers

from shop import money

APP = "shop.operations.shared_app"


def main() -> None:
    import_module(APP)
    configure_mappers()
    money.show(0, "EUR")  # reads the locale
    gc.collect()
    gc.freeze()  # or the first collection of each process would write to all of it
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
