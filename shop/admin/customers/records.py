"""Customers, their licenses and subscriptions: lists that lead to the page of a person."""

from typing import Any, ClassVar

from flask import redirect
from flask_admin import expose
from flask_login import current_user
from sqlalchemy import ColumnElement, or_, select, union_all

from shop.accounts.models import Role, User, normalize_email
from shop.accounts.permissions import Permission, may
from shop.admin import cells
from shop.admin.finding import FindingView
from shop.admin.records import Tab
from shop.admin.support import masking, person, urls
from shop.billing.invoices.finding import begins
from shop.billing.subscriptions.models import OVER, Subscription, SubscriptionStatus
from shop.db import session
from shop.licenses import finding
from shop.licenses.models import License
from shop.orders.models import Order, OrderLine


def masked_email(_view: Any, _context: Any, record: Any, _name: str) -> str:
    """Of a user, or of the user whose it is."""
    user = record if isinstance(record, User) else record.user
    return user.email if _sees_all() else masking.email(user.email)


def masked_name(_view: Any, _context: Any, user: User, _name: str) -> str:
    return user.name if _sees_all() else masking.short(user.name)


def _sees_all() -> bool:
    return may(current_user, Permission.REVEAL)


class CustomerView(FindingView):
    search_hint = "The beginning of an address or a name, or an address from its @ on."
    title: ClassVar[str] = "customer"
    many: ClassVar[str] = "customers"
    tabs = (
        Tab("verified", "Verified", User.email_verified_at.is_not(None)),
        Tab("never", "Never verified", User.email_verified_at.is_(None)),
        Tab("forget", "Asked to be forgotten", User.erasure_asked_at.is_not(None)),
        Tab("closed", "Closed", User.is_active.is_(False)),
        Tab("staff", "Staff", User.role != Role.CUSTOMER),
        Tab("all", "All", User.id.is_not(None)),
    )
    column_list = ("email", "name", "created_at", "email_verified_at")
    column_labels: ClassVar[dict[str, str]] = {
        "email": "E-mail",
        "created_at": "Customer since",
        "email_verified_at": "Verified",
    }
    column_formatters = {"email": cells.page_link_of(masked_email), "name": masked_name}
    column_formatters_export = {"email": masked_email, "name": masked_name}

    def name_of(self, record: User) -> str:
        return masked_email(self, None, record, "email")

    def fits(self, text: str) -> ColumnElement[bool]:
        typed = normalize_email(text)
        is_named = User.name.istartswith(text, autoescape=True)
        if typed.startswith("@"):
            return User.email_norm.endswith(typed, autoescape=True)
        return or_(begins(User.email_norm, typed), is_named)

    @expose("/<id>")
    def details_view(self, id: str) -> Any:
        return redirect(urls.of(person.of_account(self.one_or_404(id).id)), 303)


class LicenseView(FindingView):
    search_hint = "A whole key, or its last four or five characters."
    title: ClassVar[str] = "license"
    many: ClassVar[str] = "licenses"
    tabs = (
        Tab("open", "Open", License.ended_at.is_(None) & License.suspended_at.is_(None)),
        Tab("rests", "Suspended", License.suspended_at.is_not(None) & License.ended_at.is_(None)),
        Tab("ended", "Ended", License.ended_at.is_not(None)),
        Tab("all", "All", License.id.is_not(None)),
    )
    column_list = ("last_characters", "product", "status", "machines", "issued_at", "expires_at")
    column_labels: ClassVar[dict[str, str]] = {
        "last_characters": "Key",
        "machines": "Seats taken",
        "issued_at": "Issued",
        "expires_at": "Until",
    }
    column_sortable_list = ("issued_at", "expires_at", "machines")
    column_formatters = {
        "last_characters": cells.page_link_of(lambda _v, _c, one, _n: f"…-{one.last_characters}"),
        "product": lambda _v, _c, one, _n: one.product.title,
        "status": cells.pills(
            {"active": "good", "suspended": "warn", "revoked": "bad", "expired": "warn"}
        ),
        "machines": lambda _v, _c, one, _n: f"{one.machines} of {one.machine_limit or 'any'}",
    }
    column_formatters_export = {"product": column_formatters["product"]}

    def name_of(self, record: License) -> str:
        return f"…-{record.last_characters}"

    def fits(self, text: str) -> ColumnElement[bool]:
        return License.id.in_(union_all(*finding.ids_by_key(text)))

    @expose("/<id>")
    def details_view(self, id: str) -> Any:
        one = self.one_or_404(id)
        about = f"license:{one.id}"
        if one.user_id:
            return redirect(urls.of(person.of_account(one.user_id), about), 303)
        sold = select(Order.number).join(OrderLine).where(OrderLine.id == one.order_line_id)
        return redirect(urls.of(person.of_order(session.scalar(sold) or ""), about), 303)


class SubscriptionView(FindingView):
    search_hint = "The beginning of the customer's address, or an id at Stripe."
    title: ClassVar[str] = "subscription"
    many: ClassVar[str] = "subscriptions"
    tabs = (
        Tab(
            "due",
            "Payment due",
            Subscription.status.in_((SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID)),
        ),
        Tab("active", "Active", Subscription.status == SubscriptionStatus.ACTIVE),
        Tab("trial", "Trial", Subscription.status == SubscriptionStatus.TRIALING),
        Tab("paused", "Paused", Subscription.status == SubscriptionStatus.PAUSED),
        Tab("over", "Over", Subscription.status.in_(OVER)),
        Tab("all", "All", Subscription.id.is_not(None)),
    )
    column_list = ("user", "product", "status", "quantity", "current_period_end", "ends_at")
    column_labels: ClassVar[dict[str, str]] = {
        "user": "Customer",
        "quantity": "Seats",
        "current_period_end": "Renews",
        "ends_at": "Ends",
    }
    column_sortable_list = ("current_period_end", "ends_at", "quantity")
    column_formatters = {
        "user": cells.page_link_of(masked_email),
        "product": lambda _v, _c, one, _n: one.product.title,
        "status": cells.pills(
            {"active": "good", "trialing": "info", "past_due": "bad", "unpaid": "bad"}
            | {"paused": "warn", "incomplete": "info"}
        ),
    }
    column_formatters_export = {
        "user": masked_email,
        "product": column_formatters["product"],
    }

    def name_of(self, record: Subscription) -> str:
        return f"{record.product.title} of {masked_email(self, None, record, 'user')}"

    def fits(self, text: str) -> ColumnElement[bool]:
        """By the customer's address, or by an id at Stripe."""
        column = {
            "sub_": Subscription.stripe_subscription_id,
            "cus_": Subscription.stripe_customer_id,
            "cs_": Subscription.stripe_checkout_session_id,
        }.get(text.partition("_")[0] + "_")
        if column is not None:
            return column == text
        theirs = select(User.id).where(begins(User.email_norm, normalize_email(text)))
        return Subscription.user_id.in_(theirs)

    @expose("/<id>")
    def details_view(self, id: str) -> Any:
        one = self.one_or_404(id)
        return redirect(urls.of(person.of_account(one.user_id), f"subscription:{one.id}"), 303)
