"""indexes that the dashboard, reports and lists of the back office ask by

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_orders_paid", "orders", ["currency", "paid_at"]),
    ("ix_orders_states", "orders", ["payment_state", "fulfilment_state", "attention", "id"]),
    ("ix_ledger_entries_moved", "ledger_entries", ["currency", "created_at"]),
    ("ix_invoices_paid", "invoices", ["source", "paid_at"]),
    ("ix_credit_notes_issued_at", "credit_notes", ["issued_at"]),
    ("ix_checkout_sessions_begun", "checkout_sessions", ["created_at", "status"]),
)
FAILURES = sa.text("type = 'invoice.payment_failed'")


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    op.create_index(
        "ix_stripe_events_failures",
        "stripe_events",
        ["object_id", "received_at"],
        sqlite_where=FAILURES,
        postgresql_where=FAILURES,
    )


def downgrade() -> None:
    op.drop_index("ix_stripe_events_failures", table_name="stripe_events")
    for name, table, _columns in reversed(INDEXES):
        op.drop_index(name, table_name=table)
