"""`shop run`, as a person starts it."""

import shlex
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from shop.billing.subscriptions.models import Subscription
from shop.checkout.drafts.models import Draft
from shop.licenses.models import Activation
from shop.operations import running
from shop.orders.models import Order, Shipment
from tests.operations.test_processes import living_groups
from tests.reliability import chaos
from tests.servers.house import House
from tests.servers.processes import Service, eventually


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Its folder and settings; nothing is started."""
    return House(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def running_shop(house: House) -> Iterator[Service]:
    sandbox = shlex.join(house.parts["sandbox"].command)
    arguments = ["run", "--demo", "--port", str(house.port), "--workers", "2", "--beside", sandbox]
    log = house.data_dir.parent / "run.log"
    service = Service([running.script("shop"), *arguments], log, env=house.env)
    service.start()
    service.wait_until(lambda: "is open" in service.tail(1000))
    assert eventually(lambda: "Made-up customers have bought" in service.tail(), within=120)
    yield service
    service.stop(patience=20)


def children(service: Service) -> set[int]:
    """Of the process itself; each leads a group."""
    assert service.process
    path = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    return set(map(int, path.read_text().split()))


def test_the_shop_is_open(house: House, running_shop: Service) -> None:
    page = house.get("/products")

    assert page.status_code == 200
    assert house.base_url in running_shop.tail(1000)
    assert "admin@keystall.example" in running_shop.tail(1000)
    assert house.get("/healthz").json() == {"status": "ok"}


def test_it_has_every_part(running_shop: Service) -> None:
    parts = 5  # sandbox, broker, worker, sweeper, web; the made-up customers go
    assert eventually(lambda: len(children(running_shop)) == parts)


def test_made_up_customers_have_bought(house: House, running_shop: Service) -> None:
    assert "left out" not in running_shop.tail(1000)
    chaos.drain(house)
    with house.session() as session:
        orders = Counter(session.scalars(select(Order.payment_state)))
        reasons = [reason for reason in session.scalars(select(Order.attention)) if reason]
        assert orders == {"paid": 8, "partially_refunded": 1, "failed": 1}
        assert reasons == ["the payment is disputed"]
        assert set(session.scalars(select(Subscription.status))) == {"trialing", "active"}
        assert [draft.state for draft in session.scalars(select(Draft))] == ["sent"]
        assert set(session.scalars(select(Shipment.state))) == {"shipped", "delivered"}
        assert session.scalar(select(func.count(Activation.id))) == 2
    checked = house.shop("invariants", "--patience", "3")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_second_access_log(house: House, running_shop: Service) -> None:
    house.get("/cart?token=canary")

    assert "canary" not in running_shop.tail(1000)


def test_a_port_in_use_is_said_and_nothing_starts(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = house.shop("run", "--port", port)

    assert ended.returncode == 1
    assert ended.stderr == f"Error: Port {port} is in use. Choose another: PORT=9000 make run\n"


def test_ctrl_c_ends_everything(running_shop: Service) -> None:
    """The last test of this file: the shop is gone after it."""
    groups = set(map(str, children(running_shop)))
    assert groups <= living_groups()
    assert running_shop.process
    running_shop.process.send_signal(signal.SIGINT)

    assert running_shop.process.wait(30) == 0
    assert not groups & living_groups()
    assert "Traceback" not in running_shop.tail(1000)
