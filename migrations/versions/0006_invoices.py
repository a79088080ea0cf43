"""invoices

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoice_counters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_counters")),
        sa.UniqueConstraint("series", name=op.f("uq_invoice_counters_series")),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("subscription_id", sa.Integer(), nullable=True),
        sa.Column("stripe_invoice_id", sa.String(), nullable=True),
        sa.Column("stripe_customer_id", sa.String(), nullable=True),
        sa.Column("stripe_subscription_id", sa.String(), nullable=True),
        sa.Column("stripe_payment_intent_id", sa.String(), nullable=True),
        sa.Column("attention", sa.String(), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("amount_paid", sa.Integer(), nullable=False),
        sa.Column("amount_remaining", sa.Integer(), nullable=False),
        sa.Column("billing_reason", sa.String(), nullable=False),
        sa.Column("period_start", shop.db.UtcDateTime(), nullable=True),
        sa.Column("period_end", shop.db.UtcDateTime(), nullable=True),
        sa.Column("due_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("paid_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("next_attempt_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("hosted_url", sa.String(), nullable=True),
        sa.Column("customer_name", sa.String(), nullable=False),
        sa.Column("customer_name_norm", sa.String(), nullable=False),
        sa.Column("customer_company", sa.String(), nullable=False),
        sa.Column("customer_company_norm", sa.String(), nullable=False),
        sa.Column("customer_email", sa.String(), nullable=False),
        sa.Column("customer_email_norm", sa.String(), nullable=False),
        sa.Column("customer_address", sa.JSON(), nullable=False),
        sa.Column("customer_tax_ids", sa.JSON(), nullable=False),
        sa.Column("vat_id", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("revised_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("series", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("subtotal", sa.Integer(), nullable=False),
        sa.Column("tax", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("seller", sa.JSON(), nullable=False),
        sa.Column("pdf_url", sa.String(), nullable=True),
        sa.Column("issued_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("voided_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_invoices_order_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_invoices_subscription_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invoices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("order_id", name=op.f("uq_invoices_order_id")),
        sa.UniqueConstraint("series", "sequence", name=op.f("uq_invoices_series_sequence")),
        sa.UniqueConstraint("stripe_invoice_id", name=op.f("uq_invoices_stripe_invoice_id")),
        sa.UniqueConstraint("token", name=op.f("uq_invoices_token")),
    )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoices_attention"), ["attention"], unique=False)
        batch_op.create_index(
            "ix_invoices_customer_company_norm",
            ["customer_company_norm"],
            unique=False,
            postgresql_ops={"customer_company_norm": "text_pattern_ops"},
        )
        batch_op.create_index(
            "ix_invoices_customer_email_norm",
            ["customer_email_norm"],
            unique=False,
            postgresql_ops={"customer_email_norm": "text_pattern_ops"},
        )
        batch_op.create_index(
            "ix_invoices_customer_name_norm",
            ["customer_name_norm"],
            unique=False,
            postgresql_ops={"customer_name_norm": "text_pattern_ops"},
        )
        batch_op.create_index("ix_invoices_issued_at", ["issued_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoices_number"), ["number"], unique=False)
        batch_op.create_index("ix_invoices_of_user", ["user_id", "issued_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_invoices_stripe_customer_id"), ["stripe_customer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_invoices_stripe_payment_intent_id"),
            ["stripe_payment_intent_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_invoices_stripe_subscription_id"),
            ["stripe_subscription_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_invoices_subscription_id"), ["subscription_id"], unique=False
        )
        batch_op.create_index("ix_invoices_total", ["total", "currency"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoices_vat_id"), ["vat_id"], unique=False)

    op.create_table(
        "credit_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=True),
        sa.Column("stripe_credit_note_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("series", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("subtotal", sa.Integer(), nullable=False),
        sa.Column("tax", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("seller", sa.JSON(), nullable=False),
        sa.Column("pdf_url", sa.String(), nullable=True),
        sa.Column("issued_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("voided_at", shop.db.UtcDateTime(), nullable=True),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.CheckConstraint("total >= 0", name=op.f("ck_credit_notes_total")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_credit_notes_invoice_id")
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refunds.id"], name=op.f("fk_credit_notes_refund_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_notes")),
        sa.UniqueConstraint("series", "sequence", name=op.f("uq_credit_notes_series_sequence")),
        sa.UniqueConstraint(
            "stripe_credit_note_id", name=op.f("uq_credit_notes_stripe_credit_note_id")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_credit_notes_token")),
    )
    with op.batch_alter_table("credit_notes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_credit_notes_invoice_id"), ["invoice_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_credit_notes_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_credit_notes_refund_id"), ["refund_id"], unique=False)

    op.create_table(
        "invoice_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("buyer", sa.JSON(), nullable=False),
        sa.Column("issued_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_invoice_revisions_invoice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_revisions")),
        sa.UniqueConstraint(
            "invoice_id", "revision", name=op.f("uq_invoice_revisions_invoice_id_revision")
        ),
    )


def downgrade() -> None:
    op.drop_table("invoice_revisions")
    with op.batch_alter_table("credit_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_notes_refund_id"))
        batch_op.drop_index(batch_op.f("ix_credit_notes_number"))
        batch_op.drop_index(batch_op.f("ix_credit_notes_invoice_id"))

    op.drop_table("credit_notes")
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoices_vat_id"))
        batch_op.drop_index("ix_invoices_total")
        batch_op.drop_index(batch_op.f("ix_invoices_subscription_id"))
        batch_op.drop_index(batch_op.f("ix_invoices_stripe_subscription_id"))
        batch_op.drop_index(batch_op.f("ix_invoices_stripe_payment_intent_id"))
        batch_op.drop_index(batch_op.f("ix_invoices_stripe_customer_id"))
        batch_op.drop_index("ix_invoices_of_user")
        batch_op.drop_index(batch_op.f("ix_invoices_number"))
        batch_op.drop_index("ix_invoices_issued_at")
        batch_op.drop_index(
            "ix_invoices_customer_name_norm",
            postgresql_ops={"customer_name_norm": "text_pattern_ops"},
        )
        batch_op.drop_index(
            "ix_invoices_customer_email_norm",
            postgresql_ops={"customer_email_norm": "text_pattern_ops"},
        )
        batch_op.drop_index(
            "ix_invoices_customer_company_norm",
            postgresql_ops={"customer_company_norm": "text_pattern_ops"},
        )
        batch_op.drop_index(batch_op.f("ix_invoices_attention"))

    op.drop_table("invoices")
    op.drop_table("invoice_counters")
