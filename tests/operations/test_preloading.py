"""Several web processes, forked from one that has loaded the shop."""

from pathlib import Path

from shop.operations import running
from tests.servers.house import House


def test_each_of_two_web_processes_serves_the_shop(tmp_path: Path) -> None:
    house = House(tmp_path, without=("sandbox", "broker", "worker", "sweeper"))
    house.parts["web"].command = running.web("127.0.0.1", house.port, workers=2)
    with house:
        answers = [house.get("/api/products") for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 8
