"""Money: Stripe's books, our ledger and the orders say the same."""

from shop.operations.invariants.rule import Rule

RULES = (
    Rule(
        "I01",
        "What Stripe captured for an order is what the order counts as paid, both ways.",
        (
            """
            SELECT o.number, o.paid, s.received AS at_stripe
            FROM orders o JOIN at_stripe_orders s ON s.id = o.id WHERE o.paid <> s.received
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
            SELECT payment_id AS payment, kind, COUNT(*) AS objects FROM (
              SELECT payment_id, 'intent' AS kind FROM at_stripe_intents WHERE status <> 'canceled'
              UNION ALL
              SELECT payment_id, 'checkout' FROM at_stripe_checkouts WHERE status <> 'expired'
            ) live
            WHERE payment_id IS NOT NULL GROUP BY payment_id, kind HAVING COUNT(*) > 1
            """,
            """
            SELECT o.number, o.total, s.received - s.returned AS kept
            FROM orders o JOIN at_stripe_orders s ON s.id = o.id
            WHERE s.received - s.returned > o.total
            """,
        ),
    ),
    Rule(
        "I03",
        "What Stripe gave back for an order is what the order counts as refunded.",
        (
            """
            SELECT o.number, o.refunded, s.returned AS at_stripe
            FROM orders o JOIN at_stripe_orders s ON s.id = o.id WHERE o.refunded <> s.returned
            """,
        ),
    ),
    Rule(
        "I04",
        "The ledger adds up to what payments hold, and payments to what orders say.",
        (
            """
            SELECT p.id AS payment, p.received, p.refunded, COALESCE(SUM(l.amount), 0) AS ledger
            FROM payments p LEFT JOIN ledger_entries l
              ON l.payment_id = p.id AND l.kind NOT LIKE 'dispute%'
            GROUP BY p.id HAVING COALESCE(SUM(l.amount), 0) <> p.received - p.refunded
            """,
            """
            SELECT p.id AS payment, COALESCE(d.withdrawn, 0) AS withdrawn,
              COALESCE(SUM(l.amount), 0) AS ledger
            FROM payments p
            LEFT JOIN ledger_entries l ON l.payment_id = p.id AND l.kind = 'dispute'
            LEFT JOIN (SELECT payment_id, SUM(withdrawn) AS withdrawn FROM disputes
              GROUP BY payment_id) d ON d.payment_id = p.id
            GROUP BY p.id, d.withdrawn
            HAVING COALESCE(SUM(l.amount), 0) <> -COALESCE(d.withdrawn, 0)
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
            SELECT number, payment_state, total, paid, refunded, paid_at FROM orders
            WHERE (total > 0 AND (paid > 0) <> (payment_state IN :money_in))
              OR (paid_at IS NOT NULL) <> (payment_state IN :money_in)
              OR (payment_state IN :money_in AND payment_state <> CASE
                WHEN paid - refunded >= total THEN 'paid'
                WHEN paid > refunded THEN 'partially_refunded' ELSE 'refunded' END)
            """,
        ),
    ),
)
