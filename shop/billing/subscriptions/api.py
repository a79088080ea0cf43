"""Subscriptions over the JSON API, for who is signed in."""

from datetime import datetime

from flask import Blueprint
from pydantic import Field

from shop import api
from shop.accounts.access import required_role, signed_in_user
from shop.billing.subscriptions import finding, opened, portal, starting
from shop.billing.subscriptions.models import Subscription
from shop.billing.subscriptions.opened import Opened
from shop.billing.subscriptions.portal import Choice, Flow
from shop.errors import BadInput

bp = Blueprint("subscriptions_api", __name__, url_prefix="/api", template_folder="templates")


class SubscribeIn(api.Input):
    price_id: int
    quantity: int = Field(1, description="Seats.")


class StartedOut(api.Output):
    id: str
    url: str = Field(description="Stripe's page, where the subscriber pays.")


class SubscribedLicenseOut(api.Output):
    key: str | None
    status: str


class SubscriptionOut(api.Output):
    """`ends_at` is the scheduled end; null while it renews."""

    id: str
    status: str
    product_id: int
    price_id: int
    quantity: int
    has_access: bool
    current_period_end: datetime | None
    trial_end: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    license: SubscribedLicenseOut | None
    download_url: str | None


class SubscriptionsOut(api.Output):
    items: list[SubscriptionOut]


class PortalIn(api.Input):
    subscription_id: str | None = Field(None, description="Its `id`; a flow needs one.")
    flow: Flow | None = Field(None, description="One task; without it, the portal's home.")
    price_id: int | None = Field(None, description="Of the flow `plan`: what to change to.")
    quantity: int | None = Field(None, ge=1, le=99, description="Seats; without it, as many.")


class PortalOut(api.Output):
    url: str = Field(description="Of the portal at Stripe, good for a short time and one person.")


@bp.post("/subscriptions")
@required_role()
@api.endpoint(tag="Subscriptions", body=SubscribeIn, returns=StartedOut, status=201)
def create_subscription(body: SubscribeIn) -> StartedOut:
    """Subscribe to a recurring price.

    Twice at once leads to the same page; a product that they have already is refused.
    """
    started = starting.start(signed_in_user(), body.price_id, body.quantity)
    return StartedOut(id=started.token, url=started.url)


@bp.get("/subscriptions")
@required_role()
@api.endpoint(tag="Subscriptions", returns=SubscriptionsOut)
def list_subscriptions() -> SubscriptionsOut:
    """Your subscriptions, newest first, also those that ended."""
    found = finding.mine()
    opens = opened.by(found)
    return SubscriptionsOut(items=[subscription_out(one, opens[one.id]) for one in found])


@bp.get("/subscriptions/<token>")
@required_role()
@api.endpoint(tag="Subscriptions", returns=SubscriptionOut)
def show_subscription(token: str) -> SubscriptionOut:
    """One of your subscriptions."""
    found = finding.my(token)
    return subscription_out(found, opened.by([found])[found.id])


@bp.post("/billing-portal")
@required_role()
@api.endpoint(tag="Subscriptions", body=PortalIn, returns=PortalOut)
def open_portal(body: PortalIn) -> PortalOut:
    """Manage your plan, card, billing details and invoices at Stripe.

    What is done there shows here as soon as Stripe tells us.
    """
    user = signed_in_user()
    found = finding.my(body.subscription_id) if body.subscription_id else None
    if body.flow is None:
        back = f"{portal.PAGES}/{found.token}?returned=home" if found else portal.PAGES
        return PortalOut(url=portal.open_home(user, back))
    if found is None:
        told = "Which subscription?"
        raise BadInput(told, subscription_id=[told])
    wished = body.price_id is not None or body.quantity is not None
    choice = Choice(body.price_id or found.price_id, body.quantity or found.quantity)
    return PortalOut(url=portal.open_flow(user, found, body.flow, choice if wished else None))


def subscription_out(found: Subscription, opens: Opened) -> SubscriptionOut:
    license = opens.license_status and SubscribedLicenseOut(
        key=opens.license_key, status=opens.license_status
    )
    values = {
        name: getattr(found, name) for name in SubscriptionOut.model_fields if hasattr(found, name)
    }
    return SubscriptionOut(
        **values | {"id": found.token},
        license=license or None,
        download_url=opens.download_url,
    )
