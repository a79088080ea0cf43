"""An SMTP server that keeps what it gets, or is in another mood."""

import email
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import default
from typing import Literal

Mood = Literal["kind", "busy", "refusing", "forgetful", "speechless", "deaf", "rude", "slow"]
REFUSALS = {"busy": b"450 try again later", "refusing": b"550 no such person"}


class SmtpServer(socketserver.ThreadingTCPServer):
    """The moods: `busy` and `refusing` turn a mail away, `forgetful` takes it and hangs up.

    `deaf` does not answer before it took the mail, `speechless` not after. `rude` takes it and has
    no good-bye, `slow` answers letter by letter and comes to no end.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.mood: Mood = "kind"
        self.waits = threading.Event()
        self.tries = 0
        self.extensions: list[bytes] = []
        self.commands: list[bytes] = []
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class Session(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        self.server.tries += 1
        self._say(b"220 ready")
        while line := self.rfile.readline():
            self.server.commands.append(line.strip())
            verb = line[:4].upper()
            if verb == b"QUIT":
                return self._say(b"421 go" if self.server.mood == "rude" else b"221 bye")
            if verb == b"EHLO":
                self._greet()
            elif verb == b"DATA":
                if not self._take():
                    return None
            else:
                self._say(self._answer(verb, line))
        return None

    def _greet(self) -> None:
        for word in self.server.extensions:
            self._say(b"250-" + word)
        self._say(b"250 fine")

    def _answer(self, verb: bytes, line: bytes) -> bytes:
        if verb == b"RCPT":
            if self.server.mood == "deaf":
                self._wait()
            if self.server.mood == "slow":
                self._drip()
            if self.server.mood in REFUSALS:
                return REFUSALS[self.server.mood]
            self.server.recipients.append(line.decode().partition(":")[2].strip(" <>\r\n"))
        return b"250 fine"

    def _take(self) -> bool:
        """The mail; False when the connection ends before the answer."""
        self._say(b"354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        self.server.mails.append(email.message_from_bytes(b"".join(lines), policy=default))
        if self.server.mood == "speechless":
            self._wait()
        if self.server.mood == "forgetful":
            return False
        self._say(b"250 kept")
        return True

    def _wait(self) -> None:
        """Until the other side gives up, or dies."""
        self.server.waits.set()
        self.rfile.read()

    def _drip(self) -> None:
        with suppress(OSError):
            while True:
                self.wfile.write(b"2")
                time.sleep(0.05)

    def _say(self, answer: bytes) -> None:
        self.wfile.write(answer + b"\r\n")


@contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
