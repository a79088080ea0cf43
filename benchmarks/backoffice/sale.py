"""One order of a made-up shop, and the rows of it in all tables.

What the rules of `shop invariants` want beyond that (stock that moves, fulfilments) is left out:
these books are for reading.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from benchmarks.bulk import Row
from shop.billing.invoices.models import InvoiceStatus, Source, normal
from shop.billing.models import PaymentStatus, PaymentWay, RefundStatus
from shop.catalog.models import Kind
from shop.checkout.models import CheckoutStatus
from shop.db import utcnow
from shop.leases import State
from shop.licenses.keys import ALPHABET
from shop.orders.models import FulfilmentState, PaymentState

SPAN = timedelta(days=730)
CUSTOMERS, FIRST_USER, MOST_LINES = 20_000, 1_000, 4
CURRENCIES = ("EUR",) * 8 + ("USD", "JPY")
COUNTRIES = ("DE", "FR", "AT", "US", "GB")
STEPS = ("placed", "paid", "mail", "packed", "shipped")
REASONS = ("a refund failed", "the payment is disputed", "another amount was paid than ordered")
SETTLED = (PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED, PaymentState.REFUNDED)


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
        self.number = f"K-{id:07}"
        self.email = f"customer{self.customer}@bench.example"
        self.user_id = FIRST_USER + self.customer if id % 2 else None

    def order(self) -> Row:
        address = {"name": "Ada", "city": "Berlin", "country": self.chance.choice(COUNTRIES)}
        is_new = self.id % 40 == 0 and utcnow() - self.at < SPAN / 12
        state = FulfilmentState.UNFULFILLED if is_new else FulfilmentState.FULFILLED
        return {
            "id": self.id,
            "number": self.number,
            "token": f"order-{self.id}",
            "user_id": self.user_id,
            "email": self.email,
            "email_norm": self.email,
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
        goods = zip(self.wares, self.amounts, strict=True)
        for n, ((price, variant, product, sku, title), amount) in enumerate(goods):
            yield {
                "id": MOST_LINES * self.id + n,
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

    def mail(self) -> Row:
        return {
            "key": f"order-{self.id}",
            "template": "order_paid",
            "recipient": self.email,
            "subject": f"Your order {self.number}",
            "text": "What you bought, and how to get it. " * 10,
            "html": "<p>What you bought, and how to get it.</p>" * 30,
            "reference": f"order:{self.number}",
            "created_at": self.at,
            "due_at": self.at,
            "sent_at": self.at,
            "attempts": 1,
            "state": State.DEAD if self.id % 20_000 == 0 else State.DONE,
        }

    def invoices(self) -> Iterator[Row]:
        if not self.is_paid:
            return
        company = f"Company {self.customer} GmbH" if self.customer % 5 == 0 else ""
        name = f"Customer {self.customer}"
        yield {
            "token": f"invoice-{self.id}",
            "source": Source.SHOP,
            "status": InvoiceStatus.PAID,
            "order_id": self.id,
            "user_id": self.user_id,
            "number": f"{self.at.year}-{self.id:07}",
            "series": "bench",
            "sequence": self.id,
            "reference": self.number,
            "currency": self.currency,
            "subtotal": self.total,
            "tax": self.total * 19 // 119,
            "total": self.total,
            "amount_paid": self.total,
            "lines": [{"description": line[-1], "quantity": 1} for line in self.wares],
            "seller": {"name": "Bench", "address": "Berlin", "vat_id": "DE000000000"},
            "customer_name": name,
            "customer_name_norm": normal(name),
            "customer_company": company,
            "customer_company_norm": normal(company),
            "customer_email": self.email,
            "customer_email_norm": self.email,
            "vat_id": f"DE{self.customer:09}" if company else None,
            "issued_at": self.at,
            "paid_at": self.at,
            "created_at": self.at,
        }

    def licenses(self) -> Iterator[Row]:
        """For every second of the paid orders."""
        if self.is_paid and self.id % 2:
            yield {
                "id": self.id,
                "key_hash": f"bench-{self.id}",
                "last_characters": key_end_of(self.id),
                "policy_id": 1,
                "product_id": 1,
                "order_line_id": MOST_LINES * self.id,
                "user_id": self.user_id,
                "machine_limit": 3,
                "machines": 1,
                "issued_at": self.at,
                "ended_at": self.at if self.state is PaymentState.REFUNDED else None,
            }

    def activations(self) -> Iterator[Row]:
        for license in self.licenses():
            yield {
                "license_id": license["id"],
                "fingerprint": f"fingerprint-{self.id}",
                "name": f"laptop-{self.id}",
                "activated_at": self.at,
                "last_seen_at": self.at,
            }

    def acts(self) -> Iterator[Row]:
        """Of the staff, in every second order."""
        if self.id % 2 == 0:
            yield {
                "actor": f"staff{self.id % 7}@bench.example",
                "act": "order.refund" if self.refunded else "order.ship",
                "subject": f"order:{self.number}",
                "reason": "They asked for it.",
                "data": {},
                "created_at": self.at,
            }

    def checkouts(self) -> Iterator[Row]:
        status = CheckoutStatus.COMPLETED if self.is_paid else CheckoutStatus.EXPIRED
        dates = {"expires_at": self.at + timedelta(days=1), "created_at": self.at}
        yield {"token": f"c-{self.id}", "order_id": self.id, "status": status, **dates}
        if self.id % 2:
            expired = {"order_id": None, "status": CheckoutStatus.EXPIRED}
            yield {"token": f"d-{self.id}", **expired, **dates}


def key_end_of(id: int) -> str:
    return "".join(ALPHABET[id * 7919 >> 5 * place & 31] for place in range(5))
