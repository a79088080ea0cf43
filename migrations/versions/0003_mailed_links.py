"""mailed links, and the addresses of orders in one spelling

Revision ID: 0003
Revises: 0002
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

orders = sa.table("orders", sa.column("email"), sa.column("email_norm"))


def upgrade() -> None:
    op.create_table(
        "mailed_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("next", sa.String(), nullable=False),
        sa.Column("expires_at", shop.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mailed_links_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_links")),
        sa.UniqueConstraint("key", name=op.f("uq_mailed_links_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_mailed_links_secret_hash")),
    )
    op.create_index(op.f("ix_mailed_links_user_id"), "mailed_links", ["user_id"])
    op.create_index(op.f("ix_mailed_links_expires_at"), "mailed_links", ["expires_at"])

    column = sa.Column("email_norm", sa.String(), nullable=False, server_default="")
    op.add_column("orders", column)
    fill_email_norm()
    op.create_index(op.f("ix_orders_email_norm"), "orders", ["email_norm"])


def fill_email_norm() -> None:
    connection = op.get_bind()
    for email in connection.scalars(sa.select(orders.c.email).distinct()).all():
        normal = unicodedata.normalize("NFKC", email.strip()).casefold()
        connection.execute(
            sa.update(orders).where(orders.c.email == email).values(email_norm=normal)
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_orders_email_norm"), table_name="orders")
    op.drop_column("orders", "email_norm")
    op.drop_table("mailed_links")
