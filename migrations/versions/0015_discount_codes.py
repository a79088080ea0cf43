"""discount codes

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("least_subtotal", sa.Integer(), nullable=True),
        sa.Column("starts_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("ends_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("is_for_all", sa.Boolean(), nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("most_per_customer", sa.Integer(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(basis_points IS NULL) <> (amount IS NULL)", name=op.f("ck_discounts_kind")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_discounts_amount")),
        sa.CheckConstraint(
            "basis_points BETWEEN 1 AND 10000", name=op.f("ck_discounts_basis_points")
        ),
        sa.CheckConstraint(
            "currency IS NOT NULL OR (amount IS NULL AND least_subtotal IS NULL)",
            name=op.f("ck_discounts_currency"),
        ),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_discounts_uses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discounts")),
    )
    op.create_table(
        "discount_categories",
        sa.Column("discount_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
            name=op.f("fk_discount_categories_category_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["discount_id"],
            ["discounts.id"],
            name=op.f("fk_discount_categories_discount_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("discount_id", "category_id", name=op.f("pk_discount_categories")),
    )
    with op.batch_alter_table("discount_categories", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_discount_categories_category_id"), ["category_id"], unique=False
        )

    op.create_table(
        "discount_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("discount_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_discount_codes_uses")),
        sa.ForeignKeyConstraint(
            ["discount_id"],
            ["discounts.id"],
            name=op.f("fk_discount_codes_discount_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_codes")),
        sa.UniqueConstraint("key", name=op.f("uq_discount_codes_key")),
    )
    with op.batch_alter_table("discount_codes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_discount_codes_discount_id"), ["discount_id"], unique=False
        )

    op.create_table(
        "discount_products",
        sa.Column("discount_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["discount_id"],
            ["discounts.id"],
            name=op.f("fk_discount_products_discount_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_discount_products_product_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("discount_id", "product_id", name=op.f("pk_discount_products")),
    )
    with op.batch_alter_table("discount_products", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_discount_products_product_id"), ["product_id"], unique=False
        )

    op.create_table(
        "discount_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("discount_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("cart_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["carts.id"], name=op.f("fk_discount_uses_cart_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["code_id"], ["discount_codes.id"], name=op.f("fk_discount_uses_code_id")
        ),
        sa.ForeignKeyConstraint(
            ["discount_id"], ["discounts.id"], name=op.f("fk_discount_uses_discount_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_discount_uses_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_uses")),
        sa.UniqueConstraint("holder", name=op.f("uq_discount_uses_holder")),
    )
    with op.batch_alter_table("discount_uses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discount_uses_cart_id"), ["cart_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_discount_uses_code_id"), ["code_id"], unique=False)
        batch_op.create_index("ix_discount_uses_customer", ["discount_id", "user_id"], unique=False)
        batch_op.create_index("ix_discount_uses_person", ["discount_id", "person"], unique=False)
        batch_op.create_index(batch_op.f("ix_discount_uses_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("carts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("discount_code_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_carts_discount_code_id"), ["discount_code_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_carts_discount_code_id"),
            "discount_codes",
            ["discount_code_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("discount", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_order_lines_discount"), "discount BETWEEN 0 AND amount"
        )

    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("discount_code", sa.String(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("discount_name", sa.String(), server_default="", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_column("discount_name")
        batch_op.drop_column("discount_code")

    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_order_lines_discount"), type_="check")
        batch_op.drop_column("discount")

    with op.batch_alter_table("carts", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_carts_discount_code_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_carts_discount_code_id"))
        batch_op.drop_column("discount_code_id")

    op.drop_table("discount_uses")
    op.drop_table("discount_products")
    op.drop_table("discount_codes")
    op.drop_table("discount_categories")
    op.drop_table("discounts")
