"""Money: Stripe's books, our ledger and the orders say the same."""

from shop.operations.invariants.rule import Rule

RULES = (
    Rule(
        "I01",
        "What Stripe captured for an order is what the order counts as paid, both ways.",
        (
            """
            SELECT o.number, o.paid, COALESCE(SUM(s.received), 0) AS at_stripe
            FROM orders o
            LEFT JOIN payments p ON p.order_id = o.id
            LEFT JOIN at_stripe_intents s ON s.payment_id = p.id
            WHERE o.placed_at >= :since
            GROUP BY o.id HAVING o.paid <> COALESCE(SUM(s.received), 0)
            """,
            """
            SELECT s.id AS intent, s.payment_id AS unknown_payment, s.received
            FROM at_stripe_intents s
            WHERE s.received > 0 AND s.payment_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.id = s.payment_id)
            """,
        ),
    ),
    Rule(
        "I02",
        "Nobody is charged twice: one payment has one object at Stripe that can collect, and an "
        "order keeps no more than its total.",
        (
            """
            SELECT s.payment_id AS payment, COUNT(*) AS intents FROM at_stripe_intents s
            WHERE s.payment_id IS NOT NULL AND s.status <> 'canceled'
            GROUP BY s.payment_id HAVING COUNT(*) > 1
            """,
            """
            SELECT s.payment_id AS payment, COUNT(*) AS checkouts FROM at_stripe_checkouts s
            WHERE s.payment_id IS NOT NULL AND s.status <> 'expired'
            GROUP BY s.payment_id HAVING COUNT(*) > 1
            """,
            """
            SELECT o.number, o.total, SUM(kept.amount) AS kept
            FROM orders o JOIN payments p ON p.order_id = o.id
            JOIN (
              SELECT s.payment_id, s.received - COALESCE(
                (SELECT SUM(r.amount) FROM at_stripe_refunds r
                 WHERE r.intent_id = s.id AND r.status NOT IN ('failed', 'canceled')), 0) AS amount
              FROM at_stripe_intents s
            ) kept ON kept.payment_id = p.id
            WHERE o.placed_at >= :since
            GROUP BY o.id HAVING SUM(kept.amount) > o.total
            """,
        ),
    ),
    Rule(
        "I03",
        "What Stripe gave back for an order is what the order counts as refunded.",
        (
            """
            SELECT o.number, o.refunded, COALESCE(SUM(r.amount), 0) AS at_stripe
            FROM orders o
            LEFT JOIN payments p ON p.order_id = o.id
            LEFT JOIN at_stripe_intents s ON s.payment_id = p.id
            LEFT JOIN at_stripe_refunds r
              ON r.intent_id = s.id AND r.status NOT IN ('failed', 'canceled')
            WHERE o.placed_at >= :since
            GROUP BY o.id HAVING o.refunded <> COALESCE(SUM(r.amount), 0)
            """,
        ),
    ),
    Rule(
        "I04",
        "The ledger adds up to what payments hold, and payments to what orders say.",
        (
            """
            SELECT p.id AS payment, p.received, p.refunded, COALESCE(SUM(l.amount), 0) AS ledger
            FROM payments p LEFT JOIN ledger_entries l ON l.payment_id = p.id
            GROUP BY p.id HAVING COALESCE(SUM(l.amount), 0) <> p.received - p.refunded
            """,
            """
            SELECT o.number, o.paid, o.refunded,
              COALESCE(SUM(p.received), 0) AS received, COALESCE(SUM(p.refunded), 0) AS returned
            FROM orders o LEFT JOIN payments p ON p.order_id = o.id
            GROUP BY o.id HAVING o.paid <> COALESCE(SUM(p.received), 0)
              OR o.refunded <> COALESCE(SUM(p.refunded), 0)
            """,
        ),
    ),
    Rule(
        "I05",
        "An order is paid in full or not at all, and never gives back more than it got.",
        (
            """
            SELECT number, total, paid, refunded FROM orders
            WHERE refunded < 0 OR refunded > paid OR (paid <> 0 AND paid < total)
            """,
        ),
    ),
    Rule(
        "I16",
        "The state of an order is the one that its money says.",
        (
            """
            SELECT number, payment_state, total, paid, refunded FROM orders
            WHERE total > 0 AND (paid > 0) <> (payment_state IN :money_in)
            """,
            """
            SELECT number, payment_state, total, paid, refunded FROM orders
            WHERE payment_state IN :money_in AND payment_state <> CASE
              WHEN paid - refunded >= total THEN 'paid'
              WHEN paid > refunded THEN 'partially_refunded' ELSE 'refunded' END
            """,
            """
            SELECT number, payment_state, paid_at FROM orders
            WHERE (paid_at IS NOT NULL) <> (payment_state IN :money_in)
            """,
        ),
    ),
)
