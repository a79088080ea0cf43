"""customer portal

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PRODUCT_OF_PLAN = """
UPDATE plans SET stripe_product_id = (
  SELECT stripe_products.stripe_product_id
  FROM stripe_products
  JOIN variants ON variants.product_id = stripe_products.product_id
  JOIN prices ON prices.variant_id = variants.id
  WHERE prices.id = plans.price_id
)
WHERE stripe_price_id IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "portal_configurations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("stripe_configuration_id", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_configurations")),
        sa.UniqueConstraint(
            "idempotency_key", name=op.f("uq_portal_configurations_idempotency_key")
        ),
        sa.UniqueConstraint("scope", name=op.f("uq_portal_configurations_scope")),
        sa.UniqueConstraint(
            "stripe_configuration_id",
            name=op.f("uq_portal_configurations_stripe_configuration_id"),
        ),
    )
    op.add_column("plans", sa.Column("stripe_product_id", sa.String(), nullable=True))
    op.execute(PRODUCT_OF_PLAN)
    _make_stripe_products("variant")
    op.add_column("subscriptions", sa.Column("asked_at", shop.db.UtcDateTime(), nullable=True))
    op.add_column(
        "subscriptions",
        sa.Column("is_discounted", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("subscriptions", "is_discounted")
    op.drop_column("subscriptions", "asked_at")
    _make_stripe_products("product")
    op.drop_column("plans", "stripe_product_id")
    op.drop_table("portal_configurations")


def _make_stripe_products(of: str) -> None:
    """Empty: what is at Stripe already belongs to its prices, and new prices get another one."""
    op.drop_table("stripe_products")
    op.create_table(
        "stripe_products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(f"{of}_id", sa.Integer(), nullable=False),
        sa.Column("stripe_product_id", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            [f"{of}_id"], [f"{of}s.id"], name=op.f(f"fk_stripe_products_{of}_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_products")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_stripe_products_idempotency_key")),
        sa.UniqueConstraint(f"{of}_id", name=op.f(f"uq_stripe_products_{of}_id")),
        sa.UniqueConstraint("stripe_product_id", name=op.f("uq_stripe_products_stripe_product_id")),
    )
