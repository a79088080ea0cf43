"""Many at the same moment, each on its own database connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask
from sqlalchemy.exc import OperationalError

from shop.db import commit, rollback
from shop.errors import ShopError

Result = TypeVar("Result")


def race(
    app: Flask, contenders: int, act: Callable[[int], Result]
) -> list[Result | ShopError | OperationalError]:
    """What each contender's transaction returned, or the error that ended it."""
    start = Barrier(contenders)

    def contend(number: int) -> Result | ShopError | OperationalError:
        with app.app_context():
            start.wait(timeout=30)
            try:
                result = act(number)
                commit()
            except (ShopError, OperationalError) as error:
                rollback()
                return error
            return result

    with ThreadPoolExecutor(contenders) as pool:
        return list(pool.map(contend, range(contenders)))
