"""Licenses as they are bought, and what a program asks about them."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select

from shop import events
from shop.accounts.models import User
from shop.catalog.models import Kind, Product
from shop.db import commit, session
from shop.licenses import issuing
from shop.licenses.models import Activation, License, LicensePolicy
from tests.downloads.factories import make_paid_order
from tests.factories import make_product

FINGERPRINT = "a1b2c3d4e5f6"


@dataclass(frozen=True)
class Bought:
    """Plain values, so that no test holds a transaction open."""

    id: int
    key: str
    order_id: int
    product_id: int

    @property
    def license(self) -> License:
        return session.get_one(License, self.id, populate_existing=True)


def make_policy(product: Product, **rules: Any) -> LicensePolicy:
    policy = LicensePolicy(product_id=product.id, **({"machine_limit": 3} | rules))
    session.add(policy)
    commit()
    return policy


def make_license(user: User | None = None, **rules: Any) -> Bought:
    """Bought with an order that was paid; the rules are its policy's."""
    changes = {key: rules.pop(key) for key in ("expires_at", "suspended_at") if key in rules}
    product = make_product(kind=Kind.LICENSE)
    make_policy(product, **rules)
    order = make_paid_order(product, user)
    issuing.issue(events.OrderPaid(order.id))
    license = session.scalars(select(License).where(License.product_id == product.id)).one()
    for name, value in changes.items():
        setattr(license, name, value)
    bought = Bought(license.id, license.key or "", order.id, product.id)
    commit()
    return bought


def ask(client: FlaskClient, what: str, key: str, **body: Any) -> dict[str, Any]:
    """`validate`, `activate`, `deactivate` or `file`; the answer."""
    answer = client.post(f"/api/licenses/{what}", json={"key": key, **body})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.get_json()
    return document


def code(client: FlaskClient, what: str, key: str, **body: Any) -> str:
    return str(ask(client, what, key, **body)["code"])


def seats(bought: Bought) -> tuple[int, int]:
    """As counted on the license, and as there are activations."""
    query = select(func.count()).where(
        Activation.license_id == bought.id, Activation.deactivated_at.is_(None)
    )
    found = bought.license.machines, session.scalar(query) or 0
    session.rollback()
    return found
