import pytest
from flask.testing import FlaskClient

from shop.catalog import markdown, stock
from shop.catalog.models import Interval, Kind, Status
from shop.db import commit, session
from tests.catalog.builders import add_pictures, make_category, make_notebook
from tests.factories import make_price, make_product, make_variant
from tests.queries import count_queries


def page(client: FlaskClient, slug: str = "notebook", query: str = "") -> str:
    response = client.get(f"/products/{slug}{query}")
    assert response.status_code == 200
    return " ".join(response.text.split())


def test_the_page_asks_three_questions(client: FlaskClient) -> None:
    product = make_notebook({"A6": 3, "A5": 9})
    add_pictures(product, 4)
    make_category("Paper", product, *(make_price().variant.product for _ in range(4)))
    session.remove()

    with count_queries() as queries:
        assert "You may also like" in page(client)

    assert len(queries) <= 3


def test_what_is_known_is_not_asked_again(client: FlaskClient) -> None:
    product = make_notebook({"A6": 3, "A5": 9})
    make_category("Paper", product, *(make_price().variant.product for _ in range(4)))
    page(client)

    with count_queries() as queries:
        assert "You may also like" in page(client)

    assert queries == []


def test_a_change_is_seen_at_once(client: FlaskClient) -> None:
    product = make_notebook({"A6": 20})
    neighbor = make_price(title="Pencil").variant.product
    make_category("Paper", product, neighbor)
    page(client)

    neighbor.title = "Fountain pen"
    product.variants[0].prices[0].unit_amount = 123
    commit()
    text = page(client)

    assert "Fountain pen" in text
    assert "€1.23" in text


def test_a_sale_is_seen_at_once(client: FlaskClient) -> None:
    variant = make_notebook({"A6": 9}).variants[0]
    assert "In stock" in page(client)

    for holder, quantity, note in (("a", 4, "Only 5 left"), ("b", 3, "Only 2 left")):
        stock.reserve(holder, {variant.id: quantity})
        commit()
        assert note in page(client)
    stock.release("a")
    commit()
    assert "In stock" in page(client)


def test_variants_are_radio_buttons_that_need_no_script(client: FlaskClient) -> None:
    product = make_notebook({"A6": 0, "A5": 3, "A4": 20})
    sold_out, few, many = (variant.prices[0].id for variant in product.variants)

    html = page(client)

    assert '<form method="post" action="/cart/items"' in html
    assert f'value="{sold_out}" required disabled>' in html
    assert f'value="{few}" required checked>' in html
    assert f'value="{many}" required>' in html
    for words in ("<legend>Size</legend>", "Sold out", "Only 3 left", "In stock", "€15.00"):
        assert words in html


def test_the_tag_shows_the_lowest_price_that_can_be_paid(client: FlaskClient) -> None:
    make_notebook({"A6": 0, "A5": 3, "A4": 20})

    assert '<small class="before">from </small>€12.00' in page(client)


def test_one_price_needs_no_choice(client: FlaskClient) -> None:
    price = make_price(slug="mug", stock=2, unit_amount=2400, compare_at_amount=2900)

    html = page(client, "mug")

    assert f'<input type="hidden" name="price_id" value="{price.id}">' in html
    assert 'type="radio"' not in html
    assert "Only 2 left" in html
    assert "€29.00" in html
    assert "from " not in html.split("<main")[1].split("</form>")[0]


def test_what_is_sold_out_has_no_button(client: FlaskClient) -> None:
    make_price(slug="mug", stock=0)

    html = page(client, "mug")

    assert "Sold out" in html
    assert "Add to cart" not in html


def test_a_product_without_a_price_says_so(client: FlaskClient) -> None:
    make_variant(product_values={"slug": "mug"})

    html = page(client, "mug")

    assert "This cannot be ordered at the moment." in html
    assert "Add to cart" not in html


