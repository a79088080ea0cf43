"""Where a mail goes: an SMTP server, or a folder that a person can open."""

import os
import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage
from email.policy import EmailPolicy
from pathlib import Path
from socket import SHUT_RDWR, socket
from threading import Timer
from urllib.parse import unquote, urlsplit

from shop import config

PATIENCE = 10  # seconds, for one answer
LIMIT = 20
"""Seconds for the whole talk: shorter than a lease, so that nobody else sends the mail too."""


class Undeliverable(Exception):
    """The address is good, but this mail server cannot write it. A later try would be the same."""


def deliver(message: EmailMessage) -> None:
    """Hand the message over.

    :raises OSError: when the server cannot be reached or refuses; `smtplib` raises these too.
    :raises Undeliverable: when the server does not know addresses with letters such as "ü".
    """
    settings = config.current()
    if settings.mail_url:
        with _connect(settings.mail_url) as server:
            _send(message, server)
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


def _send(message: EmailMessage, server: smtplib.SMTP) -> None:
    try:
        server.send_message(message)
    except smtplib.SMTPNotSupportedError as error:
        reason = "the mail server does not offer SMTPUTF8, which this address needs"
        raise Undeliverable(reason) from error
    with suppress(smtplib.SMTPException):  # the mail is theirs, whatever they say to our good-bye
        server.quit()


@contextmanager
def _connect(url: str) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(url)
    end = time.monotonic() + LIMIT
    server = smtplib.SMTP(parts.hostname or "localhost", parts.port or 25, timeout=PATIENCE)
    with closing(server), _hang_up_at(end, server):
        if parts.username:
            server.starttls(context=ssl.create_default_context())
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


@contextmanager
def _hang_up_at(end: float, server: smtplib.SMTP) -> Iterator[None]:
    """
    :param end: by the monotonic clock.
    :raises TimeoutError: when it came to that.
    """
    assert server.sock is not None  # noqa: S101  for the type checker
    with server.sock.dup() as line:  # stays ours when TLS takes the other one over
        hang_up = Timer(end - time.monotonic(), _shut, [line])
        hang_up.start()
        try:
            yield
        except smtplib.SMTPException:  # what was cut off may look like any answer
            if time.monotonic() >= end:
                raise TimeoutError(f"the mail server took longer than {LIMIT} seconds") from None
            raise
        finally:
            hang_up.cancel()
            hang_up.join()


def _shut(line: socket) -> None:
    with suppress(OSError):  # the other side was first
        line.shutdown(SHUT_RDWR)


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(folder)


def _write(message: EmailMessage, folder: Path) -> None:
    _make_folder(folder)
    name = str(message["Message-ID"]).strip("<>").split("@")[0]
    part = folder / f"{name}.part"
    utf8 = not str(message["To"]).isascii()
    part.write_bytes(message.as_bytes(policy=EmailPolicy(utf8=utf8)))
    part.replace(folder / f"{name}.eml")  # whole or not at all
