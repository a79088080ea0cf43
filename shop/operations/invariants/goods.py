"""Goods: what was paid is delivered once, what was not is on the shelf."""

from shop.operations.invariants.rule import Rule

RULES = (
    Rule(
        "I06",
        "A paid order is fulfilled, once, or all of its money went back.",
        (
            """
            SELECT o.number, o.payment_state, o.paid, o.refunded FROM orders o
            LEFT JOIN fulfilments f ON f.order_id = o.id
            WHERE f.id IS NULL AND o.payment_state IN :money_in
              AND (o.paid = 0 OR o.refunded < o.paid)
            """,
            """
            SELECT o.number, o.payment_state FROM fulfilments f JOIN orders o ON o.id = f.order_id
            WHERE o.payment_state NOT IN :money_in
            """,
            """
            SELECT o.number, c.status AS checkout FROM checkout_sessions c
            JOIN orders o ON o.id = c.order_id LEFT JOIN fulfilments f ON f.order_id = o.id
            WHERE (c.status = 'completed') <> (f.id IS NOT NULL)
            """,
        ),
    ),
    Rule(
        "I11",
        "Stock is neither lost nor made: on hand is what the movements say, reserved what is held.",
        (
            """
            SELECT v.sku, v.on_hand, COALESCE(SUM(m.delta), 0) AS moved
            FROM variants v LEFT JOIN stock_movements m ON m.variant_id = v.id
            WHERE v.tracks_stock
            GROUP BY v.id HAVING v.on_hand <> COALESCE(SUM(m.delta), 0)
            """,
            """
            SELECT v.sku, v.reserved, COALESCE(SUM(h.quantity), 0) AS held
            FROM variants v
            LEFT JOIN stock_reservations h ON h.variant_id = v.id AND h.state = 'held'
            GROUP BY v.id HAVING v.reserved <> COALESCE(SUM(h.quantity), 0)
            """,
            """
            SELECT o.number, h.variant_id, h.quantity, COALESCE(SUM(-m.delta), 0) AS sold
            FROM stock_reservations h JOIN orders o ON o.token = h.holder
            LEFT JOIN stock_movements m
              ON m.variant_id = h.variant_id AND m.reference = h.holder AND m.reason = 'sale'
            GROUP BY o.id, h.id
            HAVING COALESCE(SUM(-m.delta), 0)
              <> CASE h.state WHEN 'taken' THEN h.quantity ELSE 0 END
            """,
            """
            SELECT s.id AS swap, s.sku, s.quantity, COALESCE(SUM(-m.delta), 0) AS sold
            FROM line_swaps s JOIN stock_reservations h ON h.holder = 'swap:' || s.id
            LEFT JOIN stock_movements m
              ON m.variant_id = h.variant_id AND m.reference = h.holder AND m.reason = 'sale'
            GROUP BY s.id HAVING COALESCE(SUM(-m.delta), 0) <> s.quantity
            """,
        ),
    ),
    Rule(
        "I12",
        "Stock is held by orders that are being paid, taken by fulfilled ones, else free.",
        (
            """
            SELECT h.holder, h.variant_id, h.quantity, o.payment_state, c.status AS checkout
            FROM stock_reservations h
            LEFT JOIN orders o ON o.token = h.holder
            LEFT JOIN checkout_sessions c ON c.order_id = o.id
            WHERE h.state = 'held' AND (o.id IS NULL
              OR o.payment_state NOT IN ('pending', 'processing', 'failed')
              OR c.status <> 'awaiting_payment')
            """,
            """
            SELECT o.number, h.variant_id, h.state FROM stock_reservations h
            JOIN orders o ON o.token = h.holder LEFT JOIN fulfilments f ON f.order_id = o.id
            WHERE (h.state = 'taken') <> (f.id IS NOT NULL)
            """,
        ),
    ),
)
