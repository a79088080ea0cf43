"""Handling: what staff gives back and sends is never more than was bought."""

from shop.operations.invariants.rule import Rule

RULES = (
    Rule(
        "I27",
        "Refunds name no more pieces of a line than were bought, and no more money than they are.",
        (
            """
            SELECT o.number, l.sku, l.quantity, SUM(b.quantity) AS refunded
            FROM refund_lines b JOIN order_lines l ON l.id = b.order_line_id
            JOIN orders o ON o.id = l.order_id JOIN refunds r ON r.id = b.refund_id
            WHERE r.status NOT IN ('failed', 'canceled')
            GROUP BY o.number, l.id, l.sku, l.quantity HAVING SUM(b.quantity) > l.quantity
            """,
            """
            SELECT r.id AS refund, r.amount, SUM(b.amount) AS of_lines
            FROM refund_lines b JOIN refunds r ON r.id = b.refund_id
            GROUP BY r.id, r.amount HAVING SUM(b.amount) > r.amount
            """,
            """
            SELECT r.id AS refund, p.order_id AS paid_for, l.order_id AS names
            FROM refund_lines b JOIN refunds r ON r.id = b.refund_id
            JOIN payments p ON p.id = r.payment_id JOIN order_lines l ON l.id = b.order_line_id
            WHERE p.order_id <> l.order_id
            """,
        ),
    ),
    Rule(
        "I28",
        "No more pieces of a line are packed and shipped than were bought, and only of its order.",
        (
            """
            SELECT o.number, l.sku, l.quantity, SUM(b.quantity) AS in_parcels
            FROM shipment_lines b JOIN order_lines l ON l.id = b.order_line_id
            JOIN orders o ON o.id = l.order_id
            GROUP BY o.number, l.id, l.sku, l.quantity
            HAVING SUM(b.quantity) > l.quantity
            """,
            """
            SELECT s.id AS shipment, s.order_id AS sent_for, l.order_id AS holds
            FROM shipment_lines b JOIN shipments s ON s.id = b.shipment_id
            JOIN order_lines l ON l.id = b.order_line_id WHERE l.order_id <> s.order_id
            """,
        ),
    ),
)
