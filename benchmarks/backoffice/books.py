"""A made-up shop's books: orders over two years with all that belongs to them.

Straight into the tables of an empty database, ids given by us.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select, text, update

from benchmarks.backoffice.sale import CUSTOMERS, FIRST_USER, SPAN, Sale
from benchmarks.bulk import Row, write
from benchmarks.catalog import plant
from benchmarks.search import Language
from shop.accounts.models import AuditEntry, User
from shop.billing.invoices.models import Invoice
from shop.billing.models import LedgerEntry, Payment, Refund, StripeEvent
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.catalog.models import Interval, Price, Product, Variant
from shop.checkout.models import CheckoutSession
from shop.db import Base, commit, db, session, utcnow
from shop.leases import State
from shop.licenses.models import Activation, License, LicensePolicy
from shop.mail.models import Mail
from shop.orders.models import Order, OrderLine, TimelineEntry

AT_ONCE = 20_000
SUBSCRIPTIONS, EVENTS, PLANS = 5_000, 50_000, 20
PARTS: tuple[tuple[type[Base], Callable[[Sale], Iterable[Row]]], ...] = (
    (Order, lambda sale: [sale.order()]),
    (OrderLine, Sale.lines),
    (Payment, lambda sale: [sale.payment()]),
    (LedgerEntry, Sale.ledger),
    (Refund, Sale.refunds),
    (TimelineEntry, Sale.timeline),
    (CheckoutSession, Sale.checkouts),
    (Mail, lambda sale: [sale.mail()]),
    (Invoice, Sale.invoices),
    (License, Sale.licenses),
    (Activation, Sale.activations),
    (AuditEntry, Sale.acts),
)


def fill(products: int, orders: int) -> None:
    chance = random.Random(7)
    now = utcnow()
    plant(Language(seed=7), products)
    _plans(chance)
    _write(User, (_person(n) for n in range(CUSTOMERS)))
    _write(Subscription, (_subscription(chance, now) for _ in range(SUBSCRIPTIONS)))
    _write(StripeEvent, (_event(n, now) for n in range(EVENTS)))
    _write(LicensePolicy, [{"id": 1, "product_id": 1}])
    wares = _wares()
    for part in _parts(range(1, orders + 1)):
        sales = [Sale(number, orders, now, chance, wares) for number in part]
        for model, rows_of in PARTS:
            _write(model, (row for sale in sales for row in rows_of(sale)))
    _settle()


def _settle() -> None:
    """What the database's own housekeeping has done in a shop that grew over years."""
    commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_postgres = connection.dialect.name == "postgresql"
        connection.execute(text("VACUUM ANALYZE" if is_postgres else "ANALYZE"))


def _write(model: type[Base], rows: Iterable[Row]) -> None:
    write(model.metadata.tables[model.__tablename__], rows)


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
    return {"id": FIRST_USER + n, "email": email, "email_norm": email, "name": f"Customer {n}"}


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
        "user_id": FIRST_USER + chance.randrange(CUSTOMERS),
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
