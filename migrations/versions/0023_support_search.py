"""indexes by which support finds people, and who asks to be forgotten

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PATTERN = "text_pattern_ops"


def upgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erasure_asked_at", shop.db.UtcDateTime(), nullable=True))
    op.drop_index("ix_orders_email_norm", "orders")
    for table in ("orders", "users"):
        ops = {"email_norm": PATTERN}
        op.create_index(f"ix_{table}_email_norm", table, ["email_norm"], postgresql_ops=ops)
    op.drop_index("ix_payments_card_last4", "payments")
    op.create_index("ix_payments_card", "payments", ["card_last4", "created_at"])
    op.create_index("ix_activations_fingerprint", "activations", ["fingerprint"])
    op.create_index(
        "ix_activations_name", "activations", ["name"], postgresql_ops={"name": PATTERN}
    )


def downgrade() -> None:
    op.drop_index("ix_activations_name", "activations")
    op.drop_index("ix_activations_fingerprint", "activations")
    op.drop_index("ix_payments_card", "payments")
    op.create_index("ix_payments_card_last4", "payments", ["card_last4"])
    for table in ("users", "orders"):
        op.drop_index(f"ix_{table}_email_norm", table)
    op.create_index("ix_orders_email_norm", "orders", ["email_norm"])
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("erasure_asked_at")
