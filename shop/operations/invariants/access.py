"""Access: downloads and licenses come with a paid line, go with its money, and are counted."""

from shop.operations.invariants.rule import Rule

RIGHTS = """
(SELECT 'grant' AS what, id, order_line_id, subscription_id, suspend_reason, ended_at, end_reason
FROM grants
UNION ALL
SELECT 'license', id, order_line_id, subscription_id, suspend_reason, ended_at, end_reason
FROM licenses)
"""


def _of_rights(query: str) -> str:
    return query.replace(":rights", RIGHTS)


RULES = (
    Rule(
        "I07",
        "A line has its grant and its license exactly when its order is fulfilled, and those of a "
        "subscription are open exactly while it gives access.",
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
              -- who waits for a key waits only as long as there are too few
              AND (NOT EXISTS (SELECT 1 FROM pool_keys p WHERE p.variant_id = l.variant_id)
                OR (o.payment_state IN ('paid', 'partially_refunded') AND l.quantity <= (
                  SELECT COUNT(*) FROM pool_keys p
                  WHERE p.variant_id = l.variant_id AND p.taken_at IS NULL)))
            """,
            """
            SELECT o.number, k.id AS license FROM licenses k
            JOIN order_lines l ON l.id = k.order_line_id JOIN orders o ON o.id = l.order_id
            WHERE l.kind <> 'license'
              OR NOT EXISTS (SELECT 1 FROM fulfilments f WHERE f.order_id = o.id)
            """,
            """
            SELECT id AS subscription, status, has_access FROM subscriptions
            WHERE (has_access AND status NOT IN ('trialing', 'active', 'past_due'))
              OR (NOT has_access AND status IN ('trialing', 'active'))
            """,
            # what staff or a dispute has ended stays so
            """
            SELECT s.id AS subscription, s.status, k.id AS license, k.expires_at, k.end_reason
            FROM licenses k JOIN subscriptions s ON s.id = k.subscription_id
            WHERE k.end_reason IN ('', 'never paid')
              AND (k.ended_at IS NULL AND k.expires_at IS NULL) <> s.has_access
            """,
            """
            SELECT s.id AS subscription, s.status, g.id AS "grant", g.end_reason
            FROM grants g JOIN subscriptions s ON s.id = g.subscription_id
            WHERE g.end_reason IN ('', 'subscription')
              AND (g.ended_at IS NULL AND g.versions_until IS NULL) <> s.has_access
            """,
            """
            SELECT s.id AS subscription, 'no license' AS problem FROM subscriptions s
            JOIN products p ON p.id = s.product_id JOIN prices c ON c.id = s.price_id
            WHERE s.has_access AND p.kind = 'license'
              AND NOT EXISTS (SELECT 1 FROM licenses k WHERE k.subscription_id = s.id)
              AND (NOT EXISTS (SELECT 1 FROM pool_keys k WHERE k.variant_id = c.variant_id)
                OR EXISTS (SELECT 1 FROM pool_keys k
                  WHERE k.variant_id = c.variant_id AND k.taken_at IS NULL))
            """,
        ),
    ),
    Rule(
        "I08",
        "Access ends with its money: open while something was kept, over when all went back or was "
        "lost in a dispute; and it rests only while a dispute is open.",
        (
            _of_rights("""
            SELECT o.number, x.what, x.id, o.payment_state, x.end_reason FROM :rights x
            JOIN order_lines l ON l.id = x.order_line_id JOIN orders o ON o.id = l.order_id
            WHERE (x.ended_at IS NULL AND o.payment_state = 'refunded')
              OR (x.end_reason = 'refund' AND o.payment_state <> 'refunded' AND o.attention = ''
                AND l.quantity > (
                  SELECT COALESCE(SUM(b.quantity), 0) FROM refund_lines b
                  JOIN refunds r ON r.id = b.refund_id
                  WHERE b.order_line_id = l.id AND r.status NOT IN ('failed', 'canceled')))
            """),
            _of_rights("""
            SELECT o.number, x.what, x.id, o.paid, o.refunded, lost.amount AS lost FROM :rights x
            JOIN order_lines l ON l.id = x.order_line_id JOIN orders o ON o.id = l.order_id
            LEFT JOIN (
              SELECT p.order_id, SUM(d.amount) AS amount
              FROM disputes d JOIN payments p ON p.id = d.payment_id
              WHERE d.status = 'lost' GROUP BY p.order_id
            ) lost ON lost.order_id = o.id
            WHERE (x.ended_at IS NULL AND lost.amount >= o.paid - o.refunded)
              OR (x.end_reason = 'dispute' AND lost.amount IS NULL)
            """),
            _of_rights("""
            SELECT s.id AS subscription, x.what, x.id, x.end_reason FROM :rights x
            JOIN subscriptions s ON s.id = x.subscription_id
            WHERE (x.ended_at IS NULL) = EXISTS (SELECT 1 FROM disputes d
                WHERE d.subscription_id = s.id AND d.status = 'lost')
              AND x.end_reason IN ('', 'dispute')
            """),
            _of_rights("""
            SELECT x.what, x.id, x.suspend_reason FROM :rights x
            LEFT JOIN order_lines l ON l.id = x.order_line_id
            WHERE x.suspend_reason = 'dispute' AND NOT EXISTS (
              SELECT 1 FROM disputes d LEFT JOIN payments p ON p.id = d.payment_id
              WHERE (p.order_id = l.order_id OR d.subscription_id = x.subscription_id)
                AND d.status NOT IN ('won', 'lost', 'prevented') AND d.status NOT LIKE 'warning%')
            """),
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
