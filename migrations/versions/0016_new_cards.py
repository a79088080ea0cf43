"""which card could not be charged, so that the next one is

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failed_card", sa.String(), nullable=True))
    op.execute(
        "UPDATE subscriptions SET failed_card = card_fingerprint"
        " WHERE status IN ('past_due', 'unpaid')"
    )


def downgrade() -> None:
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.drop_column("failed_card")
