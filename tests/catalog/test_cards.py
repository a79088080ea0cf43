from flask import Flask

from shop.catalog import shelf
from shop.catalog.api import product_out
from shop.catalog.cards import cards
from shop.catalog.models import Interval, Status
from shop.db import commit, session
from tests.catalog.builders import add_pictures, make_category, make_notebook
from tests.factories import make_price, make_product
from tests.queries import count_queries


def test_cards_come_in_the_order_asked_for_with_one_query(app: Flask) -> None:
    ids = [make_price(title=title).variant.product_id for title in ("One", "Two", "Three")]
    session.remove()

    with count_queries() as queries:
        titles = [card.title for card in cards(ids[::-1], "EUR")]

    assert titles == ["Three", "Two", "One"]
    assert len(queries) == 1


def test_a_card_of_a_product_with_one_price(app: Flask) -> None:
    product = make_price(slug="mug", title="Mug", compare_at_amount=2900, stock=2).variant.product
    add_pictures(product, 2)

    [card] = cards([product], "EUR")

    assert card.url == "/products/mug"
    assert card.image == shelf.ImageView("/media/mug-0.svg", "View 0", 840, 840)
    assert (card.price_label, card.compare_label) == ("€19.00", "€29.00")
    assert (card.from_price, card.interval, card.badge) == (False, None, "2 left")


def test_the_lowest_price_in_stock_stands_on_the_card(app: Flask) -> None:
    product = make_notebook({"A6": 0, "A5": 5, "A4": 5})

    [card] = cards([product.id], "EUR")

    assert (card.price_label, card.from_price, card.badge) == ("€12.00", True, None)


def test_what_is_sold_out_says_so(app: Flask) -> None:
    [card] = cards([make_notebook({"A6": 0, "A5": 0})], "EUR")

    assert card.badge == "Sold out"


def test_a_subscription_shows_its_period_but_only_without_a_one_time_price(app: Flask) -> None:
    monthly = make_price(unit_amount=1200, interval=Interval.MONTH, interval_count=3)
    both = make_price(unit_amount=9900)
    make_price(variant=both.variant, unit_amount=1200, interval=Interval.MONTH)

    found = cards([monthly.variant.product_id, both.variant.product_id], "EUR")

    assert [card.price_label for card in found] == ["€12.00", "€99.00"]
    assert [card.interval for card in found] == ["3 months", None]


def test_a_product_without_a_price_in_this_currency_has_a_card_without_a_tag(app: Flask) -> None:
    price = make_price(currency="USD")

    [card] = cards([price.variant.product_id], "EUR")

    assert card.price_label is None


def test_only_what_is_published_is_on_the_shelf(app: Flask) -> None:
    ids = [make_product(status=status).id for status in Status]

    assert len(cards(ids, "EUR")) == 1
    assert [product.status for product in shelf.load(ids)] == [Status.PUBLISHED]


def test_whole_products_are_loaded_in_three_queries(app: Flask) -> None:
    products = [make_notebook({"A6": 1, "A5": 2}, slug=f"notebook-{n}") for n in range(3)]
    for product in products:
        add_pictures(product, 2)
    make_category("Paper", *products)
    make_category("Gifts", *products)
    ids = [product.id for product in products][::-1]
    session.remove()

    with count_queries() as queries:
        shown = [product_out(product) for product in shelf.load(ids)]

    assert len(queries) == 3
    assert [one.id for one in shown] == ids
    for one in shown:
        assert [category.name for category in one.categories] == ["Paper", "Gifts"]
        assert [len(variant.prices) for variant in one.variants] == [1, 1]
        assert len(one.images) == 2


def test_withdrawn_prices_are_not_loaded(app: Flask) -> None:
    price = make_price()
    price.is_active = False
    product_id = price.variant.product_id
    commit()
    session.expunge_all()

    [product] = shelf.load([product_id])

    assert product.variants[0].prices == []
