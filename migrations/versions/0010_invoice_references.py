"""the order's number on its invoice

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("reference", sa.String(), nullable=False, server_default="")
    op.add_column("invoices", column)
    op.create_index(op.f("ix_invoices_reference"), "invoices", ["reference"])
    op.execute(
        "UPDATE invoices SET reference ="
        " (SELECT number FROM orders WHERE orders.id = invoices.order_id)"
        " WHERE order_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_invoices_reference"), table_name="invoices")
    op.drop_column("invoices", "reference")
