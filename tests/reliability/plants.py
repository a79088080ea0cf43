"""One lie after the other, each in books that were in order, and the rule that must see it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, text

from shop import append_only
from shop.db import db
from shop.operations.invariants import RULES, Violation, _rows, broken
from shop.operations.invariants.at_stripe import CHECKOUTS, EVENTS, INTENTS, REFUNDS, Books, Rows

AN_ORDER = "(SELECT MIN(order_id) FROM fulfilments)"
A_FREE_ORDER = "(SELECT MIN(id) FROM orders WHERE payment_state = 'canceled')"
A_LICENSE = "(SELECT MIN(license_id) FROM activations)"
A_PAYMENT = f"(SELECT id FROM payments WHERE order_id = {AN_ORDER})"

A_REFUND_LINE = """
    INSERT INTO refund_lines (refund_id, order_line_id, quantity, amount, restock)
    SELECT r.id, l.id,"""
OF_A_REFUND = """
    FROM refunds r JOIN payments p ON p.id = r.payment_id
    JOIN order_lines l ON l.order_id = p.order_id WHERE r.status = 'succeeded' LIMIT 1"""


StripesBooks = dict[Any, Rows]
Spoil = Callable[[StripesBooks], None]


@dataclass(frozen=True)
class Plant:
    """SQL that spoils our books, or a change of Stripe's."""

    code: str
    name: str
    spoil: str | Spoil


def offenses(books: Books) -> list[Violation]:
    with _undone() as connection:
        return broken(connection, books)


def is_seen(plant: Plant, books: Books) -> bool:
    """By the rule it breaks; afterwards nothing is left of it."""
    rows = {table: [dict(row) for row in found] for table, found in books.rows.items()}
    with _undone() as connection:
        _unlock(connection)
        if isinstance(plant.spoil, str):
            changed = connection.execute(text(plant.spoil)).rowcount
            assert changed, f"{plant} spoils nothing"
        else:
            plant.spoil(rows)
        replace(books, rows=rows).write(connection)
        rule = next(rule for rule in RULES if rule.code == plant.code)
        return any(_rows(rule, connection, books.since))


def _unlock(connection: Connection) -> None:
    """Tables that nobody can change are changed here."""
    suffix = " ON {}" if connection.dialect.name == "postgresql" else ""
    for table in append_only.protected:
        for verb in append_only.VERBS:
            connection.execute(text(f"DROP TRIGGER {table}_no_{verb}{suffix.format(table)}"))


@contextmanager
def _undone() -> Iterator[Connection]:
    with db.engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def _of_an_order(rows: StripesBooks, table: Any, status: str) -> dict[str, Any]:
    """Subscriptions are paid by intents of their own."""
    return next(row for row in rows[table] if row["payment_id"] and row["status"] == status)


def captured(rows: StripesBooks) -> None:
    _of_an_order(rows, INTENTS, "succeeded")["received"] += 1


def captured_for_nobody(rows: StripesBooks) -> None:
    rows[INTENTS].append(
        {"id": "pi_x", "payment_id": 10**9, "status": "succeeded", "received": 100}
    )


def second_intent(rows: StripesBooks) -> None:
    live = _of_an_order(rows, INTENTS, "succeeded")
    rows[INTENTS].append(live | {"id": "pi_x", "status": "requires_payment_method", "received": 0})


def second_checkout(rows: StripesBooks) -> None:
    live = _of_an_order(rows, CHECKOUTS, "complete")
    rows[CHECKOUTS].append(live | {"id": "cs_x", "status": "open"})


def kept_twice(rows: StripesBooks) -> None:
    _of_an_order(rows, INTENTS, "succeeded")["received"] *= 2


def refunded(rows: StripesBooks) -> None:
    rows[REFUNDS].pop()


def made_an_event(rows: StripesBooks) -> None:
    rows[EVENTS].append(
        {"id": "evt_x", "type": "refund.created", "is_handled": 1, "is_acknowledged": 0}
    )


def acknowledged(rows: StripesBooks) -> None:
    made_an_event(rows)
    rows[EVENTS][-1]["is_acknowledged"] = 1


def never_made_it(rows: StripesBooks) -> None:
    rows[EVENTS].pop()


def decided(rows: StripesBooks) -> None:
    processing = next(row for row in rows[INTENTS] if row["status"] == "processing")
    processing["status"] = "canceled"


