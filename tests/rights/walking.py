"""Everybody at every door."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from shop.accounts import tokens
from shop.accounts.models import Role, User
from shop.admin import gate
from shop.db import SAFE_METHODS, commit, session
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser
from tests.rights import things
from tests.rights.table import ASKED, HIDDEN, IN, REFUSED, Right
from tests.rights.things import Parts

Call = tuple[str, str]
"""Method and path."""
UNGUESSABLE = ("token", "note_token", "secret", "draft")
WRONG = "x" * 43
"""As long as the names that nobody guesses."""


def routes(app: Flask) -> Iterator[tuple[str, Rule, str]]:
    """`GET /cart`, its rule and its method."""
    for rule in app.url_map.iter_rules():
        if not gate.is_back_office(rule.rule):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield f"{method} {rule.rule}", rule, method


@dataclass
class Person:
    browser: Browser
    user: User | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, sent: Parts) -> str:
        """What came of it, in a word of the table."""
        body: dict[str, Any] = {"json": sent} if path.startswith("/api/") else {"data": sent}
        body = body if sent else {}
        answer = self.browser.open(
            path, method=method, headers=dict(self.headers), buffered=True, **body
        )
        if self.user and method not in SAFE_METHODS:
            self._come_back()
        return outcome(answer)

    def _come_back(self) -> None:
        """Whatever ended the session, such as a sign-out."""
        if self.browser.get("/account").status_code != 200:
            assert self.user
            self.browser.sign_in(self.user.email, PASSWORD)


def outcome(answer: TestResponse) -> str:
    status = answer.status_code
    leads_to_sign_in = status == 303 and urlsplit(answer.location or "").path == "/sign-in"
    if leads_to_sign_in or status == 401:
        return ASKED
    if status in {404, 410}:
        return HIDDEN
    if status in {400, 403}:
        return REFUSED
    is_well = status < 500 or status == 503  # some part of the shop does not run here
    return IN if is_well and status != 405 else f"answered with {status}"


def people(app: Flask) -> dict[str, Person]:
    """The owner comes late: what others tried must have left everything as it was."""
    found = {"stranger": Person(open_browser(app))}
    roles = {"other": Role.CUSTOMER, "support": Role.SUPPORT, "admin": Role.ADMIN}
    for name, role in (*roles.items(), ("owner", Role.CUSTOMER)):
        user = make_user(email=f"{name}@rights.example", role=role)
        browser = open_browser(app)
        browser.sign_in(user.email, PASSWORD)
        found[name] = Person(browser, session.get_one(User, user.id))
    owner = found["owner"].user
    assert owner
    bearer = {"Authorization": f"Bearer {tokens.create(owner, 'server')}"}
    commit()
    found["server"] = Person(open_browser(app), headers=bearer)
    for person in found.values():
        things.cart_line(None, person.browser)
    return found


@dataclass
class Walk:
    """Of everybody along all routes; what was not as the table says."""

    app: Flask
    everybody: dict[str, Person]
    found: list[str] = field(default_factory=list)

    def try_route(self, name: str, right: Right, rule: Rule, method: str) -> None:
        parts = self._thing(right)
        if right.is_link:
            guesses = {**parts, **dict.fromkeys(UNGUESSABLE, WRONG)}
            for who in self.everybody:
                self._try(f"{name}, guessed", who, self._call(rule, guesses, method), HIDDEN)
        sent = {field: parts[field] for field in right.sends}
        special = {"stranger": right.stranger, "owner": right.owner}
        for who in self.everybody:
            if who != "server":
                wanted = special.get(who, right.others)
                self._try(name, who, self._call(rule, parts, method), wanted, sent)
        call = self._call(rule, self._thing(right), method)
        is_api = rule.rule.startswith("/api/")
        self._try(name, "server", call, right.owner if is_api else right.stranger, sent)

    def _thing(self, right: Right) -> Parts:
        owner = self.everybody["owner"]
        user = None if right.is_link else owner.user
        return right.thing(user, owner.browser) if right.thing else {}

    def _call(self, rule: Rule, parts: Parts, method: str) -> Call:
        values = {key: parts[key] for key in rule.arguments}
        return method, self.app.url_map.bind("localhost").build(rule.endpoint, values, method)

    def _try(self, name: str, who: str, call: Call, wanted: str, sent: Parts | None = None) -> None:
        told = self.everybody[who].ask(*call, sent or {})
        if told != wanted:
            self.found.append(f"{name}: {who} is {told}, not {wanted}")


def wrong(app: Flask, table: Mapping[str, Right]) -> list[str]:
    """Every answer that is not what the table says; what only reads comes first."""
    walk = Walk(app, people(app))
    chosen = [route for route in routes(app) if route[0] in table]
    for name, rule, method in sorted(chosen, key=lambda route: route[2] not in SAFE_METHODS):
        walk.try_route(name, table[name], rule, method)
    return walk.found
