"""The product's form: everything on one page, and nothing typed is lost."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import encode_multipart

from shop.accounts.models import AuditEntry
from shop.catalog.models import Kind, Price, Product, Status, StockMovement, Variant
from shop.db import commit, session
from tests.admin.catalog.forms import filled
from tests.browser import Browser
from tests.catalog.builders import make_category
from tests.factories import make_price, make_product, make_variant
from tests.orders.factories import make_order

NEW = {
    "title": "Tea pot", "kind": "physical", "status": "published", "tax_category": "standard",
    "description": "A **good** pot", "variants-0-sku": "POT", "variants-0-options": "Size: M",
    "variants-0-weight": "900", "variants-0-tracks_stock": "y", "variants-0-stock_change": "12",
    "variants-0-stock_reason": "delivery", "variants-0-prices-0-currency": "eur",
    "variants-0-prices-0-amount": "1.249,50", "variants-0-prices-0-is_active": "y",
}  # fmt: skip


def page_of(desk: Browser, product: Product) -> str:
    return f"/admin/products/{product.id}/edit"


def form_of(desk: Browser, product: Product) -> dict[str, Any]:
    return dict(filled(desk.get(page_of(desk, product)).text))


def the_product() -> Product:
    session.expire_all()
    return session.scalars(select(Product)).one()


def test_a_product_is_made_whole(desk: Browser) -> None:
    category = make_category("Kitchen")
    answer = desk.post("/admin/products/new/", data=NEW | {"categories": [str(category.id)]})
    assert answer.status_code == 303

    product = the_product()
    assert (product.slug, product.kind, product.status) == (
        "tea-pot", Kind.PHYSICAL, Status.PUBLISHED,
    )  # fmt: skip
    assert product.description_html == "<p>A <strong>good</strong> pot</p>"
    assert product.published_at is not None
    assert product.categories[0].name == "Kitchen"
    (variant,) = product.variants
    assert (variant.sku, variant.options, variant.weight) == ("POT", {"Size": "M"}, 900)
    assert variant.on_hand == 12
    movement = session.scalars(select(StockMovement)).one()
    assert (movement.delta, movement.reason) == (12, "delivery")
    assert [(p.currency, p.unit_amount) for p in variant.prices] == [("EUR", 124_950)]
    assert "Tea pot" in desk.get("/products/tea-pot").text


def test_saving_it_as_it_is_changes_nothing(desk: Browser) -> None:
    price = make_price(stock=3, compare_at_amount=2500)
    product = price.variant.product
    form = form_of(desk, product)
    assert desk.post(page_of(desk, product), data=form).status_code == 303

    session.expire_all()
    assert session.scalars(select(Price)).all() == [price]
    assert price.is_active
    assert price.variant.on_hand == 3
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.act, entry.data) == ("product.update", {})


def test_another_amount_is_another_price(desk: Browser) -> None:
    price = make_price(unit_amount=1900)
    product = price.variant.product
    form = form_of(desk, product) | {"variants-0-prices-0-amount": "21"}
    assert desk.post(page_of(desk, product), data=form).status_code == 303

    session.expire_all()
    assert not price.is_active
    assert price.unit_amount == 1900
    active = session.scalars(select(Price).where(Price.is_active)).one()
    assert active.unit_amount == 2100

    form = form_of(desk, product) | {"variants-0-prices-0-amount": "19.00"}
    desk.post(page_of(desk, product), data=form)
    session.expire_all()
    active = session.scalars(select(Price).where(Price.is_active)).one()
    assert active.id == price.id  # the same price is the same row


def test_a_recurring_price_is_added_without_scripts(desk: Browser) -> None:
    product = make_price().variant.product
    form = form_of(desk, product) | {"title": "Typed", "add": "variants-0-prices"}
    page = desk.post(page_of(desk, product), data=form)
    assert page.status_code == 200
    again: dict[str, Any] = dict(filled(page.text))
    assert again["title"] == ["Typed"]
    assert the_product().title != "Typed"

    prices = {"amount": "9", "interval": "month", "interval_count": "3", "trial_days": "14"}
    again |= {f"variants-0-prices-1-{name}": text for name, text in prices.items()}
    assert desk.post(page_of(desk, product), data=again).status_code == 303
    plan = session.scalars(select(Price).where(Price.interval.is_not(None))).one()
    assert (plan.unit_amount, plan.interval_count, plan.trial_days) == (900, 3, 14)


def test_another_variant_is_added_without_scripts(desk: Browser) -> None:
    product = make_price().variant.product
    form = form_of(desk, product) | {"variants-0-options": "Size: S", "add": "variants"}
    again: dict[str, Any] = dict(filled(desk.post(page_of(desk, product), data=form).text))
    again |= {"variants-1-options": "Size: L", "variants-1-prices-0-amount": "25"}
    assert desk.post(page_of(desk, product), data=again).status_code == 303

    small, large = the_product().variants
    assert (small.options, large.options) == ({"Size": "S"}, {"Size": "L"})
    assert large.sku.endswith("-L")
    assert large.prices[0].unit_amount == 2500


def test_a_button_that_is_not_there_adds_nothing(desk: Browser) -> None:
    product = make_price().variant.product
    form = form_of(desk, product) | {"add": "variants-7-prices"}
    assert desk.post(page_of(desk, product), data=form).status_code == 404


def test_two_errors_in_its_variants_are_some_things(desk: Browser) -> None:
    product = make_price(stock=3).variant.product
    wrong = {"variants-0-options": "Size", "variants-0-prices-0-amount": "x"}
    page = desk.post(page_of(desk, product), data=form_of(desk, product) | wrong)
    assert "Some things need fixing." in page.text


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        ("title", "", "Name the product."),
        ("slug", "a b", "Letters, digits and hyphens."),
        ("slug", "taken", "Another product has this address."),
        ("variants-0-sku", "TAKEN", "Another product has this SKU."),
        ("variants-0-options", "Size", "Write one option a line"),
        ("variants-0-stock_change", "-9", "has 3 on hand and 0 of them are set aside"),
        ("variants-0-prices-0-amount", "19,9,9", "Write an amount of EUR"),
        ("variants-0-prices-0-currency", "XXQ", "Three letters, such as EUR."),
        ("variants-0-prices-0-compare_at_amount", "5", "The amount before a reduction"),
        ("variants-0-prices-0-trial_days", "7", "Only a price that renews"),
        ("download_url", "javascript:alert(1)", "An address with https://."),
    ],
)
def test_an_error_stands_beside_its_field(
    desk: Browser, field: str, text: str, complaint: str
) -> None:
    product = make_price(stock=3).variant.product
    make_variant(sku="TAKEN", product=make_product(slug="taken"))
    form = form_of(desk, product) | {"summary": "typed", field: text}
    page = desk.post(page_of(desk, product), data=form)
    assert page.status_code == 422
    assert complaint in page.text
    assert f'id="{field}-error"' in page.text
    assert "One thing needs fixing." in page.text
    assert filled(page.text)["summary"] == ["typed"]
    session.expire_all()
    assert product.summary == ""


def test_no_price_no_shelf(desk: Browser) -> None:
    form = NEW | {"variants-0-prices-0-amount": ""}
    page = desk.post("/admin/products/new/", data=form)
    assert 'id="status-error"' in page.text
    assert session.scalars(select(Product)).all() == []
    assert desk.post("/admin/products/new/", data=form | {"status": "draft"}).status_code == 303


def test_stock_that_is_set_aside_stays(desk: Browser) -> None:
    variant = make_price(stock=5).variant
    variant.reserved = 4
    form = form_of(desk, variant.product) | {"variants-0-stock_change": "-2"}
    page = desk.post(page_of(desk, variant.product), data=form)
    assert "4 of them are set aside for orders" in page.text
    session.expire_all()
    assert variant.on_hand == 5


def test_two_people_at_one_product(desk: Browser) -> None:
    product = make_price().variant.product
    form = form_of(desk, product)
    product.brand = "Theirs"
    commit()
    page = desk.post(page_of(desk, product), data=form | {"title": "Mine"})
    assert page.status_code == 409
    assert "Somebody else saved this meanwhile" in page.text
    assert "Theirs" in page.text
    session.expire_all()
    assert product.title != "Mine"

    again = dict(filled(page.text))
    assert again["title"] == ["Mine"]
    assert desk.post(page_of(desk, product), data=again).status_code == 303
    session.expire_all()
    assert (product.title, product.brand) == ("Mine", "")


def test_a_sale_meanwhile_is_no_conflict(desk: Browser) -> None:
    variant = make_price(stock=5).variant
    form = form_of(desk, variant.product) | {"variants-0-stock_change": "10"}
    variant.on_hand = 4
    commit()
    assert desk.post(page_of(desk, variant.product), data=form).status_code == 303
    session.expire_all()
    assert variant.on_hand == 14


def test_a_variant_that_sold_stays(desk: Browser) -> None:
    price = make_price(stock=5)
    other_id = make_variant(product=price.variant.product, options={"Size": "L"}).id
    product = price.variant.product
    session.add(StockMovement(variant_id=price.variant.id, delta=-1, reason="sale", reference="o"))
    commit()
    form = form_of(desk, product)
    page = desk.post(page_of(desk, product), data=form | {"variants-0-remove": "y"})
    assert 'id="variants-0-remove-error"' in page.text
    assert desk.post(
        page_of(desk, product), data=form | {"variants-1-remove": "y"}
    ).status_code == 303  # fmt: skip
    assert session.get(Variant, other_id, populate_existing=True) is None


def test_the_last_variant_stays(desk: Browser) -> None:
    product = make_price().variant.product
    form = form_of(desk, product) | {"variants-0-remove": "y"}
    page = desk.post(page_of(desk, product), data=form)
    assert "A product has at least one variant." in page.text


def test_a_product_is_deleted_only_while_it_has_no_history(desk: Browser) -> None:
    counted = make_price(stock=5).variant.product
    fresh = make_price().variant.product
    refused = desk.post(f"/admin/products/{counted.id}/removal")
    assert "Archive it instead" in refused.text
    assert 'value="archive"' in refused.text
    assert desk.post(f"/admin/products/{fresh.id}/removal").status_code == 303
    assert the_product() is counted


def test_what_was_ordered_can_only_be_archived(desk: Browser) -> None:
    price = make_price(kind=Kind.DIGITAL)
    make_order(price)
    url = f"/admin/products/{price.variant.product_id}/removal"
    for page in (desk.get(url), desk.post(url)):
        assert 'value="archive"' in page.text
        assert "Delete product" not in page.text
    form = {"action": "archive", "rowid": [price.variant.product_id]}
    desk.post("/admin/products/action/", data=form)
    assert the_product().status is Status.ARCHIVED


def test_the_search_follows(app: Flask, desk: Browser) -> None:
    product = make_price(title="Old name").variant.product
    form = form_of(desk, product) | {"title": "Zyxtable"}
    desk.post(page_of(desk, product), data=form)
    assert "Zyxtable" in desk.get(f"/products/{product.slug}").text
    marked = session.connection().exec_driver_sql(
        "SELECT count(*) FROM search_changes WHERE indexed_at IS NULL"
    )
    assert marked.scalar() == 1


def test_a_product_may_have_a_hundred_variants(desk: Browser) -> None:
    product = make_price().variant.product
    for number in range(99):
        make_price(variant=make_variant(product=product, options={"No": str(number)}))
    form = form_of(desk, product) | {"title": "Many"}
    assert len(form) > 1_000
    boundary, body = encode_multipart(form, boundary="a-fixed-boundary")
    kind = f"multipart/form-data; boundary={boundary}"
    answer = desk.post(page_of(desk, product), data=body, content_type=kind)
    assert answer.status_code == 303
    session.expire_all()
    assert product.title == "Many"
