"""Private servers of Debian's packages: a PostgreSQL cluster, a Redis."""

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import URL, make_url

from tests.servers.processes import Service, free_port

WRITING = 120  # seconds, until a server that stops has written all it knows


def installed(name: str, path: str | Path | None) -> str:
    """The program's path. Without it the test is skipped, in CI it fails."""
    if path is None:
        missing = f"{name} is not installed: run tests/install-servers.sh as root"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return str(path)


@contextmanager
def postgres(kept: Path | None = None, *, by_socket: bool = False) -> Iterator[str]:
    """The URL of a database on a server of its own, without fsync.

    :param kept: a folder that outlives the server, and may hold what an earlier one left there.
    :param by_socket: as one talks to a server on the same machine, without TCP.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    folder = Path(installed("PostgreSQL", programs[-1] if programs else None)).parent
    user = _unprivileged_user()
    home = kept or Path(tempfile.mkdtemp(prefix="keystall-postgres-"))
    home.mkdir(parents=True, exist_ok=True)
    if user is not None:
        os.chown(home, user, -1)
    server = _cluster(folder, home, user)
    try:
        server.start()
        url = URL.create("postgresql+psycopg", "shop", None, "127.0.0.1", _port(server), "postgres")
        if by_socket:
            where = {"host": str(home), "port": str(_port(server))}
            url = url.set(host="", port=None).update_query_dict(where)
        server.wait_until(lambda: _answers(url))
        yield url.render_as_string()
    finally:
        if kept:
            server.stop(patience=WRITING)
        else:
            server.kill()
            server.stop()
            shutil.rmtree(home)


def _unprivileged_user() -> int | None:
    """PostgreSQL refuses to run as root."""
    if getpass.getuser() != "root":
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return known.get("postgres", known["nobody"])


def _cluster(folder: Path, home: Path, user: int | None) -> Service:
    data = home / "data"
    if not data.exists():
        subprocess.run(
            [
                *(folder / "initdb", "--pgdata", data, "--username", "shop", "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            check=True,
            capture_output=True,
            user=user,
            cwd=home,
        )
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(home),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "100",
    }
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command = [str(folder / "postgres"), "-D", str(data), "-p", str(free_port()), *flags]
    return Service(command, home / "postgres.log", user=user)


def _port(server: Service) -> int:
    return int(server.command[server.command.index("-p") + 1])


def _answers(url: URL) -> bool:
    try:
        psycopg.connect(_plain(url), connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def database(server_url: str, name: str) -> Iterator[str]:
    """The URL of a new database on this server, dropped at the end."""
    url = make_url(server_url)
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield url.set(database=name).render_as_string()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string()


@contextmanager
def redis_service(home: Path) -> Iterator[tuple[Service, str]]:
    """An empty Redis with its URL."""
    program = installed("Redis", shutil.which("redis-server"))
    port = free_port()
    options = ("--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(home))
    server = Service([program, *options], home / "redis.log")
    url = f"redis://127.0.0.1:{port}/0"
    try:
        server.start()
        server.wait_until(lambda: _pongs(url))
        yield server, url
    finally:
        server.stop()


def _pongs(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
