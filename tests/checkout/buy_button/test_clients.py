"""Row S05: one client neither asks without end nor holds the whole stock."""

from typing import Any

import pytest
from flask import Flask

from shop.checkout import expiry
from shop.checkout.buy_button.clients import MOST_CLICKS, WINDOW, clicks
from shop.db import commit
from shop.orders.models import PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.catalog.race import race
from tests.checkout.buy_button.clicker import (
    TO_BERLIN,
    Clicker,
    open_clicker,
    pay,
    variant_of,
)
from tests.checkout.looking import let_time_pass, orders
from tests.factories import make_price


def click_from(clicker: Clicker, address: str, *given: Any) -> int:
    answer = clicker.click(*given, environ={"REMOTE_ADDR": address})
    return int(answer.status_code)


def test_s05_a_client_holds_half_at_most(clicker: Clicker) -> None:
    price = make_price(stock=5)
    answers = [clicker.click(price).status_code for _ in range(10)]
    assert answers == [201] * 3 + [409] * 7
    assert variant_of(price).reserved == 3
    refused = clicker.click(price).json
    assert "At most 3" in refused["errors"]["quantity"][0]


def test_s05_one_click_for_all_of_it_is_one_client_too(clicker: Clicker) -> None:
    price = make_price(stock=5)
    assert clicker.click(price, 4).status_code == 409
    assert variant_of(price).reserved == 0
    assert clicker.click(price, 3).status_code == 201


def test_s05_the_last_one_can_be_bought(clicker: Clicker) -> None:
    price = make_price(stock=1)
    assert clicker.click(price).status_code == 201


def test_s05_what_was_paid_or_given_up_is_not_held(
    clicker: Clicker, stripe_sandbox: StripeSandbox
) -> None:
    price = make_price(stock=4)
    clicker.ok(clicker.get(pay(stripe_sandbox, clicker.page(price, 2), **TO_BERLIN)))
    assert clicker.click(price).status_code == 201
    assert clicker.click(price).status_code == 409
    let_time_pass(minutes=31)
    expiry.expire_due()
    assert clicker.click(price).status_code == 201


def test_s05_others_have_their_own_share(clicker: Clicker) -> None:
    price = make_price(stock=4)
    first, second = "198.51.100.1", "198.51.100.2"
    assert [click_from(clicker, first, price) for _ in range(3)] == [201, 201, 409]
    assert click_from(clicker, second, price) == 201
    beside = [f"2001:db8:1:2::{number}" for number in (1, 2)]
    assert [click_from(clicker, address, price) for address in beside] == [201, 409]


def test_s05_clicks_at_once_hold_no_more(racing_app: Flask) -> None:
    clicks.forget()
    price = make_price(stock=4)
    price_id = price.id
    browsers = [open_clicker(racing_app) for _ in range(6)]

    def click(number: int) -> int:
        return int(browsers[number].click(price_id, origin=None).status_code)

    commit()
    assert sorted(map(str, race(racing_app, 6, click))) == ["201"] * 2 + ["409"] * 4
    assert variant_of(price).reserved == 2
    clicks.forget()


def test_who_clicks_too_often_waits_a_minute(
    clicker: Clicker, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(clicks, "clock", lambda: now[0])
    assert [clicker.click(9999).status_code for _ in range(MOST_CLICKS)] == [404] * MOST_CLICKS
    refused = clicker.click(9999)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(WINDOW))
    assert refused.mimetype == "application/problem+json"
    assert click_from(clicker, "198.51.100.1", 9999) == 404
    now[0] += WINDOW
    assert clicker.click(9999).status_code == 404


def test_the_address_itself_is_not_kept(clicker: Clicker) -> None:
    click_from(clicker, "198.51.100.1", make_price())
    [entry] = [entry for entry in orders()[0].entries if entry.kind == "buy_button"]
    assert "198.51.100" not in str(entry.data)
    assert entry.data["origin"] == "https://blog.example"
    assert orders()[0].payment_state is PaymentState.PENDING
