"""All that is somebody's, in one answer: for the shop's other frontends, and for support tools."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_login import current_user
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from shop import api, config
from shop.accounts.access import required_role
from shop.billing.subscriptions import finding, opened
from shop.billing.subscriptions.api import SubscriptionOut, subscription_out
from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Product
from shop.db import session
from shop.downloads.models import Grant
from shop.licenses import sentences
from shop.licenses.models import License
from shop.orders.models import Order, OrderLine
from shop.orders.orders import orders_of

bp = Blueprint("me_api", __name__, url_prefix="/api")


class MyOrderOut(api.Output):
    token: str
    number: str
    placed_at: datetime
    payment_state: str
    fulfilment_state: str
    currency: str
    total: int
    refunded: int


class RightOut(api.Output):
    """What may be used, by an order or a subscription; by neither when staff gave it."""

    product_id: int
    product: str
    order_token: str | None
    subscription_id: str | None
    since: datetime
    suspended_at: datetime | None = Field(description="Rests since then, until we decide.")
    ended_at: datetime | None
    end_reason: str = Field(description="`refund`, `dispute`, `subscription` …, or `staff`.")


class MyLicenseOut(RightOut):
    id: int
    status: str
    key: str | None = Field(description="Null when the shop cannot show it again.")
    key_ending: str
    expires_at: datetime | None
    machines: int
    machine_limit: int | None


class MyGrantOut(RightOut):
    download_url: str | None = Field(description="The page with the files; null once it ended.")
    expires_at: datetime | None
    downloads_left: int | None
    versions_until: datetime | None = Field(description="Covers releases up to then; null: all.")


class MeOut(api.Output):
    email: str
    name: str
    orders: list[MyOrderOut]
    subscriptions: list[SubscriptionOut]
    licenses: list[MyLicenseOut]
    grants: list[MyGrantOut]


@bp.get("/me")
@required_role()
@api.endpoint(tag="Account", returns=MeOut)
def show_me() -> MeOut:
    """Your orders, subscriptions, licenses and download rights, newest first."""
    subscriptions = finding.mine()
    opens = opened.by(subscriptions)
    return MeOut(
        email=current_user.email,
        name=current_user.name,
        orders=[order_out(order) for order in orders_of(current_user.id)],
        subscriptions=[subscription_out(one, opens[one.id]) for one in subscriptions],
        licenses=[license_out(*row) for row in _mine(License)],
        grants=[grant_out(*row) for row in _mine(Grant)],
    )


def order_out(order: Order) -> MyOrderOut:
    return MyOrderOut(**{name: getattr(order, name) for name in MyOrderOut.model_fields})


def license_out(license: License, order: str | None, subscription: str | None) -> MyLicenseOut:
    return MyLicenseOut(
        **_right(license, order, subscription, license.issued_at),
        id=license.id,
        status=license.status,
        key=None if license.ended_at else license.key,
        key_ending=license.last_characters,
        expires_at=license.expires_at,
        machines=license.machines,
        machine_limit=license.machine_limit,
    )


def grant_out(grant: Grant, order: str | None, subscription: str | None) -> MyGrantOut:
    url = f"{config.current().base_url}/downloads/{grant.token}"
    return MyGrantOut(
        **_right(grant, order, subscription, grant.given_at),
        download_url=None if grant.ended_at else url,
        expires_at=grant.expires_at,
        downloads_left=grant.left,
        versions_until=grant.versions_until,
    )


def _right(
    row: License | Grant, order: str | None, subscription: str | None, since: datetime
) -> dict[str, Any]:
    return {
        "product_id": row.product_id,
        "product": row.product.title,
        "order_token": order,
        "subscription_id": subscription,
        "since": since,
        "ended_at": row.ended_at,
        "end_reason": sentences.word_for_owner(row.end_reason),
        "suspended_at": row.suspended_at,
    }


def _mine(model: type[License] | type[Grant]) -> Sequence[Any]:
    """Each with the tokens of its order and of its subscription, where it has one."""
    query: Any = (
        select(model, Order.token, Subscription.token)
        .join(Product, Product.id == model.product_id)
        .outerjoin(OrderLine, OrderLine.id == model.order_line_id)
        .outerjoin(Order, Order.id == OrderLine.order_id)
        .outerjoin(Subscription, Subscription.id == model.subscription_id)
        .where(model.user_id == current_user.id)
        .options(contains_eager(model.product))
        .order_by(model.id.desc())
    )
    if model is License:
        query = query.options(joinedload(License.policy))
    rows: Sequence[Any] = session.execute(query).all()
    return rows
