"""the plans that subscriptions had before

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("price_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("until", shop.db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_past_plans_quantity")),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_past_plans_subscription_id_subscriptions"),
        ),
        sa.ForeignKeyConstraint(
            ["price_id"], ["prices.id"], name=op.f("fk_past_plans_price_id_prices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_plans")),
    )
    op.create_index(op.f("ix_past_plans_subscription_id"), "past_plans", ["subscription_id"])


def downgrade() -> None:
    op.drop_table("past_plans")
