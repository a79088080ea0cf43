"""Who called whom while a flow ran: watched from outside, nothing is replaced.

A call is named after the nearest public function of the shop on the stack. One that asks the
database three times in a row is one call.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from inspect import unwrap
from types import FrameType
from typing import Any

import pytest
from celery import signals
from flask import Flask, Response, has_request_context, request, request_finished, request_started
from requests.adapters import HTTPAdapter
from sqlalchemy import event
from whoosh.writing import SegmentWriter

from shop.db import db
from shop.downloads.storage import FolderStorage
from shop.mail import transports
from shop.search.reading import Reading

WATCHED = (
    (Reading, "matches", "Index"),
    (Reading, "best", "Index"),
    (Reading, "corrected", "Index"),
    (SegmentWriter, "commit", "Index"),
    (FolderStorage, "open", "Files"),
    (transports, "deliver", "Mail"),
)
PLUMBING = {"shop.db", "shop.rows"}  # whoever uses them is the one to name
NO_WORK = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")
ID = re.compile(r"/(?:pi|cs|re|ch|pm|ctoken|sub|cus|bps|bpc|in)_\w+")
CONVERTER = re.compile(r"<(?:[^<>]*:)?(\w+)>")


@dataclass(frozen=True)
class Call:
    """`facts` is what a diagram has to say too, such as the route and the function."""

    source: str
    target: str
    facts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}: {' | '.join(self.facts)}"


class Recorder:
    def __init__(self, app: Flask, stripe_url: str) -> None:
        self.app = app
        self.stripe_url = stripe_url
        self.is_on = False
        self.calls: list[Call] = []
        self.sent: list[str] = []
        """What went to Stripe's API, with whole addresses, for comparison with its own log."""
        self._actor: ContextVar[str | None] = ContextVar("actor", default=None)

    @contextmanager
    def acting(self, name: str) -> Iterator[None]:
        """What this thread does meanwhile is done by this participant."""
        token = self._actor.set(name)
        try:
            yield
        finally:
            self._actor.reset(token)

    @contextmanager
    def listening(self) -> Iterator[None]:
        with ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            for owner, name, target in WATCHED:
                self._watch(patch, owner, name, target)
            self._watch_http(patch)
            stack.enter_context(request_started.connected_to(self._on_request, self.app))
            stack.enter_context(request_finished.connected_to(self._on_answer, self.app))
            event.listen(db.engine, "before_cursor_execute", self._on_query)
            stack.callback(event.remove, db.engine, "before_cursor_execute", self._on_query)
            signals.before_task_publish.connect(self._on_nudge)
            stack.callback(signals.before_task_publish.disconnect, self._on_nudge)
            yield

    def _watch(self, patch: pytest.MonkeyPatch, owner: Any, name: str, target: str) -> None:
        original = getattr(owner, name)

        @wraps(original)
        def watched(*args: Any, **kwargs: Any) -> Any:
            self._note(target)
            return original(*args, **kwargs)

        patch.setattr(owner, name, watched)

    def _watch_http(self, patch: pytest.MonkeyPatch) -> None:
        original = HTTPAdapter.send

        @wraps(original)
        def send(adapter: HTTPAdapter, prepared: Any, *args: Any, **kwargs: Any) -> Any:
            if self.is_on and self._who() and prepared.url.startswith(self.stripe_url):
                path = prepared.url.removeprefix(self.stripe_url).partition("?")[0]
                if path.startswith("/v1/"):
                    self.sent.append(f"{prepared.method} {path}")
                self._note("Stripe", f"{prepared.method} {ID.sub('/{id}', path)}")
            return original(adapter, prepared, *args, **kwargs)

        patch.setattr(HTTPAdapter, "send", send)

    def _on_request(self, _app: Flask, **_: Any) -> None:
        view = unwrap(self.app.view_functions[request.endpoint or ""])
        path = CONVERTER.sub(r"{\1}", str(request.url_rule))
        facts = (f"{request.method} {path}", f"{view.__module__}.{view.__qualname__}")
        if request.endpoint == "webhook.receive":
            payload: Any = request.get_json()
            self._keep(Call("Stripe", "Shop", (payload["type"], *facts)))
        else:
            self._keep(Call("Browser", "Shop", facts))

    def _on_answer(self, _app: Flask, response: Response, **_: Any) -> None:
        asked_by = "Stripe" if request.endpoint == "webhook.receive" else "Browser"
        self._keep(Call("Shop", asked_by, (str(response.status_code),)))

    def _on_query(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(NO_WORK):
            self._note("Database")

    def _on_nudge(self, sender: str, **_: Any) -> None:
        if who := self._who():
            self._keep(Call(who, "Worker", (sender,)))

    def _note(self, target: str, *facts: str) -> None:
        """Keep the call, unless it repeats one of the same run of calls to this target."""
        who = self._who()
        if who is None:
            return
        function = author(sys._getframe(1))
        call = Call(who, target, (*facts, function) if function else facts)
        for earlier in reversed(self.calls):
            if (earlier.source, earlier.target) != (who, target):
                break
            if earlier == call:
                return
        self._keep(call)

    def _keep(self, call: Call) -> None:
        if self.is_on:
            self.calls.append(call)

    def _who(self) -> str | None:
        return "Shop" if has_request_context() else self._actor.get()


def author(frame: FrameType | None) -> str | None:
    """The nearest public function of the shop from here upwards."""
    fallback = None
    while frame:
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_qualname
        is_public = not any(part.startswith(("_", "<")) for part in name.split("."))
        if is_public and module in PLUMBING:
            fallback = f"{module}.{name}"
        elif is_public and module.startswith("shop."):
            return f"{module}.{name}"
        frame = frame.f_back
    return fallback
