import enum
import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.accounts.models import User
from shop.billing.calls import AtStripe
from shop.catalog.models import Price, Product
from shop.db import Base, utcnow


class StripeCustomer(AtStripe, Base):
    """Who pays, as Stripe knows them: one for each account, made when it is first needed."""

    __tablename__ = "stripe_customers"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    stripe_customer_id: Mapped[str | None] = mapped_column(unique=True)
    is_unwanted: Mapped[bool] = mapped_column(default=False)
    """The account was erased; Stripe has yet to hear of it."""


class StripeProduct(AtStripe, Base):
    """A variant as Stripe knows it: the portal takes one price of a Product for each interval."""

    __tablename__ = "stripe_products"

    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), unique=True)
    stripe_product_id: Mapped[str | None] = mapped_column(unique=True)


class Plan(AtStripe, Base):
    """A recurring price as Stripe knows it."""

    __tablename__ = "plans"

    price_id: Mapped[int] = mapped_column(ForeignKey("prices.id"), unique=True)
    stripe_price_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_product_id: Mapped[str | None]


class PortalConfiguration(AtStripe, Base):
    """What customers may do in the Customer Portal, as we told Stripe last."""

    __tablename__ = "portal_configurations"

    scope: Mapped[str] = mapped_column(unique=True)
    """Whose plans can be switched between; see `portal.scope_of`."""
    stripe_configuration_id: Mapped[str | None] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(default="")
    """Of what it says, so that nothing is sent when nothing has changed."""


class SubscriptionStatus(enum.StrEnum):
    """Stripe's states of a Subscription, in its words."""

    INCOMPLETE = "incomplete"
    """Not paid for the first time; also before Stripe has made it."""
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


OWING = (SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID)
OVER = (SubscriptionStatus.INCOMPLETE_EXPIRED, SubscriptionStatus.CANCELED)


class Subscription(AtStripe, Base):
    """Our record of a Stripe Subscription. It follows Stripe by `mirror.sync`, and only so.

    Moments are Stripe's: on a test clock they may lie years ahead of ours.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index(
            "uq_subscriptions_starting",
            "user_id",
            "product_id",
            unique=True,
            sqlite_where=text("status = 'incomplete' AND stripe_subscription_id IS NULL"),
            postgresql_where=text("status = 'incomplete' AND stripe_subscription_id IS NULL"),
        ),
        Index("ix_subscriptions_grace", "status", "past_due_since"),
    )

    token: Mapped[str] = mapped_column(unique=True, default=secrets.token_urlsafe)
    """For addresses and the API; also what the Subscription at Stripe carries as our name."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    price_id: Mapped[int] = mapped_column(ForeignKey("prices.id"), index=True)
    """The plan."""
    quantity: Mapped[int]
    """Seats."""
    status: Mapped[SubscriptionStatus] = mapped_column(default=SubscriptionStatus.INCOMPLETE)
    has_access: Mapped[bool] = mapped_column(default=False)
    """What licenses and files follow: trialing, active, or past due within the grace period."""
    stripe_checkout_session_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_subscription_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_item_id: Mapped[str | None]
    stripe_customer_id: Mapped[str | None] = mapped_column(index=True)
    trial_days: Mapped[int] = mapped_column(default=0)
    """Promised when it was started; none for who had a trial of this product before."""
    trial_refused: Mapped[bool] = mapped_column(default=False)
    """The card had its trial before: this one is to end at once."""
    started_at: Mapped[datetime | None]
    current_period_end: Mapped[datetime | None]
    trial_end: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    """The scheduled end; None while it renews, and once it has ended."""
    ended_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="")
    cancel_comment: Mapped[str] = mapped_column(default="")
    resumes_at: Mapped[datetime | None]
    past_due_since: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    """When money first came in; None for who never got beyond the trial."""
    latest_invoice_id: Mapped[str | None]
    """At Stripe."""
    is_discounted: Mapped[bool] = mapped_column(default=False)
    """What is charged is less than the plan's price; how much less, Stripe knows."""
    next_price_id: Mapped[int | None] = mapped_column(ForeignKey("prices.id"))
    """The plan from the next period on, where that is another."""
    next_quantity: Mapped[int | None]
    next_from: Mapped[datetime | None]
    card_brand: Mapped[str | None]
    card_last4: Mapped[str | None] = mapped_column(index=True)
    card_expires: Mapped[str | None]
    """`2027-04`: the last month in which it works."""
    card_fingerprint: Mapped[str | None]
    failed_card: Mapped[str | None]
    """While it owes: the fingerprint of the card that could not be charged."""
    changes: Mapped[int] = mapped_column(default=0)
    """How often the plan or the number of seats became another."""
    test_clock: Mapped[str | None] = mapped_column(index=True)
    frozen_at: Mapped[datetime | None]
    """What Stripe's test clock showed when we last looked; None in real time."""
    ticket: Mapped[int] = mapped_column(default=0)
    applied: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime | None]
    """When we last asked Stripe how it is, in our own time."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    user: Mapped[User] = relationship()
    product: Mapped[Product] = relationship()
    price: Mapped[Price] = relationship(foreign_keys=price_id)
    next_price: Mapped[Price | None] = relationship(foreign_keys=next_price_id)
    entries: Mapped[list["SubscriptionEntry"]] = relationship(
        cascade="all, delete-orphan", order_by="SubscriptionEntry.id"
    )

    @property
    def now(self) -> datetime:
        """The time that it lives in."""
        return self.frozen_at or utcnow()

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def owes(self) -> bool:
        return self.status in OWING

    @property
    def has_new_card(self) -> bool:
        """Whether it owes money, and has a card that was not charged for it."""
        card = self.card_fingerprint
        return self.owes and card is not None and card != self.failed_card


class SubscriptionEntry(Base):
    """What happened to a subscription, for customers and support. Append-only."""

    __tablename__ = "subscription_entries"

    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscriptions.id"), index=True)
    kind: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
    """In the time that the subscription lives in."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class PastPlan(Base):
    """The plan and seats that a subscription had until they changed. Append-only."""

    __tablename__ = "past_plans"
    __table_args__ = (CheckConstraint("quantity >= 1", name="quantity"),)

    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscriptions.id"), index=True)
    price_id: Mapped[int] = mapped_column(ForeignKey("prices.id"))
    quantity: Mapped[int]
    until: Mapped[datetime]
    """In the time that the subscription lives in."""


class Trial(Base):
    """A trial that was had: one for each product and person, and one for each product and card."""

    __tablename__ = "trials"
    __table_args__ = (
        UniqueConstraint("product_id", "person"),
        UniqueConstraint("product_id", "card_fingerprint"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscriptions.id"), unique=True)
    person: Mapped[str]
    """The e-mail address without what only its owner tells apart; see `mailboxes.person_of`."""
    card_fingerprint: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
