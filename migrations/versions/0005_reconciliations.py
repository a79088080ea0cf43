"""reconciliations

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since", shop.db.UtcDateTime(), nullable=False),
        sa.Column("started_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("finished_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )


def downgrade() -> None:
    op.drop_table("reconciliations")
