"""`/readyz` and `shop doctor`, with each part down in its turn."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from shop.billing import endpoint
from shop.cli import open_shop
from shop.config import Settings
from shop.db import commit, db, session, utcnow
from shop.leases import State
from shop.search import tasks as search_tasks
from stripe_sandbox.testing import StripeSandbox
from tests.factories import make_product
from tests.mail.factories import make_mail
from tests.mail.smtp import smtp_server
from tests.servers.house import empty_file
from tests.servers.processes import eventually

PARTS = (
    *("address", "database", "schema", "broker", "index", "files", "licenses", "stripe", "mail"),
    *("texts", "work"),
)
NOBODY = "127.0.0.1:9"


@pytest.fixture(scope="module")
def prepared(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop with its schema, a product and an index."""
    folder = tmp_path_factory.mktemp("prepared")
    shutil.copy(empty_file(), folder / "shop.db")
    with shop_with(settings.model_copy(update={"data_dir": folder})):
        make_product()
        search_tasks.sweep()
        commit()
    return folder


@pytest.fixture
def migrated(
    settings: Settings, stripe_sandbox: StripeSandbox, prepared: Path, tmp_path: Path
) -> Settings:
    """A shop that has all it needs, by its settings."""
    ours = settings.model_copy(update={"data_dir": tmp_path})
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    with shop_with(ours):
        endpoint.keep(endpoint.url())
    return ours


@contextmanager
def shop_with(settings: Settings) -> Iterator[Flask]:
    app = open_shop(settings)
    with app.app_context():
        yield app
        session.remove()
        db.engine.dispose()


def ask_doctor(settings: Settings) -> Result:
    with shop_with(settings) as app:
        return app.test_cli_runner().invoke(args=["doctor"])


def probe(settings: Settings) -> tuple[int, dict[str, str]]:
    with shop_with(settings) as app:
        answer = app.test_client().get("/readyz")
        return answer.status_code, dict(answer.get_json())


def states(result: Result) -> dict[str, str]:
    lines = [line.split() for line in result.output.splitlines() if not line.startswith("      ")]
    return {line[1].rstrip(":"): line[0] for line in lines}


def test_a_healthy_shop(migrated: Settings) -> None:
    found = ask_doctor(migrated)

    assert states(found) == dict.fromkeys(["configuration", *PARTS, "webhook"], "ok")
    assert found.exit_code == 0


FAULTS = [
    (
        {"database_url": f"postgresql+psycopg://shop:canary@{NOBODY}/shop"},
        ["database", "schema", "texts", "work"],
        "Start the database server",
    ),
    ({"broker_url": f"redis://{NOBODY}/0"}, ["broker"], "SHOP_BROKER_URL"),
    ({"stripe_api_base": f"http://{NOBODY}"}, ["stripe", "webhook"], "SHOP_STRIPE_SECRET_KEY"),
    ({"mail_url": f"smtp://{NOBODY}"}, ["mail"], "SHOP_MAIL_URL"),
    ({"env": "production"}, ["address"], "https://"),
]


@pytest.mark.parametrize(("wrong", "parts", "cure"), FAULTS)
def test_what_is_down_is_named_with_its_cure(
    migrated: Settings, wrong: dict[str, str], parts: list[str], cure: str
) -> None:
    found = ask_doctor(migrated.model_copy(update=wrong))

    assert [part for part, state in states(found).items() if state == "DOWN"] == parts
    assert cure in found.output
    assert found.exit_code == 1
    assert "canary" not in found.output
    assert "Traceback" not in found.output


@pytest.mark.parametrize(
    ("there", "fault"),
    [
        ({"enabled_events": ["*"]}, ""),
        ({"enabled_events": ["invoice.paid"]}, "leaves out "),
        ({"disabled": True}, "switched off"),
        ({"url": "https://other.example/api/webhook"}, "sends no events to http://localhost/api"),
    ],
)
def test_an_endpoint_that_tells_too_little_is_named(
    migrated: Settings, there: dict[str, Any], fault: str
) -> None:
    with shop_with(migrated) as app:
        service = app.extensions["stripe"].v1.webhook_endpoints
        (made,) = service.list().data
        service.update(made.id, there)
    found = ask_doctor(migrated)

    assert (states(found)["webhook"] == "DOWN") == bool(fault)
    assert fault in found.output


