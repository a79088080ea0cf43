"""discounts that staff grants to one draft

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("discounts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_granted", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("discounts", schema=None) as batch_op:
        batch_op.drop_column("is_granted")
