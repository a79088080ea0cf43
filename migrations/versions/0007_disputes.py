"""disputes

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stripe_dispute_id", sa.String(), nullable=False),
        sa.Column("stripe_charge_id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("subscription_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("due_by", shop.db.UtcDateTime(), nullable=True),
        sa.Column("opened_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("closed_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(payment_id IS NULL) <> (subscription_id IS NULL)", name=op.f("ck_disputes_cause")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_disputes_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_disputes_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("stripe_dispute_id", name=op.f("uq_disputes_stripe_dispute_id")),
    )
    with op.batch_alter_table("disputes", schema=None) as batch_op:
        for column in ("stripe_charge_id", "payment_id", "subscription_id"):
            batch_op.create_index(batch_op.f(f"ix_disputes_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("disputes")
