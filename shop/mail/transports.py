"""Where a mail goes: an SMTP server, or a folder that a person can open."""

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shop import config

TIMEOUT = 10  # seconds; shorter than a lease


def deliver(message: EmailMessage) -> None:
    """Hand the message over.

    :raises OSError: when the server cannot be reached or refuses; `smtplib` raises these too.
    """
    settings = config.current()
    if settings.mail_url:
        with _connect(settings.mail_url) as server:
            server.send_message(message)
    else:
        _write(message, settings.data_dir / "mail")


def check() -> None:
    """
    :raises OSError: when no mail could be sent now.
    """
    settings = config.current()
    if settings.mail_url:
        with _connect(settings.mail_url) as server:
            server.noop()
    else:
        _make_folder(settings.data_dir / "mail")


@contextmanager
def _connect(url: str) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(url)
    with smtplib.SMTP(parts.hostname or "localhost", parts.port or 25, timeout=TIMEOUT) as server:
        if parts.username:
            server.starttls(context=ssl.create_default_context())
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(folder)


def _write(message: EmailMessage, folder: Path) -> None:
    _make_folder(folder)
    name = str(message["Message-ID"]).strip("<>").split("@")[0]
    part = folder / f"{name}.part"
    part.write_bytes(message.as_bytes())
    part.replace(folder / f"{name}.eml")  # whole or not at all
