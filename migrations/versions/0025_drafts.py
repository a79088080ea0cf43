"""orders that staff prepares

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("cart_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("sent_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("expires_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", shop.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["cart_id"], ["carts.id"], name=op.f("fk_drafts_cart_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("cart_id", name=op.f("uq_drafts_cart_id")),
        sa.UniqueConstraint("token", name=op.f("uq_drafts_token")),
    )


def downgrade() -> None:
    op.drop_table("drafts")
