"""the audit log of the back office, whose rows are only ever added

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

import shop.db
from shop import append_only

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    for column in ("act", "actor", "subject"):
        op.create_index(f"ix_audit_entries_{column}", "audit_entries", [column, "id"])
    op.create_index("ix_audit_entries_created_at", "audit_entries", ["created_at"])
    for statement in append_only.statements(op.get_bind().dialect.name, "audit_entries"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_entries")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS refuse_change()")
