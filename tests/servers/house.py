"""The real thing: every process of a shop, on free ports, in a folder of its own."""

import atexit
import email
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from click.testing import Result
from pydantic import SecretStr
from redis import Redis, RedisError
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from shop import config
from shop.cli import open_shop
from shop.config import Settings
from shop.db import db
from shop.operations import running, schema
from stripe_sandbox.testing import Control
from tests.servers.databases import installed
from tests.servers.processes import Service, free_port, listens

ROOT = Path(__file__).parents[2]
PARTS = ("sandbox", "broker", "worker", "sweeper", "web")
WEBHOOK_SECRET = "whsec_house_0123456789abcdef0123456789"


class House:
    """`with House(folder) as house:` is a running shop; `without=` leaves parts out.

    Without a database URL it is SQLite; with `redis` the broker is one, else the embedded server.
    """

    def __init__(
        self,
        folder: Path,
        *,
        without: tuple[str, ...] = (),
        redis: bool = False,
        **settings: object,
    ) -> None:
        self.data_dir = folder / "data"
        self.port, self._sandbox_port = free_port(), free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.sandbox = Control(f"http://127.0.0.1:{self._sandbox_port}")
        if redis:
            settings["broker_url"] = f"redis://127.0.0.1:{free_port()}/0"
        self.settings = _settings(self, settings)
        self.env = _environment(self.settings)
        self._engine = create_engine(self.settings.sqlalchemy_url)
        self.parts = {
            name: Service(command, folder / "logs" / f"{name}.log", env=self.env)
            for name, command in self._commands().items()
            if name not in without
        }

    def _commands(self) -> dict[str, list[str]]:
        python = sys.executable
        webhook = ("--webhook-url", f"{self.base_url}/api/webhook")
        return {
            "sandbox": [
                *(python, "-m", "stripe_sandbox", "--port", str(self._sandbox_port)),
                *(*webhook, "--webhook-secret", WEBHOOK_SECRET, "--webhook-workers", "4"),
            ],
            "broker": self._broker_command(),
            "worker": running.worker(self.settings),
            "sweeper": [running.script("shop"), "sweep"],
            "web": running.web("127.0.0.1", self.port, workers=1),
        }

    def _broker_command(self) -> list[str]:
        url = urlsplit(self.settings.broker_url)
        if not url.port:
            return running.broker(self.settings)
        program = installed("Redis", shutil.which("redis-server"))
        return [program, "--bind", "127.0.0.1", "--port", str(url.port), "--save", ""]

    @property
    def broker(self) -> Redis:
        """A client of the broker; close it."""
        return Redis.from_url(self.settings.broker_url or f"unix://{self.settings.broker_socket}")

    def start(self) -> Self:
        if not self.settings.database_url and not self._file.exists():
            shutil.copy(empty_file(), self._file)
        schema.upgrade(self.settings.sqlalchemy_url)
        for part in self.parts.values():
            part.start()
        for name in self.parts:
            self._wait_for(name)
        return self

    @property
    def _file(self) -> Path:
        return self.settings.data_dir / "shop.db"

    def _wait_for(self, name: str) -> None:
        is_up = {
            "sandbox": lambda: listens(self._sandbox_port),
            "broker": self._broker_answers,
            "web": lambda: listens(self.port),
        }
        if name in is_up:
            self.parts[name].wait_until(is_up[name])

    def _broker_answers(self) -> bool:
        with self.broker as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False

    def stop(self) -> None:
        for part in self.parts.values():
            part.kill(signal.SIGTERM)
        for part in self.parts.values():
            part.stop()
        self._engine.dispose()

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal a part with all its children; SIGKILL by default."""
        self.parts[name].kill(number)
        if number is signal.SIGKILL:
            self.parts[name].stop()

    def restart(self, name: str) -> None:
        self.parts[name].stop()
        self.parts[name].start()
        self._wait_for(name)

    def get(self, path: str) -> requests.Response:
        return requests.get(self.base_url + path, timeout=10)

    def shop(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the shop; it may fail."""
        return self._run([running.script("shop"), *arguments])

    def shop_here(self, *arguments: str) -> Result:
        """The same in this process, without the seconds in which another one starts."""
        app = open_shop(self.settings)
        with app.app_context():
            done = app.test_cli_runner().invoke(args=arguments)
            db.engine.dispose()
        app.extensions["celery"].close()
        return done

    def run_module(self, name: str, *arguments: str) -> Any:
        """What a module, run with this house's settings, printed as JSON."""
        done = self._run([sys.executable, "-m", name, *arguments])
        if done.returncode:
            raise RuntimeError(f"{name} failed:\n{done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Its database. On SQLite the others cannot write until this ends."""
        with Session(self._engine) as session, session.begin():
            yield session

    def mails(self) -> list[EmailMessage]:
        files = sorted(
            (self.data_dir / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime
        )
        return [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]

    def logs(self) -> str:
        return "\n".join(f"--- {name}\n{part.tail()}" for name, part in self.parts.items())

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


@cache
def empty_file() -> Path:
    """An SQLite database after all migrations, which take three seconds."""
    file = Path(tempfile.mkdtemp(prefix="keystall-schema-"), "shop.db")
    schema.upgrade(f"sqlite:///{file}")
    atexit.register(shutil.rmtree, file.parent)
    return file


def _settings(house: House, given: dict[str, Any]) -> Settings:
    """The defaults and ours, whatever this machine's environment says."""
    values = {name: field.default for name, field in Settings.model_fields.items()} | {
        "base_url": house.base_url,
        "data_dir": house.data_dir,
        "stripe_api_base": house.sandbox.url,
        "stripe_webhook_secret": WEBHOOK_SECRET,
    }
    return config.load(_env_file=None, **(values | given))


def _environment(settings: Settings) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHOP_")}
    path = os.pathsep.join([str(ROOT), *filter(None, [inherited.get("PYTHONPATH")])])
    given = {f"SHOP_{name.upper()}": _text(value) for name, value in settings}
    return inherited | {"PYTHONPATH": path} | given


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
