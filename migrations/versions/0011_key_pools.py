"""pools of uploaded keys

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("licenses", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_pooled", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "pool_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("license_id", sa.Integer(), nullable=True),
        sa.Column("added_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("taken_at", shop.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["license_id"], ["licenses.id"], name=op.f("fk_pool_keys_license_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_pool_keys_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_pool_keys_key_hash")),
    )
    with op.batch_alter_table("pool_keys", schema=None) as batch_op:
        batch_op.create_index(
            "ix_pool_keys_free",
            ["variant_id", "id"],
            unique=False,
            sqlite_where=sa.text("taken_at IS NULL"),
            postgresql_where=sa.text("taken_at IS NULL"),
        )
        for column in ("license_id", "variant_id"):
            batch_op.create_index(batch_op.f(f"ix_pool_keys_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("pool_keys")
    with op.batch_alter_table("licenses", schema=None) as batch_op:
        batch_op.drop_column("is_pooled")
