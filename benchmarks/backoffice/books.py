"""A made-up shop's books: orders over two years with all that belongs to them.

Straight into the tables of an empty database, ids given by us. What the rules of `shop invariants`
want beyond that (invoices, mails, stock that moves) is left out: these books are for reading.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select, text, update

from benchmarks.catalog import Row, plant
from benchmarks.search import Language
from shop.accounts.models import User
from shop.billing.models import (
    LedgerEntry,
    Payment,
    PaymentStatus,
    PaymentWay,
    Refund,
    RefundStatus,
    StripeEvent,
)
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.catalog.models import Interval, Kind, Price, Product, Variant
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import Base, commit, db, session, utcnow
from shop.leases import State
from shop.orders.models import FulfilmentState, Order, OrderLine, PaymentState, TimelineEntry

AT_ONCE = 10_000
SPAN = timedelta(days=730)
CUSTOMERS, SUBSCRIPTIONS, EVENTS, PLANS = 20_000, 5_000, 50_000, 20
CURRENCIES = ("EUR",) * 8 + ("USD", "JPY")
COUNTRIES = ("DE", "FR", "AT", "US", "GB")
STEPS = ("placed", "paid", "mail", "packed", "shipped")
REASONS = ("a refund failed", "the payment is disputed", "another amount was paid than ordered")
SETTLED = (PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED, PaymentState.REFUNDED)


def fill(products: int, orders: int) -> None:
    chance = random.Random(7)
    now = utcnow()
    plant(Language(seed=7), products)
    _plans(chance)
    _write(User, ({"id": 1_000 + n, **_person(n)} for n in range(CUSTOMERS)))
    _write(Subscription, (_subscription(chance, now) for _ in range(SUBSCRIPTIONS)))
    _write(StripeEvent, (_event(n, now) for n in range(EVENTS)))
    wares = _wares()
    for part in _parts(range(1, orders + 1)):
        _write_orders([Sale(number, orders, now, chance, wares) for number in part])
    _settle()


def _settle() -> None:
    """What the database's own housekeeping has done in a shop that grew over years."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_postgres = connection.dialect.name == "postgresql"
        connection.execute(text("VACUUM ANALYZE" if is_postgres else "ANALYZE"))


class Sale:
    """One order, and the rows of it."""

    def __init__(
        self, id: int, of: int, now: datetime, chance: random.Random, wares: list[Any]
    ) -> None:
        self.id, self.at, self.chance = id, now - SPAN * (1 - id / of), chance
        self.currency = chance.choice(CURRENCIES)
        self.wares = chance.sample(wares, chance.choice((1, 1, 2, 4)))
        self.amounts = [chance.randint(100, 40_000) for _ in self.wares]
        self.total = sum(self.amounts)
        states = (PaymentState.PAID, PaymentState.REFUNDED, PaymentState.PARTIALLY_REFUNDED)
        paid = chance.choices(states, (95, 3, 2))[0]
        self.state = paid if chance.random() < 0.9 else PaymentState.CANCELED
        self.is_paid = self.state in SETTLED
        portion = {PaymentState.REFUNDED: 1, PaymentState.PARTIALLY_REFUNDED: 3}.get(self.state)
        self.refunded = self.total // portion if portion else 0
        self.customer = chance.randrange(CUSTOMERS)

    def order(self) -> Row:
        address = {"name": "Ada", "city": "Berlin", "country": self.chance.choice(COUNTRIES)}
        is_new = self.id % 40 == 0 and utcnow() - self.at < SPAN / 12
        state = FulfilmentState.UNFULFILLED if is_new else FulfilmentState.FULFILLED
        email = f"customer{self.customer}@bench.example"
        return {
            "id": self.id,
            "number": f"K-{self.id:07}",
            "token": f"order-{self.id}",
            "user_id": 1_000 + self.customer if self.id % 2 else None,
            "email": email,
            "email_norm": email,
            "name": f"Customer {self.customer}",
            "billing_address": address,
            "shipping_address": address if self.id % 3 else None,
            "currency": self.currency,
            "subtotal": self.total,
            "total": self.total,
            "tax": self.total * 19 // 119,
            "tax_included": True,
            "paid": self.total if self.is_paid else 0,
            "refunded": self.refunded if self.is_paid else 0,
            "payment_state": self.state,
            "fulfilment_state": state,
            "attention": REASONS[self.id % 3] if self.id % 4_000 == 0 else "",
            "placed_at": self.at,
            "paid_at": self.at if self.is_paid else None,
        }

    def lines(self) -> Iterator[Row]:
        for (price, variant, product, sku, title), amount in zip(
            self.wares, self.amounts, strict=True
        ):
            yield {
                "order_id": self.id,
                "product_id": product,
                "variant_id": variant,
                "price_id": price,
                "kind": Kind.PHYSICAL,
                "title": title,
                "sku": sku,
                "options": {},
                "quantity": 1,
                "unit_amount": amount,
                "amount": amount,
                "tax_rate": 1_900,
                "tax": amount * 19 // 119,
            }

    def payment(self) -> Row:
        return {
            "id": self.id,
            "order_id": self.id,
            "attempt": 1,
            "idempotency_key": f"bench-{self.id}",
            "way": PaymentWay.ELEMENT,
            "amount": self.total,
            "currency": self.currency,
            "status": PaymentStatus.SUCCEEDED if self.is_paid else PaymentStatus.CANCELED,
            "stripe_payment_intent_id": f"pi_bench_{self.id}",
            "received": self.total if self.is_paid else 0,
            "refunded": self.refunded if self.is_paid else 0,
            "card_last4": f"{self.customer % 10_000:04}",
            "created_at": self.at,
        }

    def ledger(self) -> Iterator[Row]:
        common = {"payment_id": self.id, "currency": self.currency}
        if self.is_paid:
            capture = {"kind": "capture", "external_id": f"pi_bench_{self.id}"}
            yield {**common, **capture, "amount": self.total, "created_at": self.at}
        if self.is_paid and self.refunded:
            refund = {"kind": "refund", "external_id": f"re_bench_{self.id}"}
            later = self.at + timedelta(days=3)
            yield {**common, **refund, "amount": -self.refunded, "created_at": later}

    def refunds(self) -> Iterator[Row]:
        if self.is_paid and self.refunded:
            yield {
                "payment_id": self.id,
                "stripe_refund_id": f"re_bench_{self.id}",
                "amount": self.refunded,
                "status": RefundStatus.SUCCEEDED,
                "created_at": self.at + timedelta(days=3),
            }

    def timeline(self) -> Iterator[Row]:
        for n, kind in enumerate(STEPS):
            at = self.at + timedelta(minutes=n)
            words = {"kind": kind, "text": f"What happened: {kind}.", "data": {"payment": self.id}}
            yield {"order_id": self.id, **words, "created_at": at}

    def checkouts(self) -> Iterator[Row]:
        status = CheckoutStatus.COMPLETED if self.is_paid else CheckoutStatus.EXPIRED
        dates = {"expires_at": self.at + timedelta(days=1), "created_at": self.at}
        yield {"token": f"c-{self.id}", "order_id": self.id, "status": status, **dates}
        if self.id % 2:
            expired = {"order_id": None, "status": CheckoutStatus.EXPIRED}
            yield {"token": f"d-{self.id}", **expired, **dates}