def test_a_missing_migration_is_named(migrated: Settings) -> None:
    with shop_with(migrated):
        session.execute(text("DELETE FROM alembic_version"))
        commit()
    found = ask_doctor(migrated)

    assert states(found)["schema"] == "DOWN"
    assert "shop db upgrade" in found.output


def test_a_damaged_license_key_is_named(migrated: Settings) -> None:
    file = migrated.data_dir / "license-signing.key"
    file.write_text("not a key")
    found = ask_doctor(migrated)

    assert [part for part, state in states(found).items() if state == "DOWN"] == ["licenses"]
    assert str(file) in found.output
    assert "from the backup" in found.output


def test_a_mail_server_that_answers_is_well(migrated: Settings) -> None:
    with smtp_server() as server:
        found = ask_doctor(migrated.model_copy(update={"mail_url": server.url}))

    assert states(found)["mail"] == "ok"
    assert (server.tries, server.mails) == (1, [])


def test_work_that_nobody_does_is_noticed(migrated: Settings) -> None:
    with shop_with(migrated):
        make_mail(due_at=utcnow() - timedelta(seconds=50))
    assert states(ask_doctor(migrated))["work"] == "ok"

    with shop_with(migrated):
        make_mail(due_at=utcnow() - timedelta(seconds=70))
    assert "1 mails have waited" in ask_doctor(migrated).output


def test_work_that_failed_too_often_is_noticed(migrated: Settings) -> None:
    with shop_with(migrated):
        make_mail(state=State.DEAD)

    assert "1 mails failed too often" in ask_doctor(migrated).output


def test_readyz_asks_every_part(migrated: Settings) -> None:
    status, parts = probe(migrated)

    names = ["database", "schema", "broker", "index", "files", "stripe"]
    assert (status, parts) == (200, dict.fromkeys(names, "ok"))


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"database_url": f"postgresql+psycopg://shop@{NOBODY}/shop"}, "database"),
        ({"broker_url": f"redis://{NOBODY}/0"}, "broker"),
        ({"stripe_api_base": f"http://{NOBODY}"}, "stripe"),
    ],
)
def test_readyz_is_503_when_a_part_is_down(
    migrated: Settings, wrong: dict[str, str], part: str
) -> None:
    status, parts = probe(migrated.model_copy(update=wrong))

    assert (status, parts[part]) == (503, "down")


def test_readyz_does_not_ask_stripe_each_time(
    migrated: Settings, stripe_sandbox: StripeSandbox
) -> None:
    before = len(stripe_sandbox.requests())
    with shop_with(migrated) as app:
        for _ in range(3):
            assert app.test_client().get("/readyz").get_json()["stripe"] == "ok"

    asked = stripe_sandbox.requests()[:-before]  # newest first
    assert [one["path"] for one in asked] == ["/v1/products"]


def test_readyz_waits_for_a_slow_stripe_once_and_not_for_long(
    migrated: Settings, stripe_sandbox: StripeSandbox
) -> None:
    """Who comes meanwhile is told what was known before."""
    stripe_sandbox.fault("hang", "/v1/products", delay=3.5)
    with shop_with(migrated) as app, ThreadPoolExecutor() as threads:
        first = threads.submit(lambda: app.test_client().get("/readyz"))
        assert eventually(lambda: not stripe_sandbox.faults_left())  # the first is waiting now
        assert app.test_client().get("/readyz").get_json()["stripe"] == "down"
        assert not first.done()
        assert first.result().get_json()["stripe"] == "down"
    assert eventually(lambda: bool(stripe_sandbox.requests()))  # it answers at last, to nobody


def test_healthz_needs_nobody(migrated: Settings) -> None:
    gone = {"database_url": f"postgresql+psycopg://shop@{NOBODY}/shop"}
    with shop_with(migrated.model_copy(update=gone)) as app:
        assert app.test_client().get("/healthz").get_json() == {"status": "ok"}
