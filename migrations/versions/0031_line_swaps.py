"""what is sent instead of what was sold

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
PARTS = ("shipment_lines", "refund_lines")


def upgrade() -> None:
    op.create_table(
        "line_swaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_amount", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=True),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_line_swaps_quantity")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_line_swaps_order_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refunds.id"], name=op.f("fk_line_swaps_refund_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_line_swaps_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_swaps")),
    )
    for column in ("order_line_id", "variant_id", "refund_id"):
        op.create_index(op.f(f"ix_line_swaps_{column}"), "line_swaps", [column])
    for table in PARTS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("swap_id", sa.Integer(), nullable=True))
            batch_op.create_index(batch_op.f(f"ix_{table}_swap_id"), ["swap_id"])
            batch_op.create_foreign_key(
                batch_op.f(f"fk_{table}_swap_id"), "line_swaps", ["swap_id"], ["id"]
            )


def downgrade() -> None:
    for table in PARTS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_swap_id"), type_="foreignkey")
            batch_op.drop_index(batch_op.f(f"ix_{table}_swap_id"))
            batch_op.drop_column("swap_id")
    op.drop_table("line_swaps")
