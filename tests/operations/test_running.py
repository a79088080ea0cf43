"""`shop run`, as a person starts it."""

import shlex
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.operations import running
from tests.operations.test_processes import living_groups
from tests.servers.house import House
from tests.servers.processes import Service


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Its folder and settings; nothing is started."""
    return House(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def running_shop(house: House) -> Iterator[Service]:
    sandbox = shlex.join(house.parts["sandbox"].command)
    arguments = ["run", "--port", str(house.port), "--workers", "2", "--beside", sandbox]
    log = house.data_dir.parent / "run.log"
    service = Service([running.script("shop"), *arguments], log, env=house.env)
    service.start()
    service.wait_until(lambda: "is open" in service.tail())
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
    assert house.base_url in running_shop.tail()
    assert "admin@keystall.example" in running_shop.tail()
    assert house.get("/healthz").json() == {"status": "ok"}


def test_it_has_every_part(running_shop: Service) -> None:
    assert len(children(running_shop)) == 5  # sandbox, broker, worker, sweeper, web


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
