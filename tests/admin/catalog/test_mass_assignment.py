"""M01 and M06: every column is posted to the form, and every text is a script."""

from typing import Any

from sqlalchemy import inspect

from shop.catalog.models import Image, Price, Product, Variant
from shop.db import commit, session
from tests.admin.catalog.forms import filled
from tests.browser import Browser
from tests.catalog.builders import add_pictures, make_category
from tests.factories import make_price, make_product

XSS = '"><script>window.__xss=1</script><img src=x onerror=window.__xss=1>'


def values(*rows: Any) -> list[dict[str, Any]]:
    session.expire_all()
    return [
        {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
        for row in rows
    ]


def test_m01_no_column_but_those_of_the_form_can_be_set(desk: Browser) -> None:
    price = make_price(stock=5)
    variant, product = price.variant, price.variant.product
    add_pictures(product, 1)
    url = f"/admin/products/{product.id}/edit"
    form = dict(filled(desk.get(url).text))
    before = values(product, variant, price, *product.images)
    for prefix, model in {
        "": Product, "variants-0-": Variant, "variants-0-prices-0-": Price, "pictures-0-": Image,
    }.items():  # fmt: skip
        for column in inspect(model).column_attrs:
            for name in (prefix + column.key, column.key):
                form.setdefault(name, ["2030-01-01 00:00:00"])
    assert {"published_at", "variants-0-on_hand", "variants-0-prices-0-variant_id"} <= set(form)
    assert desk.post(url, data=form).status_code == 303

    after = values(product, variant, price, *product.images)
    for was, became in zip(before, after, strict=True):
        changed = {name for name in was if was[name] != became[name]}
        assert changed <= {"updated_at", "position"}, changed  # pictures are numbered from 1
    assert after[1]["on_hand"] == 5


def test_another_products_rows_cannot_be_reached(desk: Browser) -> None:
    mine, theirs = make_price().variant, make_price(stock=5).variant
    url = f"/admin/products/{mine.product_id}/edit"
    form = dict(filled(desk.get(url).text))
    form |= {"variants-0-id": [str(theirs.id)], "variants-0-sku": ["STOLEN"]}
    form |= {"variants-0-options": ["Size: XL"], "variants-0-remove": ["y"]}
    desk.post(url, data=form)
    assert values(theirs)[0]["sku"] != "STOLEN"
    assert theirs.product_id != mine.product_id


def test_m06_texts_of_a_product_are_inert(desk: Browser) -> None:
    product = make_product(title=XSS, summary=XSS, brand=XSS, slug="inert")
    price = make_price()
    price.variant.product = product
    price.variant.options, price.variant.sku = {"<i>": XSS}, XSS
    add_pictures(product, 1)
    product.images[0].alt = XSS
    make_category(XSS, product, description=XSS)
    commit()
    url = f"/admin/products/{product.id}/edit"
    form = dict(filled(desk.get(url).text)) | {"description": XSS + "\n\n[a](javascript:alert(1))"}
    assert desk.post(url, data=form).status_code == 303
    for page in ("/admin/products/", url, "/products/inert", f"/admin/products/{product.id}"):
        text = desk.get(page).text
        assert "<script>window" not in text, page
        assert "<img src=x" not in text, page
        assert 'href="javascript:' not in text, page
