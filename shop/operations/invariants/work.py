"""Work: nothing that was promised is forgotten, done twice or made up."""

from shop.operations.invariants.rule import Rule

RULES = (
    Rule(
        "I09",
        "Every event that Stripe made is handled, or is dead and says why.",
        (
            """
            SELECT s.id AS event, s.type FROM at_stripe_events s
            WHERE s.is_handled = 1
              AND NOT EXISTS (SELECT 1 FROM stripe_events e WHERE e.stripe_id = s.id)
            """,
            """
            SELECT stripe_id AS event, type, state, attempts, error FROM stripe_events
            WHERE (state IN ('pending', 'failed') AND due_at < :now)
              OR (state = 'dead' AND COALESCE(error, '') = '')
            """,
        ),
    ),
    Rule(
        "I10",
        "No event is in the inbox that Stripe never made.",
        (
            """
            SELECT e.stripe_id AS event, e.type FROM stripe_events e
            WHERE e.created_at >= :since
              AND NOT EXISTS (SELECT 1 FROM at_stripe_events s WHERE s.id = e.stripe_id)
            """,
        ),
    ),
    Rule(
        "I13",
        "The buyer is told of every fulfilled order and every refund, and of nothing else.",
        (
            """
            SELECT o.number, 'no receipt' AS problem FROM fulfilments f
            JOIN orders o ON o.id = f.order_id
            LEFT JOIN mails m ON m.reference = o.number AND m.template = 'order_paid'
            WHERE m.id IS NULL
            """,
            """
            SELECT m.key AS mail, 'no fulfilled order' AS problem FROM mails m
            LEFT JOIN orders o ON o.number = m.reference
            LEFT JOIN fulfilments f ON f.order_id = o.id
            WHERE m.template = 'order_paid' AND f.id IS NULL
            """,
            """
            SELECT o.number, r.id AS refund, 'not told' AS problem FROM refunds r
            JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = p.order_id
            LEFT JOIN mails m ON m.reference = o.number AND m.template = 'order_refunded'
              AND m.key LIKE '%:' || CAST(r.id AS TEXT)
            WHERE m.id IS NULL AND r.status IN ('pending', 'succeeded')
              AND o.payment_state IN :money_in
            """,
        ),
    ),
    Rule(
        "I14",
        "Every mail is sent, or is dead and says why.",
        (
            """
            SELECT key AS mail, state, attempts, error FROM mails
            WHERE (state IN ('pending', 'failed') AND due_at < :now)
              OR (state = 'dead' AND COALESCE(error, '') = '')
              OR (state = 'done') <> (sent_at IS NOT NULL)
            """,
        ),
    ),
    Rule(
        "I15",
        "No mail was sent, and no event handled, whose try was not on record first.",
        (
            "SELECT key AS mail FROM mails WHERE state = 'done' AND attempts < 1",
            "SELECT stripe_id AS event FROM stripe_events WHERE state = 'done' AND attempts < 1",
        ),
    ),
    Rule(
        "I17",
        "Nothing is stuck: what Stripe has decided is decided here, and what is overdue is done.",
        (
            """
            SELECT p.id AS payment, p.status, s.status AS at_stripe
            FROM payments p JOIN at_stripe_intents s ON s.id = p.stripe_payment_intent_id
            WHERE s.status IN ('processing', 'succeeded', 'canceled') AND p.status <> s.status
            """,
            """
            SELECT p.id AS payment, p.status, s.status AS at_stripe
            FROM payments p JOIN at_stripe_checkouts s ON s.id = p.stripe_checkout_session_id
            WHERE s.status = 'expired' AND p.status NOT IN ('canceled', 'succeeded')
            """,
            "SELECT id AS refund, amount FROM refunds WHERE status = 'requested'",
            """
            SELECT id AS checkout, status, expires_at FROM checkout_sessions
            WHERE status IN ('open', 'awaiting_payment') AND expires_at < :now
            """,
            """
            SELECT o.number, o.payment_state, c.status AS checkout FROM orders o
            JOIN checkout_sessions c ON c.order_id = o.id
            WHERE o.payment_state IN ('pending', 'processing') AND c.status <> 'awaiting_payment'
            """,
        ),
    ),
    Rule(
        "I18",
        "What Stripe was told we have, we have.",
        (
            """
            SELECT s.id AS event, s.type FROM at_stripe_events s
            WHERE s.is_handled = 1 AND s.is_acknowledged = 1
              AND NOT EXISTS (SELECT 1 FROM stripe_events e WHERE e.stripe_id = s.id)
            """,
        ),
    ),
)
