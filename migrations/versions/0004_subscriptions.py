"""subscriptions

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stripe_customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("stripe_customer_id", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_stripe_customers_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_customers")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_stripe_customers_idempotency_key")),
        sa.UniqueConstraint(
            "stripe_customer_id", name=op.f("uq_stripe_customers_stripe_customer_id")
        ),
        sa.UniqueConstraint("user_id", name=op.f("uq_stripe_customers_user_id")),
    )
    op.create_table(
        "stripe_products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("stripe_product_id", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_stripe_products_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_products")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_stripe_products_idempotency_key")),
        sa.UniqueConstraint("product_id", name=op.f("uq_stripe_products_product_id")),
        sa.UniqueConstraint("stripe_product_id", name=op.f("uq_stripe_products_stripe_product_id")),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("price_id", sa.Integer(), nullable=False),
        sa.Column("stripe_price_id", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["price_id"], ["prices.id"], name=op.f("fk_plans_price_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_plans_idempotency_key")),
        sa.UniqueConstraint("price_id", name=op.f("uq_plans_price_id")),
        sa.UniqueConstraint("stripe_price_id", name=op.f("uq_plans_stripe_price_id")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("price_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("has_access", sa.Boolean(), nullable=False),
        sa.Column("stripe_checkout_session_id", sa.String(), nullable=True),
        sa.Column("stripe_subscription_id", sa.String(), nullable=True),
        sa.Column("stripe_item_id", sa.String(), nullable=True),
        sa.Column("stripe_customer_id", sa.String(), nullable=True),
        sa.Column("trial_days", sa.Integer(), nullable=False),
        sa.Column("trial_refused", sa.Boolean(), nullable=False),
        sa.Column("started_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("current_period_end", shop.db.UtcDateTime(), nullable=True),
        sa.Column("trial_end", shop.db.UtcDateTime(), nullable=True),
        sa.Column("ends_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=False),
        sa.Column("cancel_comment", sa.String(), nullable=False),
        sa.Column("resumes_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("past_due_since", shop.db.UtcDateTime(), nullable=True),
        sa.Column("paid_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("latest_invoice_id", sa.String(), nullable=True),
        sa.Column("next_price_id", sa.Integer(), nullable=True),
        sa.Column("next_quantity", sa.Integer(), nullable=True),
        sa.Column("next_from", shop.db.UtcDateTime(), nullable=True),
        sa.Column("card_brand", sa.String(), nullable=True),
        sa.Column("card_last4", sa.String(), nullable=True),
        sa.Column("card_expires", sa.String(), nullable=True),
        sa.Column("card_fingerprint", sa.String(), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("test_clock", sa.String(), nullable=True),
        sa.Column("frozen_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_subscriptions_quantity")),
        sa.ForeignKeyConstraint(
            ["next_price_id"], ["prices.id"], name=op.f("fk_subscriptions_next_price_id")
        ),
        sa.ForeignKeyConstraint(
            ["price_id"], ["prices.id"], name=op.f("fk_subscriptions_price_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_subscriptions_product_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_subscriptions_idempotency_key")),
        sa.UniqueConstraint(
            "stripe_checkout_session_id", name=op.f("uq_subscriptions_stripe_checkout_session_id")
        ),
        sa.UniqueConstraint(
            "stripe_subscription_id", name=op.f("uq_subscriptions_stripe_subscription_id")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_subscriptions_token")),
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_subscriptions_card_last4"), ["card_last4"], unique=False
        )
        batch_op.create_index("ix_subscriptions_grace", ["status", "past_due_since"], unique=False)
        batch_op.create_index(batch_op.f("ix_subscriptions_price_id"), ["price_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_subscriptions_product_id"), ["product_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_subscriptions_stripe_customer_id"), ["stripe_customer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_subscriptions_test_clock"), ["test_clock"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_subscriptions_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_subscriptions_starting",
            ["user_id", "product_id"],
            unique=True,
            sqlite_where=sa.text("status = 'incomplete' AND stripe_subscription_id IS NULL"),
            postgresql_where=sa.text("status = 'incomplete' AND stripe_subscription_id IS NULL"),
        )

    op.create_table(
        "subscription_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_subscription_entries_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_entries")),
    )
    with op.batch_alter_table("subscription_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_subscription_entries_subscription_id"), ["subscription_id"], unique=False
        )

    op.create_table(
        "trials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("card_fingerprint", sa.String(), nullable=True),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_trials_product_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_trials_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        sa.UniqueConstraint(
            "product_id", "card_fingerprint", name=op.f("uq_trials_product_id_card_fingerprint")
        ),
        sa.UniqueConstraint("product_id", "person", name=op.f("uq_trials_product_id_person")),
        sa.UniqueConstraint("subscription_id", name=op.f("uq_trials_subscription_id")),
    )
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subscription_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("given_by", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("suspended_at", shop.db.UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("suspend_reason", sa.String(), nullable=False, server_default="")
        )
        batch_op.alter_column("order_line_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_unique_constraint(
            batch_op.f("uq_grants_subscription_id"), ["subscription_id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_grants_subscription_id"), "subscriptions", ["subscription_id"], ["id"]
        )

    with op.batch_alter_table("licenses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subscription_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("given_by", sa.String(), nullable=False, server_default=""))
        batch_op.create_unique_constraint(
            batch_op.f("uq_licenses_subscription_id"), ["subscription_id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_licenses_subscription_id"), "subscriptions", ["subscription_id"], ["id"]
        )


def downgrade() -> None:
    """What was subscribed to or given by staff has no place in the schema of before."""
    given = "SELECT id FROM grants WHERE order_line_id IS NULL"
    op.execute(f"DELETE FROM downloads WHERE grant_id IN ({given})")  # noqa: S608
    op.execute("DELETE FROM grants WHERE order_line_id IS NULL")
    subscribed = "SELECT id FROM licenses WHERE subscription_id IS NOT NULL"
    op.execute(f"DELETE FROM activations WHERE license_id IN ({subscribed})")  # noqa: S608
    op.execute(f"DELETE FROM retired_keys WHERE license_id IN ({subscribed})")  # noqa: S608
    op.execute("DELETE FROM licenses WHERE subscription_id IS NOT NULL")
    with op.batch_alter_table("licenses", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_licenses_subscription_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_licenses_subscription_id"), type_="unique")
        batch_op.drop_column("given_by")
        batch_op.drop_column("subscription_id")

    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_grants_subscription_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_grants_subscription_id"), type_="unique")
        batch_op.alter_column("order_line_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("suspend_reason")
        batch_op.drop_column("suspended_at")
        batch_op.drop_column("given_by")
        batch_op.drop_column("subscription_id")

    op.drop_table("trials")
    with op.batch_alter_table("subscription_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscription_entries_subscription_id"))

    op.drop_table("subscription_entries")
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_subscriptions_starting",
            sqlite_where=sa.text("status = 'incomplete' AND stripe_subscription_id IS NULL"),
            postgresql_where=sa.text("status = 'incomplete' AND stripe_subscription_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_subscriptions_user_id"))
        batch_op.drop_index(batch_op.f("ix_subscriptions_test_clock"))
        batch_op.drop_index(batch_op.f("ix_subscriptions_stripe_customer_id"))
        batch_op.drop_index(batch_op.f("ix_subscriptions_product_id"))
        batch_op.drop_index(batch_op.f("ix_subscriptions_price_id"))
        batch_op.drop_index("ix_subscriptions_grace")
        batch_op.drop_index(batch_op.f("ix_subscriptions_card_last4"))

    op.drop_table("subscriptions")
    op.drop_table("plans")
    op.drop_table("stripe_products")
    op.drop_table("stripe_customers")
