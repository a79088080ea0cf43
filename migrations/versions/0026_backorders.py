"""lines that wait for goods

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backorders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("expected_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("is_rest", sa.Boolean(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_backorders_order_id")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_backorders_order_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backorders")),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_backorders_order_line_id")),
    )
    with op.batch_alter_table("backorders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backorders_order_id"), ["order_id"], unique=False)


def downgrade() -> None:
    op.drop_table("backorders")
