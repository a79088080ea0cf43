"""Access: downloads and licenses come with a paid line, go with its money, and are counted."""

from shop.operations.invariants.rule import Rule

RULES = (
    Rule(
        "I07",
        "A line has its grant and its license exactly when its order is fulfilled.",
        (
            """
            SELECT o.number, l.id AS line, 'no grant' AS problem FROM orders o
            JOIN fulfilments f ON f.order_id = o.id JOIN order_lines l ON l.order_id = o.id
            JOIN products p ON p.id = l.product_id
            WHERE l.kind IN ('digital', 'license')
              AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.order_line_id = l.id)
              AND (
                EXISTS (SELECT 1 FROM releases r
                  WHERE r.product_id = p.id AND r.released_at < f.created_at)
                OR (o.payment_state IN ('paid', 'partially_refunded') AND (p.download_url <> ''
                  OR EXISTS (SELECT 1 FROM releases r WHERE r.product_id = p.id)))
              )
            """,
            """
            SELECT o.number, g.id AS "grant" FROM grants g
            JOIN order_lines l ON l.id = g.order_line_id JOIN orders o ON o.id = l.order_id
            WHERE NOT EXISTS (SELECT 1 FROM fulfilments f WHERE f.order_id = o.id)
            """,
            """
            SELECT o.number, l.id AS line, 'no license' AS problem FROM orders o
            JOIN fulfilments f ON f.order_id = o.id JOIN order_lines l ON l.order_id = o.id
            WHERE l.kind = 'license'
              AND NOT EXISTS (SELECT 1 FROM licenses k WHERE k.order_line_id = l.id)
            """,
            """
            SELECT o.number, k.id AS license FROM licenses k
            JOIN order_lines l ON l.id = k.order_line_id JOIN orders o ON o.id = l.order_id
            WHERE l.kind <> 'license'
              OR NOT EXISTS (SELECT 1 FROM fulfilments f WHERE f.order_id = o.id)
            """,
        ),
    ),
    Rule(
        "I08",
        "Access ends with its money: open while something was kept, over when all went back.",
        (
            """
            SELECT o.number, x.what, x.id, o.payment_state, x.end_reason FROM (
              SELECT 'grant' AS what, id, order_line_id, ended_at, end_reason FROM grants
              UNION ALL
              SELECT 'license', id, order_line_id, ended_at, end_reason FROM licenses
            ) x
            JOIN order_lines l ON l.id = x.order_line_id JOIN orders o ON o.id = l.order_id
            WHERE (x.ended_at IS NULL AND o.payment_state = 'refunded')
              OR (x.end_reason = 'refund' AND o.payment_state <> 'refunded' AND o.attention = '')
            """,
        ),
    ),
    Rule(
        "I19",
        "A license counts the machines that use it, and lets in no more than its policy allows.",
        (
            """
            SELECT k.id AS license, k.machines, COUNT(a.id) AS running
            FROM licenses k
            LEFT JOIN activations a ON a.license_id = k.id AND a.deactivated_at IS NULL
            GROUP BY k.id HAVING k.machines <> COUNT(a.id)
            """,
            # a subscription that gets fewer seats sends no machine away
            """
            SELECT k.id AS license, k.machines, k.machine_limit, p.overage_percent
            FROM licenses k JOIN license_policies p ON p.id = k.policy_id
            WHERE k.subscription_id IS NULL
              AND k.machines * 100 > k.machine_limit * (100 + p.overage_percent)
            """,
        ),
    ),
    Rule(
        "I20",
        "No machine got a seat of a license that had ended.",
        (
            """
            SELECT k.id AS license, a.id AS activation, k.ended_at, a.activated_at
            FROM licenses k JOIN activations a ON a.license_id = k.id
            WHERE a.activated_at > k.ended_at
            """,
        ),
    ),
)