def _write_orders(sales: list[Sale]) -> None:
    parts: tuple[tuple[type[Base], Callable[[Sale], Iterable[Row]]], ...] = (
        (Order, lambda sale: [sale.order()]),
        (OrderLine, Sale.lines),
        (Payment, lambda sale: [sale.payment()]),
        (LedgerEntry, Sale.ledger),
        (Refund, Sale.refunds),
        (TimelineEntry, Sale.timeline),
        (CheckoutSession, Sale.checkouts),
    )
    for model, rows_of in parts:
        _write(model, (row for sale in sales for row in rows_of(sale)))


def _write(model: type[Base], rows: Iterable[Row]) -> None:
    for part in _parts(rows):
        session.connection().execute(insert(model), part)
        commit()


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while part := list(islice(iterator, AT_ONCE)):
        yield part


def _wares() -> list[Any]:
    """A thousand of the goods: what is sold is sold often."""
    query = select(Price.id, Variant.id, Product.id, Variant.sku, Product.title)
    goods = query.join(Variant, Variant.id == Price.variant_id).join(Product)
    return [tuple(row) for row in session.execute(goods.order_by(Price.id).limit(1_000))]


def _person(n: int) -> Row:
    email = f"customer{n}@bench.example"
    return {"email": email, "email_norm": email, "name": f"Customer {n}"}


def _plans(chance: random.Random) -> None:
    """Some of the prices are recurring."""
    for id in range(1, PLANS + 1):
        interval = chance.choice((Interval.MONTH, Interval.YEAR))
        session.execute(update(Price).where(Price.id == id).values(interval=interval))


def _subscription(chance: random.Random, now: datetime) -> Row:
    started = now - SPAN * chance.random()
    is_over = chance.random() < 0.3
    price = chance.randint(1, PLANS)
    return {
        "token": f"{chance.getrandbits(128):x}",
        "idempotency_key": f"{chance.getrandbits(128):x}",
        "user_id": 1_000 + chance.randrange(CUSTOMERS),
        "product_id": 1,
        "price_id": price,
        "quantity": chance.randint(1, 5),
        "status": SubscriptionStatus.CANCELED if is_over else SubscriptionStatus.ACTIVE,
        "started_at": started,
        "paid_at": started,
        "ended_at": started + (now - started) * chance.random() if is_over else None,
        "created_at": started,
    }


def _event(n: int, now: datetime) -> Row:
    at = now - SPAN * (1 - n / EVENTS)
    return {
        "stripe_id": f"evt_bench_{n}",
        "type": "payment_intent.succeeded",
        "object_id": f"pi_bench_{n}",
        "api_version": "",
        "payload": b"{}",
        "created_at": at,
        "received_at": at,
        "due_at": at,
        "state": State.DEAD if n % 10_000 == 1 else State.DONE,
        "attempts": 1,
        "error": "made up" if n % 10_000 == 1 else None,
    }
