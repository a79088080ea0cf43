"""licenses

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "license_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=True),
        sa.Column("duration_months", sa.Integer(), nullable=True),
        sa.Column("on_expiry", sa.String(length=32), nullable=False),
        sa.Column("machine_limit", sa.Integer(), nullable=True),
        sa.Column("overage_percent", sa.Integer(), nullable=False),
        sa.Column("heartbeat_seconds", sa.Integer(), nullable=True),
        sa.Column("offline_days", sa.Integer(), nullable=False),
        sa.Column("entitlements", sa.JSON(), nullable=False),
        sa.CheckConstraint("duration_months > 0", name=op.f("ck_license_policies_duration_months")),
        sa.CheckConstraint(
            "heartbeat_seconds >= 60", name=op.f("ck_license_policies_heartbeat_seconds")
        ),
        sa.CheckConstraint("machine_limit > 0", name=op.f("ck_license_policies_machine_limit")),
        sa.CheckConstraint("offline_days >= 0", name=op.f("ck_license_policies_offline_days")),
        sa.CheckConstraint(
            "overage_percent >= 0", name=op.f("ck_license_policies_overage_percent")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_license_policies_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["variants.id"],
            name=op.f("fk_license_policies_variant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license_policies")),
        sa.UniqueConstraint("variant_id", name=op.f("uq_license_policies_variant_id")),
    )
    with op.batch_alter_table("license_policies", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_license_policies_product_id"), ["product_id"], unique=False
        )
        batch_op.create_index(
            "uq_license_policies_whole_product",
            ["product_id"],
            unique=True,
            sqlite_where=sa.text("variant_id IS NULL"),
            postgresql_where=sa.text("variant_id IS NULL"),
        )

    op.create_table(
        "licenses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("last_characters", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("machine_limit", sa.Integer(), nullable=True),
        sa.Column("machines", sa.Integer(), nullable=False),
        sa.Column("issued_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("suspended_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("suspend_reason", sa.String(), nullable=False),
        sa.Column("ended_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.CheckConstraint("machine_limit > 0", name=op.f("ck_licenses_machine_limit")),
        sa.CheckConstraint("machines >= 0", name=op.f("ck_licenses_machines")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_licenses_order_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["license_policies.id"], name=op.f("fk_licenses_policy_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_licenses_product_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_licenses_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licenses")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_licenses_key_hash")),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_licenses_order_line_id")),
    )
    with op.batch_alter_table("licenses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_licenses_last_characters"), ["last_characters"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_licenses_policy_id"), ["policy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_licenses_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_licenses_user_id"), ["user_id"], unique=False)

    op.create_table(
        "activations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("license_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("activated_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("dies_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("deactivated_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("deactivation", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["license_id"],
            ["licenses.id"],
            name=op.f("fk_activations_license_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activations")),
    )
    with op.batch_alter_table("activations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_activations_dying",
            ["dies_at"],
            unique=False,
            sqlite_where=sa.text("deactivated_at IS NULL"),
            postgresql_where=sa.text("deactivated_at IS NULL"),
        )
        batch_op.create_index(
            "ix_activations_history", ["license_id", "fingerprint", "id"], unique=False
        )
        batch_op.create_index(
            "uq_activations_running",
            ["license_id", "fingerprint"],
            unique=True,
            sqlite_where=sa.text("deactivated_at IS NULL"),
            postgresql_where=sa.text("deactivated_at IS NULL"),
        )

    op.create_table(
        "retired_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("license_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("last_characters", sa.String(), nullable=False),
        sa.Column("retired_at", shop.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["license_id"],
            ["licenses.id"],
            name=op.f("fk_retired_keys_license_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_retired_keys_key_hash")),
    )
    with op.batch_alter_table("retired_keys", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_retired_keys_last_characters"), ["last_characters"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_retired_keys_license_id"), ["license_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("retired_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retired_keys_license_id"))
        batch_op.drop_index(batch_op.f("ix_retired_keys_last_characters"))

    op.drop_table("retired_keys")
    with op.batch_alter_table("activations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_activations_running",
            sqlite_where=sa.text("deactivated_at IS NULL"),
            postgresql_where=sa.text("deactivated_at IS NULL"),
        )
        batch_op.drop_index("ix_activations_history")
        batch_op.drop_index(
            "ix_activations_dying",
            sqlite_where=sa.text("deactivated_at IS NULL"),
            postgresql_where=sa.text("deactivated_at IS NULL"),
        )

    op.drop_table("activations")
    with op.batch_alter_table("licenses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licenses_user_id"))
        batch_op.drop_index(batch_op.f("ix_licenses_product_id"))
        batch_op.drop_index(batch_op.f("ix_licenses_policy_id"))
        batch_op.drop_index(batch_op.f("ix_licenses_last_characters"))

    op.drop_table("licenses")
    with op.batch_alter_table("license_policies", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_license_policies_whole_product",
            sqlite_where=sa.text("variant_id IS NULL"),
            postgresql_where=sa.text("variant_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_license_policies_product_id"))

    op.drop_table("license_policies")
