"""The small storm; `python -m benchmarks.chaos` is the big one."""

import pytest
from sqlalchemy import select

from shop.catalog.models import Price, Variant
from tests.reliability import chaos
from tests.servers.fixtures import MakeHouse
from tests.servers.house import House

ORDERS, KILLS = 60, 6


def prices(house: House) -> list[int]:
    """One of them is scarce."""
    with house.session() as session:
        query = select(Price.id).join(Variant).where(Price.is_active, Price.interval.is_(None))
        return list(session.scalars(query.where(Price.currency == "EUR").order_by(Price.id)))[:6]


@pytest.mark.timeout(400)
def test_a_small_storm_leaves_the_books_in_order(make_house: MakeHouse) -> None:
    house = make_house()
    seeded = house.shop_here("seed")
    assert seeded.exit_code == 0, seeded.output
    tally = chaos.run(house, prices(house), orders=ORDERS, kills=KILLS)
    assert set(tally.answers) <= {"completed", "declined", "sold out"}, tally
    assert tally.answers["completed"] > ORDERS / 3
    assert sum(tally.kills.values()) == KILLS
    assert tally.deliveries > 2 * ORDERS
    checked = house.shop("invariants", "--patience", "3")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert len(house.mails()) == tally.answers["completed"]
