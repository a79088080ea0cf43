"""Papers: what a tax office would ask about."""

from shop.operations.invariants.rule import Rule

NUMBERED = """
    SELECT series, sequence FROM invoices WHERE series IS NOT NULL
    UNION ALL SELECT series, sequence FROM credit_notes WHERE series IS NOT NULL
"""

RULES = (
    Rule(
        "I21",
        "An order that was sold has one invoice, of its total; no other order has one.",
        (
            """
            SELECT o.number, o.total, i.number AS invoice, i.total AS invoiced
            FROM fulfilments f JOIN orders o ON o.id = f.order_id
            LEFT JOIN invoices i ON i.order_id = o.id
            WHERE (o.total > 0 AND i.id IS NULL) OR i.total <> o.total OR i.tax <> o.tax
              OR i.currency <> o.currency
            """,
            """
            SELECT number AS invoice, subtotal, tax, total FROM invoices
            WHERE source = 'shop'
              AND total <> subtotal + CASE WHEN tax_included THEN 0 ELSE tax END
            """,
            """
            SELECT i.number AS invoice, i.order_id AS "order" FROM invoices i
            LEFT JOIN fulfilments f ON f.order_id = i.order_id
            WHERE i.source = 'shop' AND f.id IS NULL
            """,
        ),
    ),
    Rule(
        "I22",
        "Credit notes are worth what the order does not keep, and never more than the invoice.",
        (
            """
            SELECT i.number AS invoice, i.total, SUM(c.total) AS credited
            FROM invoices i JOIN credit_notes c ON c.invoice_id = i.id AND c.status = 'issued'
            GROUP BY i.id HAVING SUM(c.total) > i.total
            """,
            """
            SELECT k.number, k.total, k.kept, COALESCE(SUM(c.total), 0) AS credited
            FROM (
              SELECT o.id, o.number, o.total, o.paid - o.refunded - COALESCE((
                SELECT SUM(d.withdrawn) FROM disputes d JOIN payments p ON p.id = d.payment_id
                WHERE p.order_id = o.id AND d.status = 'lost'), 0) AS kept
              FROM orders o) k
            JOIN invoices i ON i.order_id = k.id
            LEFT JOIN credit_notes c ON c.invoice_id = i.id AND c.status = 'issued'
            GROUP BY k.id, k.number, k.total, k.kept HAVING COALESCE(SUM(c.total), 0) <>
              CASE WHEN k.kept >= k.total THEN 0 WHEN k.kept < 0 THEN k.total
              ELSE k.total - k.kept END
            """,
        ),
    ),
    Rule(
        "I23",
        "The numbers of our invoices and credit notes have no gap, and the counters know the last.",
        (
            f"""
            SELECT n.series, COUNT(*) AS papers, MAX(n.sequence) AS highest, k.last AS counted
            FROM ({NUMBERED}) n LEFT JOIN invoice_counters k ON k.series = n.series
            GROUP BY n.series, k.last
            HAVING COUNT(*) <> MAX(n.sequence) OR MIN(n.sequence) <> 1
              OR COALESCE(k.last, 0) <> MAX(n.sequence)
            """,  # noqa: S608  both parts are ours
            f"""
            SELECT k.series, k.last AS counted FROM invoice_counters k
            WHERE k.last > 0 AND NOT EXISTS (
              SELECT 1 FROM ({NUMBERED}) n WHERE n.series = k.series)
            """,  # noqa: S608
        ),
    ),
)
