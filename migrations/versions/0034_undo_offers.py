"""what the staff may take back

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "undo_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("parts", sa.String(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("done_at", shop.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_undo_offers_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undo_offers")),
        sa.UniqueConstraint("token", name=op.f("uq_undo_offers_token")),
    )
    for column in ("created_at", "user_id"):
        op.create_index(op.f(f"ix_undo_offers_{column}"), "undo_offers", [column])


def downgrade() -> None:
    op.drop_table("undo_offers")
