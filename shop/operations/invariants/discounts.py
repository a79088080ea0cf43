"""Discounts: nobody has more uses than there are, and every cent off is some line's."""

from shop.operations.invariants.rule import Rule

RULES = (
    Rule(
        "I24",
        "Uses of discounts, of codes and of customers are counted, and never above their limits.",
        (
            """
            SELECT d.id AS discount, d.uses, d.most_uses, COUNT(u.id) AS found
            FROM discounts d LEFT JOIN discount_uses u
              ON u.discount_id = d.id AND u.state <> 'released'
            GROUP BY d.id HAVING d.uses <> COUNT(u.id) OR d.uses > d.most_uses
            """,
            """
            SELECT c.code, c.uses, c.most_uses, COUNT(u.id) AS found
            FROM discount_codes c LEFT JOIN discount_uses u
              ON u.code_id = c.id AND u.state <> 'released'
            GROUP BY c.id HAVING c.uses <> COUNT(u.id) OR c.uses > c.most_uses
            """,
            """
            SELECT d.id AS discount, MIN(u.holder) AS holder, COUNT(u.id) AS found
            FROM discounts d JOIN discount_uses u
              ON u.discount_id = d.id AND u.state <> 'released'
            GROUP BY d.id, u.person HAVING COUNT(u.id) > d.most_per_customer
            """,
        ),
    ),
    Rule(
        "I25",
        "A use is held while its order is being paid, used by fulfilled ones, else given back.",
        (
            """
            SELECT u.holder, u.state, o.payment_state FROM discount_uses u
            LEFT JOIN orders o ON o.token = u.holder LEFT JOIN fulfilments f ON f.order_id = o.id
            WHERE o.id IS NULL OR o.discount_code = ''
              OR (u.state = 'used') <> (f.id IS NOT NULL)
              OR (u.state = 'held' AND o.payment_state NOT IN ('pending', 'processing', 'failed'))
            """,
            """
            SELECT o.number, o.discount_code, o.payment_state, u.state FROM orders o
            LEFT JOIN discount_uses u ON u.holder = o.token AND u.state <> 'released'
            LEFT JOIN fulfilments f ON f.order_id = o.id
            WHERE o.discount_code <> '' AND u.id IS NULL
              AND (f.id IS NOT NULL OR o.payment_state IN ('pending', 'processing'))
            """,
        ),
    ),
    Rule(
        "I26",
        "An order's discount is what its lines' discounts add up to, and its total adds up.",
        (
            """
            SELECT o.number, o.discount, COALESCE(SUM(l.discount), 0) AS of_lines
            FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id
            GROUP BY o.id HAVING o.discount <> COALESCE(SUM(l.discount), 0)
              OR (o.discount > 0 AND o.discount_code = '')
            """,
            """
            SELECT number, subtotal, discount, delivery, tax, total FROM orders
            WHERE total <> subtotal - discount + delivery + CASE WHEN tax_included THEN 0
              ELSE tax END
            """,
        ),
    ),
)
