"""What `shop demo` refuses, and how it reads pages. `tests/operations/test_running.py` plays it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from pydantic import SecretStr

from shop.config import Settings
from shop.demo import people
from shop.demo.forms import forms_of

PAGE = """
<input name="outside" value="x">
<form action="/search"><input name="q"></form>
<form method="post" action="/pay/1">
  <input type="hidden" name="csrf_token" value="abc"><input name="number" autocomplete="cc-number">
  <input type="radio" name="method" value="card" checked>
  <input type="radio" name="method" value="debit">
  <input type="checkbox" name="news"><input type="checkbox" name="restock" checked>
  <select name="carrier"><option value="">None<option value="DHL" selected>DHL<option>UPS</select>
  <select name="country"><option value="DE">Germany<option value="FR">France</select>
  <input type="submit" name="act" value="pack"><button name="act" value="ship">Go</button>
</form>
"""


Told = Callable[..., str]


@pytest.fixture
def told(app: Flask, settings: Settings) -> Iterator[Told]:
    """What `shop demo` says, with other settings, when it does nothing."""

    def run(**change: object) -> str:
        app.extensions["settings"] = settings.model_copy(update=change)
        result = app.test_cli_runner().invoke(args=["demo"])
        assert result.exit_code == 1
        return result.output

    yield run
    app.extensions["settings"] = settings


def test_a_form_is_read_as_a_browser_sends_it() -> None:
    search, payment = forms_of(PAGE)
    assert (search.action, search.values) == ("/search", {"q": ""})
    assert payment.action == "/pay/1"
    assert payment.values == {
        "csrf_token": "abc",
        "number": "",
        "method": "card",
        "restock": "on",
        "carrier": "DHL",
        "country": "DE",
    }
    assert payment.names["cc-number"] == "number"


def test_every_visit_brings_new_customers(app: Flask) -> None:
    assert people.next_visit() == 1
    people.register(people.INES, 1)
    assert people.next_visit() == 2
    assert people.INES.email(1) == "ines.moreau@example.com"
    assert people.INES.email(2) == "ines.moreau.2@example.com"


def test_only_a_development_shop_has_made_up_customers(told: Told) -> None:
    assert told(env="production") == "Error: Made-up customers buy in a development shop only.\n"
    live = told(stripe_secret_key=SecretStr("sk_live_0"))
    assert live == "Error: Made-up customers buy in a development shop only.\n"


def test_a_shop_that_does_not_run_is_named(told: Told) -> None:
    said = told(base_url="http://127.0.0.1:9")
    assert said.startswith("Error: Nothing answers at http://127.0.0.1:9.")
    assert people.next_visit() == 1