PLANTS = (
    Plant("I01", "an order counts less than was captured", captured),
    Plant("I01", "money for a payment that we do not have", captured_for_nobody),
    Plant("I01", "a forgotten payment", f"UPDATE orders SET paid = 0 WHERE id = {AN_ORDER}"),
    Plant("I02", "two intents of one payment", second_intent),
    Plant("I02", "two checkouts of one payment", second_checkout),
    Plant("I02", "twice the total was kept", kept_twice),
    Plant("I03", "a refund that Stripe does not know", refunded),
    Plant("I03", "a forgotten refund", "UPDATE orders SET refunded = 0 WHERE refunded > 0"),
    Plant("I04", "an entry too many", f"""
        INSERT INTO ledger_entries (payment_id, kind, external_id, amount, currency, created_at)
        VALUES ({A_PAYMENT}, 'capture', 'pi_x', 100, 'EUR', '2026-01-01 00:00:00')"""),
    Plant("I04", "a lost entry", "DELETE FROM ledger_entries WHERE kind = 'refund'"),
    Plant("I04", "an order of two minds", f"""
        UPDATE orders SET paid = paid + 1 WHERE id = {AN_ORDER}"""),
    Plant("I05", "more refunded than paid", f"""
        UPDATE orders SET refunded = paid + 1 WHERE id = {AN_ORDER}"""),
    Plant("I05", "half paid", f"UPDATE orders SET paid = 1 WHERE id = {AN_ORDER}"),
    Plant("I06", "paid for nothing", f"DELETE FROM fulfilments WHERE order_id = {AN_ORDER}"),
    Plant("I06", "nothing paid", f"""
        INSERT INTO fulfilments (order_id, created_at)
        VALUES ({A_FREE_ORDER}, '2026-01-01 00:00:00')"""),
    Plant("I06", "a checkout that says it is done", f"""
        UPDATE checkout_sessions SET status = 'completed' WHERE order_id = {A_FREE_ORDER}"""),
    Plant("I07", "no grant", f"""
        DELETE FROM grants WHERE order_line_id IN
        (SELECT id FROM order_lines WHERE order_id = {AN_ORDER})"""),
    Plant("I07", "a grant for nothing", f"""
        UPDATE grants SET order_line_id =
        (SELECT MIN(id) FROM order_lines WHERE order_id = {A_FREE_ORDER})
        WHERE id = (SELECT MIN(id) FROM grants)"""),
    Plant("I08", "a grant that outlived its money",
        "UPDATE grants SET ended_at = NULL WHERE ended_at IS NOT NULL"),
    Plant("I08", "a grant that ended too soon", """
        UPDATE grants SET ended_at = '2026-01-01 00:00:00', end_reason = 'refund'
        WHERE ended_at IS NULL"""),
    Plant("I07", "no grant for a link", """
        DELETE FROM grants WHERE order_line_id IN
        (SELECT id FROM order_lines WHERE kind = 'license')"""),
    Plant("I07", "no license", f"""
        UPDATE licenses SET order_line_id = NULL WHERE id = {A_LICENSE}"""),
    Plant("I07", "a license for nothing", f"""
        UPDATE licenses SET order_line_id =
        (SELECT MIN(id) FROM order_lines WHERE order_id = {A_FREE_ORDER})
        WHERE id = {A_LICENSE}"""),
    Plant("I07", "a license for something else", """
        UPDATE order_lines SET kind = 'digital' WHERE kind = 'license'"""),
    Plant("I08", "a license that outlived its money", """
        UPDATE licenses SET ended_at = NULL WHERE ended_at IS NOT NULL"""),
    Plant("I08", "a license that ended too soon", """
        UPDATE licenses SET ended_at = '2026-01-01 00:00:00', end_reason = 'refund'
        WHERE ended_at IS NULL"""),
    Plant("I07", "access for nothing", """
        UPDATE subscriptions SET has_access = true WHERE status = 'canceled'"""),
    Plant("I07", "paid for no access", """
        UPDATE subscriptions SET has_access = false WHERE status = 'active'"""),
    Plant("I07", "a license that outlived its subscription", """
        UPDATE licenses SET expires_at = NULL WHERE subscription_id IS NOT NULL
        AND expires_at IS NOT NULL"""),
    Plant("I07", "a license that ended before its subscription", """
        UPDATE licenses SET expires_at = '2026-01-01 00:00:00'
        WHERE subscription_id IS NOT NULL AND expires_at IS NULL"""),
    Plant("I07", "files that ended before their subscription", """
        UPDATE grants SET ended_at = '2026-01-01 00:00:00', end_reason = 'subscription'
        WHERE subscription_id IS NOT NULL AND ended_at IS NULL"""),
    Plant("I07", "a subscription without a license", """
        UPDATE licenses SET subscription_id = NULL WHERE subscription_id IS NOT NULL"""),
    Plant("I08", "a license that outlived its dispute", """
        UPDATE licenses SET ended_at = NULL, end_reason = '' WHERE end_reason = 'dispute'"""),
    Plant("I08", "a grant that no dispute has ended", """
        UPDATE grants SET ended_at = '2026-01-01 00:00:00', end_reason = 'dispute'
        WHERE ended_at IS NULL"""),
    Plant("I08", "a subscribed license that outlived its dispute", """
        INSERT INTO disputes (stripe_dispute_id, stripe_charge_id, subscription_id, amount,
          currency, reason, status, withdrawn, opened_at, ticket, applied, created_at)
        SELECT 'dp_x', 'ch_x', MIN(id), 500, 'EUR', '', 'lost', 500, '2026-01-01 00:00:00', 1, 1,
          '2026-01-01 00:00:00' FROM subscriptions WHERE status = 'active'"""),
    Plant("I08", "a license that rests for nothing", """
        UPDATE disputes SET status = 'won' WHERE status = 'needs_response'"""),
    Plant("I04", "a loss that is not booked", """
        DELETE FROM ledger_entries WHERE kind = 'dispute'"""),
    Plant("I09", "an event that never came", made_an_event),
    Plant("I09", "an event that waits", """
        UPDATE stripe_events SET state = 'pending', due_at = '2026-01-01 00:00:00'
        WHERE id = (SELECT MIN(id) FROM stripe_events)"""),
    Plant("I09", "dead without a word", """
        UPDATE stripe_events SET state = 'dead' WHERE id = (SELECT MIN(id) FROM stripe_events)"""),
    Plant("I10", "an event that Stripe never made", never_made_it),
    Plant("I11", "a unit from nowhere", """
        UPDATE variants SET on_hand = on_hand + 1 WHERE tracks_stock"""),
    Plant("I11", "a unit held by nobody", """
        UPDATE variants SET reserved = reserved + 1 WHERE tracks_stock AND on_hand > reserved"""),
    Plant("I11", "a sale without a movement", """
        UPDATE stock_movements SET reference = reference || '-' WHERE reason = 'sale'"""),
    Plant("I11", "a swap that took nothing", """
        UPDATE stock_movements SET reference = reference || '-' WHERE reference LIKE 'swap:%'"""),
    Plant("I12", "held by a canceled order", """
        UPDATE stock_reservations SET state = 'held' WHERE state = 'released'"""),
    Plant("I12", "held by nobody", """
        UPDATE stock_reservations SET holder = holder || '-' WHERE state = 'held'"""),
    Plant("I12", "fulfilled from thin air", """
        UPDATE stock_reservations SET state = 'released' WHERE state = 'taken'"""),
    Plant("I13", "no receipt", """
        DELETE FROM mails WHERE id =
        (SELECT MIN(id) FROM mails WHERE template = 'order_paid')"""),
    Plant("I13", "thanks for nothing", """
        UPDATE mails SET reference = 'K-0' WHERE id =
        (SELECT MIN(id) FROM mails WHERE template = 'order_paid')"""),
    Plant("I13", "a refund untold", "DELETE FROM mails WHERE template = 'order_refunded'"),
    Plant("I14", "a mail that waits", """
        UPDATE mails SET state = 'failed', sent_at = NULL, due_at = '2026-01-01 00:00:00'"""),
    Plant("I14", "a mail sent in name only", "UPDATE mails SET sent_at = NULL"),
    Plant("I14", "dead without a word", "UPDATE mails SET state = 'dead', sent_at = NULL"),
    Plant("I15", "a mail nobody tried", "UPDATE mails SET attempts = 0"),
    Plant("I15", "an event nobody tried", "UPDATE stripe_events SET attempts = 0"),
    Plant("I16", "paid without money", f"""
        UPDATE orders SET payment_state = 'paid' WHERE id = {A_FREE_ORDER}"""),
    Plant("I16", "refunded in name only", f"""
        UPDATE orders SET payment_state = 'refunded' WHERE id = {AN_ORDER}"""),
    Plant("I16", "paid at no time", f"UPDATE orders SET paid_at = NULL WHERE id = {AN_ORDER}"),
    Plant("I17", "decided at Stripe alone", decided),
    Plant("I17", "a refund nobody made", "UPDATE refunds SET status = 'requested'"),
    Plant("I17", "a checkout past its time", """
        UPDATE checkout_sessions SET expires_at = '2026-01-01 00:00:00'
        WHERE status = 'awaiting_payment'"""),
    Plant("I17", "an order nobody ends", """
        UPDATE checkout_sessions SET status = 'canceled' WHERE status = 'awaiting_payment'"""),
    Plant("I17", "a page that ended at Stripe alone", """
        UPDATE payments SET status = 'requires_payment_method' WHERE way = 'hosted'
        AND status = 'canceled'"""),
    Plant("I18", "an event we said we had", acknowledged),
    Plant("I19", "a seat for nobody", f"""
        UPDATE licenses SET machines = machines + 1 WHERE id = {A_LICENSE}"""),
    Plant("I19", "a machine without a seat", f"""
        INSERT INTO activations
        (license_id, fingerprint, name, version, activated_at, last_seen_at)
        VALUES ({A_LICENSE}, 'f', '', '', '2026-01-01 00:00:00', '2026-01-01 00:00:00')"""),
    Plant("I19", "seats beyond the limit", f"""
        UPDATE licenses SET machine_limit = 1 WHERE id = {A_LICENSE}"""),
    Plant("I20", "a machine that came after the end", f"""
        UPDATE licenses SET ended_at = '2026-01-01 00:00:00', end_reason = 'abuse'
        WHERE id = {A_LICENSE}"""),
    Plant("I21", "a sale without an invoice", f"""
        UPDATE invoices SET order_id = NULL WHERE order_id = {AN_ORDER}"""),
    Plant("I21", "an invoice of another total", f"""
        UPDATE invoices SET total = total + 1 WHERE order_id = {AN_ORDER}"""),
    Plant("I21", "an invoice for nothing", f"""
        UPDATE invoices SET order_id = {A_FREE_ORDER} WHERE order_id = {AN_ORDER}"""),
    Plant("I22", "more credited than invoiced", """
        UPDATE credit_notes SET total = total * 100"""),
    Plant("I22", "a refund without a credit note", """
        UPDATE credit_notes SET status = 'void'"""),
    Plant("I23", "a lost number", """
        UPDATE invoices SET sequence = sequence + 1000 WHERE sequence = 2"""),
    Plant("I23", "a counter that ran ahead", "UPDATE invoice_counters SET last = last + 1"),
    Plant("I23", "a counter that was lost", "DELETE FROM invoice_counters"),
    Plant("I24", "a use that nobody counted", "UPDATE discounts SET uses = uses - 1"),
    Plant("I24", "a use that nobody made", "UPDATE discount_codes SET uses = uses + 1"),
    Plant("I24", "more uses than there are", "UPDATE discounts SET most_uses = uses - 1"),
    Plant("I24", "a code that was good once", "UPDATE discount_codes SET most_uses = 1"),
    Plant("I24", "twice by one person", "UPDATE discount_uses SET person = 'mara@example.org'"),
    Plant("I25", "held by a canceled order", """
        UPDATE discount_uses SET state = 'held' WHERE state = 'released'"""),
    Plant("I25", "used by nobody", "UPDATE discount_uses SET holder = holder || '-'"),
    Plant("I25", "paid and given back", """
        UPDATE discount_uses SET state = 'released' WHERE state = 'used'"""),
    Plant("I25", "sold without a use", "DELETE FROM discount_uses WHERE state = 'used'"),
    Plant("I26", "a cent off no line", """
        UPDATE orders SET discount = discount + 1, total = total - 1 WHERE discount > 0"""),
    Plant("I26", "a cent off a line alone", """
        UPDATE order_lines SET discount = discount + 1 WHERE discount > 0"""),
    Plant("I26", "a discount without a code", """
        UPDATE orders SET discount_code = '' WHERE discount > 0"""),
    Plant("I26", "a total that does not add up", f"""
        UPDATE orders SET subtotal = subtotal + 1 WHERE id = {AN_ORDER}"""),
    Plant("I27", "more pieces refunded than bought", f"{A_REFUND_LINE} 1000, 0, 0 {OF_A_REFUND}"),
    Plant("I27", "lines of more than the refund", f"""
        {A_REFUND_LINE} 1, r.amount + 1, 0 {OF_A_REFUND}"""),
    Plant("I28", "more sent than bought", """
        UPDATE shipment_lines SET quantity = quantity + 1"""),
    Plant("I28", "a parcel of somebody else's goods", f"""
        UPDATE shipments SET order_id = {A_FREE_ORDER}"""),
)  # fmt: skip
