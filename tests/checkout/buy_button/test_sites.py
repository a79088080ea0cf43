"""Whose browsers may click, and that no cookie is looked at."""

from typing import Any

import pytest
import requests

from tests.accounts.factories import PASSWORD, make_user
from tests.checkout.buy_button.clicker import BLOG, PATH, Clicker
from tests.checkout.buyer import Buyer
from tests.checkout.looking import orders, the_order
from tests.factories import make_price
from tests.queries import count_queries

OURS = "http://localhost"
FOREIGN = ("https://evil.example", "null", "", "http://blog.example", f"{BLOG}:444", f"{BLOG}.evil")


def preflight(clicker: Clicker, origin: str) -> Any:
    asked = {"Access-Control-Request-Method": "POST", "Origin": origin}
    return clicker.options(PATH, headers=asked)


@pytest.mark.parametrize("origin", [BLOG, OURS])
def test_a_site_on_the_list_is_told_so(clicker: Clicker, origin: str) -> None:
    for answer in (preflight(clicker, origin), clicker.click(make_price(), origin=origin)):
        assert answer.status_code in {201, 204}
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in answer.vary
        assert "Access-Control-Allow-Credentials" not in answer.headers
    allowed = preflight(clicker, origin).headers
    assert allowed["Access-Control-Allow-Methods"] == "POST"
    assert allowed["Access-Control-Allow-Headers"] == "Content-Type"


@pytest.mark.parametrize("origin", FOREIGN)
def test_any_other_site_is_refused_before_anything_is_done(clicker: Clicker, origin: str) -> None:
    price = make_price()
    headers = {"Origin": origin}
    plain = clicker.post(PATH, data=f'{{"priceId": {price.id}}}', headers=headers)
    for answer in (preflight(clicker, origin), plain):
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Origin" in answer.vary
    assert not orders()


def test_the_page_can_read_why_it_was_refused(clicker: Clicker) -> None:
    answer = clicker.click(9999)
    assert answer.status_code == 404
    assert answer.headers["Access-Control-Allow-Origin"] == BLOG


def test_a_server_names_no_site(clicker: Clicker) -> None:
    assert clicker.click(make_price(), origin=None).status_code == 201


def test_without_a_list_only_our_own_pages_have_buttons(buyer: Buyer) -> None:
    sent = {"priceId": make_price().id}
    assert buyer.post(PATH, json=sent, headers={"Origin": BLOG}).status_code == 403
    assert buyer.post(PATH, json=sent, headers={"Origin": OURS}).status_code == 201


def test_no_other_endpoint_says_anything_to_other_sites(clicker: Clicker) -> None:
    for path in ("/api/products", "/api/cart", "/", "/static/css/tokens.css", "/api/csrf"):
        answer = clicker.get(path, headers={"Origin": BLOG}, buffered=True)
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_cookies_of_a_visitor_are_left_alone(clicker: Clicker, buyer: Buyer) -> None:
    """Sent along, they change nothing: neither who buys nor what is in the cart."""
    buyer.sign_in(make_user().email, PASSWORD)
    buyer.add(make_price())
    cookies = {name: buyer.cookie(name) for name in ("session",)}
    before = buyer.get("/api/cart").json
    buyer.has_token = False
    with count_queries() as queries:
        answer = buyer.post(PATH, json={"priceId": make_price().id}, headers={"Origin": BLOG})
    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers
    asked = [query for query in queries if any(name in query for name in ("users", "sign_in"))]
    assert [query for query in asked if not query.startswith("INSERT INTO orders")] == []
    assert [query for query in queries if "carts" in query] == []
    assert the_order().user_id is None
    assert buyer.get("/api/cart").json == before
    assert {name: buyer.cookie(name) for name in cookies} == cookies


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        (f"{BLOG}/mugs?page=2#buy", f"{BLOG}/mugs?page=2#buy"),
        (f"{OURS}/products/mug", f"{OURS}/products/mug"),
        ("https://evil.example/", f"{OURS}/cart"),
        (f"{BLOG}.evil.example/", f"{OURS}/cart"),
        (f"{BLOG}@evil.example/", f"{OURS}/cart"),
        (f"https://x@{BLOG.partition('//')[2]}/", f"{OURS}/cart"),
        ("javascript:alert(1)", f"{OURS}/cart"),
        (f"{BLOG}/\n.evil.example", f"{OURS}/cart"),
        ("http://[", f"{OURS}/cart"),
        ("", f"{OURS}/cart"),
    ],
)
def test_who_leaves_stripes_page_comes_back_to_a_site_of_ours(
    clicker: Clicker, address: str, leads_to: str
) -> None:
    page = clicker.page(make_price(), cancelUrl=address)
    assert f'href="{leads_to}"' in text_of(page)


def text_of(page: str) -> str:
    return requests.get(page, timeout=10).text


def test_the_referrer_will_do(clicker: Clicker) -> None:
    sent = {"priceId": make_price().id}
    headers = {"Origin": BLOG, "Referer": f"{BLOG}/mugs"}
    page = clicker.ok(clicker.post(PATH, json=sent, headers=headers)).json["url"]
    assert f'href="{BLOG}/mugs"' in text_of(page)


def test_the_script_is_for_everybody_at_one_address(clicker: Clicker) -> None:
    headers = {"Origin": "https://any.example"}
    answer = clicker.get("/static/stripe-checkout.js", headers=headers, buffered=True)
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert len(answer.data) < 3000


def test_an_order_of_nobody_is_not_there(clicker: Clicker) -> None:
    assert clicker.get("/checkout/bought/nobody").status_code == 404
