"""What the page of one person shows, in a fixed number of questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from shop import money
from shop.admin.support.person import Person
from shop.admin.support.story import Traces
from shop.billing.disputes.models import Dispute, Stage
from shop.billing.invoices.models import Invoice, InvoiceStatus
from shop.billing.models import Payment
from shop.billing.subscriptions.finding import BEGUN, WHOLE
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.db import session
from shop.downloads.models import Grant
from shop.licenses import machines
from shop.licenses.models import Activation, License
from shop.orders.models import Order, OrderLine

MOST = 50
"""Of each kind, the newest."""
DUE = (SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID)


@dataclass(frozen=True)
class Whole:
    person: Person
    orders: Sequence[Order]
    order_count: int
    kept: dict[str, int]
    """By currency, what all their orders come to without what went back."""
    subscriptions: Sequence[Subscription]
    licenses: Sequence[License]
    machines: dict[int, list[Activation]]
    grants: Sequence[Grant]
    invoices: Sequence[Invoice]
    disputes: Sequence[Dispute]

    @property
    def worth(self) -> str:
        """Of orders alone, such as `€1,284.00 in 9 orders`."""
        if not self.order_count:
            return "None yet"
        sums = [money.show(kept, currency) for currency, kept in self.kept.items() if kept]
        orders = f"{self.order_count} order{'' if self.order_count == 1 else 's'}"
        return f"{' + '.join(sums) or 'Nothing'} in {orders}"

    @property
    def flags(self) -> list[tuple[str, str]]:
        """What to know before the first word: kind of the pill, and its word."""
        user = self.person.user
        facts = [
            ("bad", "Payment due", self._is_due),
            ("bad", "Dispute", any(one.stage is Stage.OPEN for one in self.disputes)),
            ("warn", "Bank asks", any(one.stage is Stage.ASKED for one in self.disputes)),
            ("warn", "Needs a hand", any(order.attention for order in self.orders)),
            ("info", "Guest", user is None),
            ("warn", "Never verified", user is not None and user.email_verified_at is None),
            ("warn", "Asks to be forgotten", bool(user and user.erasure_asked_at)),
            ("bad", "Closed account", user is not None and not user.is_active),
        ]
        return [(kind, word) for kind, word, is_so in facts if is_so]

    @property
    def _is_due(self) -> bool:
        open_ones = (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
        return any(one.status in DUE for one in self.subscriptions) or any(
            invoice.status in open_ones for invoice in self.invoices
        )

    @property
    def traces(self) -> Traces:
        ids: dict[str, list[object]] = {
            "order": [order.number for order in self.orders],
            "subscription": [one.id for one in self.subscriptions],
            "license": [one.id for one in self.licenses],
            "grant": [one.id for one in self.grants],
            "invoice": [one.id for one in self.invoices],
        }
        subjects = [f"{kind}:{id}" for kind, found in ids.items() for id in found]
        return Traces(
            user_id=self.person.user_id,
            emails=sorted({self.person.email, *(order.email for order in self.orders)}),
            order_ids=[order.id for order in self.orders],
            subscription_ids=[one.id for one in self.subscriptions],
            license_ids=[one.id for one in self.licenses],
            grant_ids=[one.id for one in self.grants],
            subjects=sorted({self.person.subject, *subjects}),
        )

    def find(self, about: str) -> Any:
        """The order, license … that somebody searched for, by `order:K-1024`; None without."""
        kind, _, id = about.partition(":")
        rows: dict[str, dict[str, Any]] = {
            "order": {order.number: order for order in self.orders},
            "subscription": {str(one.id): one for one in self.subscriptions},
            "license": {str(one.id): one for one in self.licenses},
            "invoice": {str(one.id): one for one in self.invoices},
        }
        return rows.get(kind, {}).get(id)


def gather(person: Person) -> Whole:
    rows = session.execute(_orders(person)).all()
    orders: list[Order] = [row[0] for row in rows]
    order_ids = [order.id for order in orders]
    lines = select(OrderLine.id).where(OrderLine.order_id.in_(order_ids))
    subscriptions = _subscriptions(person)
    licenses = _newest(License, _theirs(License, person, lines), License.product, License.policy)
    return Whole(
        person=person,
        orders=orders,
        order_count=rows[0][2] if rows else 0,
        kept={order.currency: kept for order, kept, _count in rows},
        subscriptions=subscriptions,
        licenses=licenses,
        machines=machines.running([license.id for license in licenses]),
        grants=_newest(Grant, _theirs(Grant, person, lines), Grant.product),
        invoices=_newest(Invoice, _invoices_of(person, order_ids)),
        disputes=_disputes(order_ids, [one.id for one in subscriptions]),
    )


def _orders(person: Person) -> Any:
    kept = func.sum(Order.paid - Order.refunded).over(partition_by=Order.currency)
    query = select(Order, kept, func.count().over()).where(person.ordered)
    return query.options(selectinload(Order.lines)).order_by(Order.id.desc()).limit(MOST)


def _subscriptions(person: Person) -> Sequence[Subscription]:
    if person.user_id is None:
        return []
    mine = select(Subscription).where(Subscription.user_id == person.user_id, BEGUN)
    return session.scalars(mine.options(*WHOLE).order_by(Subscription.id.desc()).limit(MOST)).all()


def _theirs(model: type[License | Grant], person: Person, lines: Any) -> ColumnElement[bool]:
    """Both columns have an index; a join of the orders would look at every row."""
    return or_(model.user_id == (person.user_id or 0), model.order_line_id.in_(lines))


def _invoices_of(person: Person, order_ids: list[int]) -> ColumnElement[bool]:
    return or_(Invoice.user_id == (person.user_id or 0), Invoice.order_id.in_(order_ids))


def _newest(model: Any, where: ColumnElement[bool], *with_: Any) -> Sequence[Any]:
    query = select(model).where(where).options(*(joinedload(one) for one in with_))
    return session.scalars(query.order_by(model.id.desc()).limit(MOST)).all()


def _disputes(order_ids: list[int], subscription_ids: list[int]) -> Sequence[Dispute]:
    payments = select(Payment.id).where(Payment.order_id.in_(order_ids))
    about = or_(Dispute.payment_id.in_(payments), Dispute.subscription_id.in_(subscription_ids))
    return session.scalars(select(Dispute).where(about)).all()
