"""Processes die while a purchase is under way; the shop catches up by itself.

Rows I09, I10 and I13, on SQLite with the embedded broker and on PostgreSQL with Redis.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests
from sqlalchemy import Row, select, update

from shop.billing.models import StripeEvent
from shop.db import utcnow
from shop.leases import State
from shop.mail.models import Mail
from shop.orders.models import Order, PaymentState
from tests.mail.smtp import SmtpServer, smtp_server
from tests.servers.databases import database
from tests.servers.fixtures import open_house
from tests.servers.house import House
from tests.servers.processes import eventually

CATCHES_UP = 25  # seconds, while somebody is there to do it and the machine has other work too
STARTS = 60  # seconds, on a busy machine


@pytest.fixture(scope="module")
def smtp() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture(scope="module", params=["embedded", "at scale"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, smtp: SmtpServer
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("recovery")
    if request.param == "embedded":
        with open_house(folder, mail_url=smtp.url) as house:
            yield house
        return
    with (
        database(request.getfixturevalue("postgres_url"), "recovery") as url,
        open_house(folder, redis=True, database_url=url, mail_url=smtp.url) as house,
    ):
        yield house


@pytest.fixture(autouse=True)
def _kind(smtp: SmtpServer) -> Iterator[None]:
    smtp.mood = "kind"
    smtp.mails.clear()
    yield
    smtp.mood = "kind"


@pytest.fixture
def shop(house: House) -> House:
    """All of it, whatever the last test did to it."""
    return run_all_but(house)


@pytest.fixture
def without_sweeper(house: House) -> House:
    """So that nobody else can do what the worker does."""
    if house.parts["sweeper"].is_running:
        house.kill("sweeper")
    return run_all_but(house, "sweeper")


def run_all_but(house: House, without: str = "") -> House:
    for name, part in house.parts.items():
        if name != without and not part.is_running:
            house.restart(name)
    return house


class Purchase:
    """An order, its payment at Stripe, and what came of it."""

    def __init__(self, shop: House, order_id: int, intent: str) -> None:
        self.shop, self.order_id, self.intent = shop, order_id, intent

    def pay(self) -> None:
        """At Stripe, which tells the shop by webhook."""
        answer = requests.post(
            f"{self.shop.sandbox.url}/v1/payment_intents/{self.intent}/confirm",
            data={"payment_method": "pm_card_visa", "return_url": self.shop.base_url},
            auth=("sk_test_keystall", ""),
            timeout=10,
        )
        assert answer.json()["status"] == "succeeded"

    def is_paid(self) -> bool:
        with self.shop.session() as session:
            state = session.scalar(select(Order.payment_state).where(Order.id == self.order_id))
        return state is PaymentState.PAID

    def mail(self) -> Row[State, int]:
        """Its state and attempts; what it says is sealed."""
        with self.shop.session() as session:
            columns = select(Mail.state, Mail.attempts)
            return session.execute(columns.where(Mail.key == f"order:{self.order_id}:paid")).one()

    def is_told(self) -> bool:
        return self.is_paid() and self.mail().state is State.DONE

    def statuses(self) -> set[int]:
        """What the shop answered to the webhooks."""
        assert self.shop.sandbox.wait_idle()
        return {delivery["status"] for delivery in self.shop.sandbox.deliveries()}


@pytest.fixture(scope="module")
def _purchases(house: House) -> list[Purchase]:
    """One for each test: making them is most of the time."""
    made = house.run_module("tests.operations.purchase", "11")
    return [Purchase(house, order_id, intent) for order_id, intent in made]


@pytest.fixture
def purchase(_purchases: list[Purchase]) -> Purchase:
    return _purchases.pop()


def test_everything_runs(shop: House, purchase: Purchase, smtp: SmtpServer) -> None:
    purchase.pay()

    assert eventually(purchase.is_told, STARTS)
    assert len(smtp.mails) == 1
    assert eventually(lambda: shop.get("/readyz").status_code == 200, STARTS)
    assert shop.shop("doctor").returncode == 0


def test_i09_the_broker_is_killed_and_the_work_is_done_all_the_same(
    shop: House, purchase: Purchase, smtp: SmtpServer
) -> None:
    shop.kill("broker")
    purchase.pay()

    assert purchase.statuses() == {200}
    assert eventually(purchase.is_told, CATCHES_UP)
    assert len(smtp.mails) == 1
    assert shop.get("/products").status_code == 200
    assert shop.get("/readyz").json()["broker"] == "down"


FULL = ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0")
READ_ONLY = ("REPLICAOF 127.0.0.1 9", "REPLICAOF NO ONE")


@contextmanager
def broker_that(shop: House, trouble: tuple[str, str]) -> Iterator[None]:
    """Takes nothing, and takes everything again afterwards."""
    spoil, cure = trouble
    with shop.broker as broker:
        broker.execute_command(spoil)
        try:
            yield
        finally:
            broker.execute_command(cure)


@pytest.mark.parametrize("trouble", [FULL, READ_ONLY], ids=["full", "read-only"])
def test_i09_the_broker_takes_nothing_and_the_work_is_done_all_the_same(
    shop: House, purchase: Purchase, smtp: SmtpServer, trouble: tuple[str, str]
) -> None:
    with broker_that(shop, trouble):
        purchase.pay()

        assert purchase.statuses() == {200}
        assert eventually(purchase.is_told, CATCHES_UP)
        assert len(smtp.mails) == 1
        assert shop.get("/products").status_code == 200
        assert shop.get("/readyz").json()["broker"] == "down"
        said = shop.shop_here("doctor").output
        assert "DOWN  broker" in said
        assert "room to write" in said


def test_i09_the_worker_goes_on_when_the_broker_is_back(
    without_sweeper: House, purchase: Purchase
) -> None:
    without_sweeper.kill("broker")
    without_sweeper.restart("broker")
    without_sweeper.restart("web")  # it would leave a broker alone that failed a moment ago
    purchase.pay()

    assert eventually(purchase.is_told, STARTS)


@pytest.mark.parametrize("trouble", [FULL, READ_ONLY], ids=["full", "read-only"])
def test_i09_the_worker_goes_on_when_the_broker_takes_work_again(
    without_sweeper: House, purchase: Purchase, trouble: tuple[str, str]
) -> None:
    with broker_that(without_sweeper, trouble):
        assert eventually(lambda: without_sweeper.get("/readyz").json()["broker"] == "down")
    without_sweeper.restart("web")  # it would leave a broker alone that failed a moment ago
    purchase.pay()

    assert eventually(purchase.is_told, STARTS)


def test_i09_the_broker_forgets_everything(
    without_sweeper: House, purchase: Purchase, smtp: SmtpServer
) -> None:
    without_sweeper.kill("worker")
    purchase.pay()
    assert purchase.statuses() == {200}
    with without_sweeper.broker as broker:
        assert broker.llen("celery")
        broker.flushall()
    assert not purchase.is_paid()
    without_sweeper.restart("sweeper")

    assert eventually(purchase.is_told, STARTS)
    assert len(smtp.mails) == 1


def end_leases(shop: House) -> None:
    """What the dead had in hand is free now, not in half a minute."""
    long_ago = utcnow() - timedelta(hours=1)
    with shop.session() as session:
        for model in (Mail, StripeEvent):
            session.execute(update(model).where(model.lease.is_not(None)).values(due_at=long_ago))


def kill_who_sends(shop: House, smtp: SmtpServer, purchase: Purchase) -> None:
    """SIGKILL for worker and sweeper while one of them talks to the mail server."""
    smtp.waits.clear()
    purchase.pay()
    assert smtp.waits.wait(STARTS)
    assert purchase.mail().attempts == 1
    shop.kill("worker")
    shop.kill("sweeper")


@pytest.mark.parametrize(("mood", "times"), [("deaf", 1), ("speechless", 2)])
def test_i10_killed_while_the_mail_is_sent(
    shop: House, purchase: Purchase, smtp: SmtpServer, mood: str, times: int
) -> None:
    """The mail comes once; twice under one Message-ID if the server had taken it."""
    smtp.mood = mood  # type: ignore[assignment]  # one of its moods
    kill_who_sends(shop, smtp, purchase)
    smtp.mood = "kind"
    end_leases(shop)
    shop.restart("sweeper")
    shop.restart("worker")

    assert eventually(purchase.is_told, STARTS)
    assert purchase.mail().attempts == 2
    assert len(smtp.mails) == times
    assert len({mail["Message-ID"] for mail in smtp.mails}) == 1


def test_i13_the_shop_is_killed_and_stripe_tries_again(shop: House, purchase: Purchase) -> None:
    shop.kill("web")
    purchase.pay()
    shop.sandbox.wait_idle()
    assert not purchase.is_paid()
    shop.restart("web")
    shop.sandbox.deliver()

    assert eventually(purchase.is_told, STARTS)
