"""Nudges leave after the commit, and a broker in trouble troubles nobody."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from structlog.testing import capture_logs

from shop import jobs
from shop.app import create_app
from shop.config import Settings
from shop.db import commit, rollback
from tests.servers.databases import redis_service
from tests.servers.processes import Service

TASK = "shop.mail.tasks.send_mail"
DOWN = "broker is down, the sweeper will do it"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[Service, str]]:
    """A Redis of this test's own, to be mistreated."""
    with redis_service(tmp_path) as service_and_url:
        yield service_and_url


@pytest.fixture
def shop(app: Flask, settings: Settings, broker: tuple[Service, str]) -> Iterator[Flask]:
    ours = create_app(settings.model_copy(update={"broker_url": broker[1]}))
    with ours.app_context():
        yield ours


def waiting(broker: tuple[Service, str]) -> int:
    with Redis.from_url(broker[1]) as client:
        found = client.llen("celery")
        assert isinstance(found, int)
        return found


def nudge() -> None:
    jobs.enqueue(TASK, 1)
    commit()


def complaints_of_two_nudges() -> list[str]:
    with capture_logs() as told:
        nudge()
        nudge()
    return [line["event"] for line in told]


@pytest.mark.usefixtures("shop")
def test_a_nudge_leaves_with_the_commit(broker: tuple[Service, str]) -> None:
    jobs.enqueue(TASK, 1)
    assert waiting(broker) == 0
    commit()
    assert waiting(broker) == 1


@pytest.mark.usefixtures("shop")
def test_a_rolled_back_nudge_does_not(broker: tuple[Service, str]) -> None:
    jobs.enqueue(TASK, 1)
    rollback()
    commit()
    assert waiting(broker) == 0


@pytest.mark.usefixtures("shop")
def test_i09_a_dead_broker_is_asked_once(broker: tuple[Service, str]) -> None:
    nudge()
    broker[0].stop()
    assert complaints_of_two_nudges() == [DOWN]


def test_i09_a_broker_that_hangs_slows_one_request_and_then_rests(
    shop: Flask, broker: tuple[Service, str]
) -> None:
    nudge()
    broker[0].kill(signal.SIGSTOP)
    assert complaints_of_two_nudges() == [DOWN]
    broker[0].kill(signal.SIGCONT)

    shop.extensions["broker_rest"].until = 0  # its rest is over
    before = waiting(broker)
    nudge()
    assert waiting(broker) == before + 1


def test_without_a_server_there_is_a_folder(tmp_path: Path, settings: Settings, app: Flask) -> None:
    ours = settings.model_copy(update={"broker_url": "filesystem://", "data_dir": tmp_path})
    with create_app(ours).app_context():
        nudge()

    assert len(list((tmp_path / "broker" / "messages").iterdir())) == 1
