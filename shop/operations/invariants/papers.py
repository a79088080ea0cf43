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
            SELECT o.number, o.total, o.paid, o.refunded, COALESCE(SUM(c.total), 0) AS credited
            FROM orders o JOIN invoices i ON i.order_id = o.id
            LEFT JOIN credit_notes c ON c.invoice_id = i.id AND c.status = 'issued'
            GROUP BY o.id HAVING COALESCE(SUM(c.total), 0) <>
              CASE WHEN o.paid - o.refunded >= o.total THEN 0
              ELSE o.total - o.paid + o.refunded END
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
