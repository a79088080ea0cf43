"""credit notes for lost disputes

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("credit_notes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dispute_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_credit_notes_dispute_id"), "disputes", ["dispute_id"], ["id"]
        )
        batch_op.create_index(
            batch_op.f("ix_credit_notes_dispute_id"), ["dispute_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("credit_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_notes_dispute_id"))
        batch_op.drop_constraint(batch_op.f("fk_credit_notes_dispute_id"), type_="foreignkey")
        batch_op.drop_column("dispute_id")