def test_a_subscription_can_be_chosen_beside_a_purchase(client: FlaskClient) -> None:
    once = make_price(slug="atlas", kind=Kind.LICENSE)
    monthly = make_price(
        variant=once.variant, unit_amount=1200, interval=Interval.MONTH, trial_days=14
    )

    html = page(client, "atlas")

    assert "14 days free, then €12.00 / month" in html
    assert f'value="{monthly.id}" required>' in html
    assert f'value="{once.id}" required checked>' in html
    assert '<span class="once">Add to cart</span><span class="again">Subscribe</span>' in html
    assert '<span class="tag big">€19.00</span>' in html


def test_what_is_only_subscribed_to_has_no_cart(client: FlaskClient) -> None:
    make_price(slug="atlas", kind=Kind.LICENSE, unit_amount=900, interval=Interval.YEAR)

    html = page(client, "atlas").partition("<main")[2]

    assert "Renews until you cancel" in html
    assert "Subscribe</button>" in html
    assert "Add to cart" not in html


@pytest.mark.parametrize(
    ("kind", "promise"),
    [
        (Kind.PHYSICAL, "Tax is included. Delivery is added at checkout."),
        (Kind.DIGITAL, "You can download it as soon as the payment is through."),
        (Kind.LICENSE, "You get your license key as soon as the payment is through."),
    ],
)
def test_how_it_arrives_is_said_before_buying(
    client: FlaskClient, kind: Kind, promise: str
) -> None:
    make_price(slug="mug", kind=kind)

    assert promise in page(client, "mug")


def test_withdrawn_and_foreign_prices_are_not_shown(client: FlaskClient) -> None:
    price = make_price(slug="mug", unit_amount=1900)
    make_price(variant=price.variant, unit_amount=1700, is_active=False)
    make_price(variant=price.variant, unit_amount=2100, currency="USD")

    html = page(client, "mug")

    assert "€19.00" in html
    assert "17.00" not in html
    assert "21.00" not in html


@pytest.mark.parametrize(
    ("query", "big"), [("", 0), ("?view=2", 2), ("?view=9", 0), ("?view=-1", 0), ("?view=x", 0)]
)
def test_a_thumbnail_is_a_link_to_its_picture(client: FlaskClient, query: str, big: int) -> None:
    add_pictures(make_notebook({"A5": 3}), 3)

    html = page(client, query=query)

    assert f'<div class="main"><img src="/media/notebook-{big}.svg" alt="View {big}"' in html
    assert html.count('aria-current="true"') == 1
    assert f'data-alt="View {big}" aria-current="true"' in html


def test_everything_typed_is_escaped_and_markdown_is_shown(client: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    text = f"**Bold** {evil}"
    product = make_product(
        slug="evil",
        title=evil,
        summary=evil,
        brand=evil,
        description=text,
        description_html=markdown.render(text),
    )
    make_price(variant=make_variant(product=product, options={evil: evil}))
    make_category(evil, product, make_product(title=evil))

    html = page(client, "evil")

    assert "<strong>Bold</strong>" in html
    assert "<script>" not in html


@pytest.mark.parametrize("status", [Status.DRAFT, Status.ARCHIVED])
def test_what_is_not_published_is_not_there(client: FlaskClient, status: Status) -> None:
    product = make_notebook({"A5": 3})
    product.status = status
    commit()

    assert client.get("/products/notebook").status_code == 404
    assert client.get("/api/products/notebook").status_code == 404


@pytest.mark.parametrize("slug", ["none", "a%00b", "%F0%9F%8E%81", "%ff"])
def test_an_unknown_address_is_not_found(client: FlaskClient, slug: str) -> None:
    assert client.get(f"/products/{slug}").status_code == 404
    assert client.get(f"/api/products/{slug}").status_code == 404


def test_related_products_share_the_category_and_are_published(client: FlaskClient) -> None:
    product = make_notebook({"A5": 3})
    others = [make_product(title=f"Other {n}") for n in range(6)]
    others[5].status = Status.DRAFT
    make_category("Paper", product, *others)
    make_category("Wood", make_product(title="Stranger"))

    html = page(client)

    shown = [number for number in range(6) if f"Other {number}<" in html]
    assert shown == [1, 2, 3, 4]
    assert "Stranger" not in html
