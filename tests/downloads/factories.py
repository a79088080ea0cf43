"""Paid orders with something to download."""

from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from shop import events
from shop.accounts import people
from shop.accounts.models import User
from shop.catalog.models import Kind, Product
from shop.db import commit, session
from shop.downloads import grants, releases
from shop.downloads.models import Grant, Release
from shop.orders.models import Order, OrderLine, PaymentState
from tests.factories import make_price, make_product, make_variant

PASSWORD = "correct horse battery"
CONTENT = bytes(range(256)) * 4


def make_user(email: str = "ada@example.org") -> User:
    user = people.register(email, "Ada", PASSWORD)
    commit()
    return user


def sign_in(client: FlaskClient, user: User) -> None:
    answer = client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text


def make_digital(**given: Any) -> Product:
    return make_product(kind=Kind.DIGITAL, **given)


def make_release(
    product: Product, version: str = "1.0", name: str = "editor.zip", content: bytes = CONTENT
) -> Release:
    release = releases.publish(product, version, [(name, BytesIO(content))])
    commit()
    return release


def make_paid_order(product: Product | None = None, user: User | None = None) -> Order:
    """Of one piece of the product; grants follow from `grants.give`."""
    product = product or make_digital()
    price = make_price(variant=make_variant(product=product))
    line = OrderLine(
        product_id=product.id,
        variant_id=price.variant_id,
        price_id=price.id,
        kind=product.kind,
        title=product.title,
        sku=price.variant.sku,
        quantity=1,
        unit_amount=1900,
        amount=1900,
    )
    order = Order(
        number=f"K-{price.variant.sku}",
        user_id=user.id if user else None,
        email="ada@example.org",
        billing_address={},
        currency="EUR",
        subtotal=1900,
        total=1900,
        paid=1900,
        tax_included=True,
        payment_state=PaymentState.PAID,
        lines=[line],
    )
    session.add(order)
    commit()
    return order


def make_grant(user: User | None = None, content: bytes = CONTENT, **values: Any) -> Grant:
    """Given by a paid order of a product with one release file; `most=1` and so on are set."""
    name = values.pop("name", "editor.zip")
    product = make_digital()
    make_release(product, name=name, content=content)
    order = make_paid_order(product, user)
    grants.give(events.OrderPaid(order.id))
    grant = session.scalars(select(Grant).where(Grant.product_id == product.id)).one()
    for key, value in values.items():
        setattr(grant, key, value)
    commit()
    return grant


def make_linked_grant(url: str) -> Grant:
    """Of a product that has no release, only a link attribute."""
    order = make_paid_order(make_digital(download_url=url))
    grants.give(events.OrderPaid(order.id))
    commit()
    return session.scalars(select(Grant).where(Grant.order_line_id == order.lines[0].id)).one()


def mint(client: FlaskClient, grant: Grant, file_id: str | None = None) -> str:
    """Press "Download" on the stable page; the address of the link."""
    file_id = file_id or str(releases.of([grant.product_id])[grant.product_id][0].files[0].id)
    answer = client.post(f"/downloads/{grant.token}/links", data={"file_id": file_id})
    assert answer.status_code == 303, answer.text
    return answer.location


def fetch(client: FlaskClient, link: str, **headers: str) -> TestResponse:
    """Follow a minted link and read the answer to its end, which closes the file."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(link, headers=named, buffered=True)
