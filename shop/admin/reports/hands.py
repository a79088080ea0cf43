"""What needs a hand: counted in one question, each with the list that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask import current_app, url_for
from sqlalchemy import cast, func, literal, null, select, text, union_all

from shop import web
from shop.accounts.models import User
from shop.accounts.permissions import Permission, may
from shop.admin import gate
from shop.billing.disputes.models import STAGES, Dispute, Stage
from shop.billing.models import StripeEvent
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.catalog.models import SCARCE, Product, Status, Variant
from shop.db import UtcDateTime, session
from shop.leases import State
from shop.mail.models import Mail
from shop.orders.fulfilment import waiting
from shop.orders.models import FulfilmentState, Order, PaymentState

MOST_REASONS = 8
UNPAID = (SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID)


@dataclass(frozen=True)
class Kind:
    """One thing that may need a hand."""

    color: str
    one: str
    many: str
    permission: Permission
    """Whose matter it is."""
    lists: tuple[str, ...]
    """Endpoints of the lists that show it; the first that exists and may be read is linked."""
    query: Mapping[str, str]


P = Permission
ORDERS = "admin_orders.index_view"
ATTENTION_FILTER = "flt0_needs_a_hand_because_contains"
KINDS = MappingProxyType(
    {
        "attention": Kind(
            "bad", "order: {}", "orders: {}", P.READ_ORDERS, (ORDERS,), {"tab": "hand"}
        ),
        "events": Kind(
            *("bad", "dead Stripe event", "dead Stripe events", P.READ_EVENTS),
            *(("admin_events.index_view",), {"tab": "dead"}),
        ),
        "mails": Kind(
            *("bad", "failed mail", "failed mails", P.READ_EVENTS),
            *(("admin_mails.index_view",), {"tab": "dead"}),
        ),
        "disputes": Kind(
            *("warn", "dispute", "disputes", P.READ_ORDERS),
            *(("admin_disputes.index_view",), {"tab": "answer"}),
        ),
        "renewals": Kind(
            *("warn", "failed renewal", "failed renewals", P.READ_CUSTOMERS),
            *(("admin_subscriptions.index_view",), {"tab": "due"}),
        ),
        "ship": Kind(
            "warn", "order to ship", "orders to ship", P.READ_ORDERS, (ORDERS,), {"tab": "ship"}
        ),
        "stock": Kind(
            *("info", "edition nearly gone", "editions nearly gone", P.READ_CATALOG),
            *(("admin_reports.show",), {"report": "stock"}),
        ),
    }
)


@dataclass(frozen=True)
class Hand:
    kind: str
    reason: str
    count: int
    due: datetime | None

    @property
    def color(self) -> str:
        return KINDS[self.kind].color

    @property
    def words(self) -> str:
        kind = KINDS[self.kind]
        words = f"{self.count:,} {kind.one if self.count == 1 else kind.many}".format(self.reason)
        return f"{words}, answer by {web.show_date(self.due)}" if self.due else words

    @property
    def url(self) -> str:
        """Empty when there is no list of it that this person may read."""
        kind = KINDS[self.kind]
        query: dict[str, Any] = dict(kind.query)
        if self.kind == "attention":
            query[ATTENTION_FILTER] = self.reason
        endpoint = next((one for one in kind.lists if is_open(one)), "")
        return url_for(endpoint, **query) if endpoint else ""


def is_open(endpoint: str) -> bool:
    return endpoint in current_app.view_functions and gate.is_permitted(endpoint)


def found_for(user: User) -> list[Hand]:
    """What there is of each kind that this person may know of, the gravest first."""
    rows = session.execute(union_all(*_questions())).all()
    hands = [Hand(*row) for row in rows if row[2] and may(user, KINDS[row[0]].permission)]
    order = list(KINDS)
    return sorted(hands, key=lambda hand: (order.index(hand.kind), -hand.count))


def _questions() -> list[Any]:
    reasons = (
        select(literal("attention"), Order.attention, func.count(), _no_date())
        .where(Order.attention > "")
        .group_by(Order.attention)
        .order_by(func.count().desc())
        .limit(MOST_REASONS)
    )
    stages = [status for status, stage in STAGES.items() if stage in {Stage.LOST, Stage.OVER}]
    due = func.min(Dispute.due_by, type_=UtcDateTime())
    return [
        select(reasons.subquery()),
        _count("events", StripeEvent.state == State.DEAD),
        _count("mails", Mail.state == State.DEAD),
        select(literal("disputes"), literal(""), func.count(), due).where(
            Dispute.status.not_in((*stages, "under_review", "warning_under_review"))
        ),
        _count("renewals", Subscription.status.in_(UNPAID)),
        _count("ship", TO_SHIP),
        _scarce(),
    ]


TO_SHIP = Order.payment_state.in_(
    (PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED)
) & Order.fulfilment_state.in_((FulfilmentState.UNFULFILLED, FulfilmentState.PARTIAL))
TO_SHIP &= ~waiting.IS_HIDDEN


def _no_date() -> Any:
    return cast(null(), UtcDateTime()).label("due")


def _count(kind: str, *conditions: Any) -> Any:
    return select(literal(kind), literal(""), func.count(), _no_date()).where(*conditions)


def _scarce() -> Any:
    editions = _count("stock", text(SCARCE)).select_from(Variant)
    return editions.where(Variant.product.has(Product.status == Status.PUBLISHED))
