from typing import Any

import pytest
from flask.testing import FlaskClient

from shop.catalog.models import Category
from shop.db import commit, session
from shop.search import writer
from shop.search.filters import Wanted
from shop.search.listing import browse
from tests.factories import make_price, make_product, make_variant


def ids(text: str) -> list[int]:
    """What matches, the most relevant first."""
    listing = browse(Wanted(text=text, sort="relevance"))
    return list(listing.ids) if listing.searched == text else []


def test_a_word_is_found_in_all_its_forms() -> None:
    runner = make_product(title="Running shoe")
    make_product(title="Swim cap")
    writer.drain()

    for text in ("running", "RUN", "runs shoes", "Rünning"):
        assert ids(text) == [runner.id]


def test_all_words_are_needed() -> None:
    both = make_product(title="Walnut desk", description="With a drawer.")
    make_product(title="Walnut shelf")
    writer.drain()

    assert ids("walnut drawer") == [both.id]


def test_the_title_counts_most() -> None:
    told = make_product(title="Shelf", description="Goes well with a lamp, a lamp or a lamp.")
    lamp = make_product(title="Lamp", description="Gives light.")
    writer.drain()

    assert ids("lamp") == [lamp.id, told.id]


def test_of_titles_with_the_word_the_shortest_comes_first() -> None:
    stand = make_product(title="Stand for a desk lamp", description="Lamp, lamp, lamp.")
    lamp = make_product(title="Lamp")
    writer.drain()

    assert ids("lamp") == [lamp.id, stand.id]


def test_the_last_word_may_be_a_beginning() -> None:
    grinder = make_product(title="Coffee grinder")
    writer.drain()

    assert ids("coffee gri") == [grinder.id]
    assert ids("gri coffee") == []


@pytest.mark.parametrize("text", ["ABC-12", "abc", "abc-1200", "abc1200", "ABC-12 mug", "12"])
def test_parts_of_a_sku_find_the_product(text: str) -> None:
    mug = make_product(title="Mug")
    make_variant(product=mug, sku="ABC-1200-BLU")
    make_variant(product=make_product(title="Cup"), sku="XYZ-9")
    writer.drain()

    assert ids(text) == [mug.id]


def test_brand_and_categories_are_found_up_to_the_top() -> None:
    top = Category(slug="outdoor", name="Outdoor")
    tents = Category(slug="tents", name="Tents", parent=top)
    product = make_product(title="Hilda 2", brand="Fjellheim", categories=[tents])
    writer.drain()

    for text in ("fjellheim", "tent", "outdoor fjell"):
        assert ids(text) == [product.id]

    top.name = "Wilderness"
    commit()
    writer.drain()

    assert ids("wilderness") == [product.id]
    assert ids("outdoor") == []


def test_a_typo_shows_what_was_meant(client: FlaskClient) -> None:
    make_price(title="Coffee grinder")
    writer.drain()

    page = client.get("/search?q=coffe+grindr").text
    answer: Any = client.get("/api/products?q=coffe+grindr").json

    assert "Nothing matches “coffe grindr”" in page
    assert "Coffee</mark> <mark>grinder" in page
    assert answer["did_you_mean"] == "coffee grinder"
    assert [item["title"] for item in answer["items"]] == ["Coffee grinder"]


def test_a_typo_is_put_right_by_words_of_any_segment() -> None:
    meant = {"cofee": "coffee", "grindr": "grinder", "fliter": "filter", "lapm": "lamp"}
    for word in meant.values():
        make_product(title=word)
        writer.drain()

    assert {text: browse(Wanted(text=text)).searched for text in meant} == meant


def test_few_hits_of_a_rare_spelling_offer_the_usual_one(client: FlaskClient) -> None:
    make_product(title="Battle sign")
    for _ in range(5):
        make_product(title="Steel bottle")
    writer.drain()

    def did_you_mean(text: str) -> Any:
        answer: Any = client.get("/api/products", query_string={"q": text}).json
        return answer["did_you_mean"]

    assert did_you_mean("stel") == "steel"
    assert did_you_mean("steel botle") == "steel bottle"
    assert did_you_mean("bottle") is None
    assert "Did you mean <a" in client.get("/search?q=battle").text


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "AND",
        "OR NOT",
        '"',
        "title:",
        "id:1",
        "a b",
        "\0",
        "🦔",
        "((",
        "x" * 10_000,
        "%",
        "é" * 99,
    ],
)
def test_no_query_breaks_anything(client: FlaskClient, text: str) -> None:
    make_price(title="Lamp")
    writer.drain()

    for path in ("/search", "/search/suggestions", "/api/products", "/api/search/suggestions"):
        assert client.get(path, query_string={"q": text}).status_code == 200


def test_markup_in_a_title_stays_text(client: FlaskClient) -> None:
    make_price(title='Lamp <script>alert("1")</script>')
    writer.drain()

    for page in (client.get("/search?q=lamp+script").text, client.get("/search?q=<script>").text):
        assert "<script>alert" not in page
        assert "&lt;<mark>script</mark>&gt;alert" in page


def test_a_snippet_shows_the_words_of_the_description(client: FlaskClient) -> None:
    make_product(
        title="Desk", summary="A desk.", description="Filler. " * 50 + "Oiled <b>walnut</b> top."
    )
    writer.drain()

    page = client.get("/search?q=walnut").text

    assert "Oiled &lt;b&gt;<mark>walnut</mark>&lt;/b&gt; top." in page
    assert session.new == session.dirty


def test_a_title_with_the_words_keeps_its_summary(client: FlaskClient) -> None:
    make_product(title="Walnut desk", summary="It is <big>.", description="Oiled walnut top.")
    writer.drain()

    page = client.get("/search?q=walnut").text

    assert "<mark>Walnut</mark> desk" in page
    assert "It is &lt;big&gt;." in page
    assert "Oiled" not in page


@pytest.mark.parametrize(
    ("title", "text"), [("Dying ember", "die"), ("Crème brûlée", "creme"), ("Äon", "aon")]
)
def test_every_form_of_a_word_is_marked(client: FlaskClient, title: str, text: str) -> None:
    make_product(title=title)
    writer.drain()

    assert f"<mark>{title.split(maxsplit=1)[0]}</mark>" in client.get(f"/search?q={text}").text
