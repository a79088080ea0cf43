"""indexes in the order in which the back office lists: newest first, of each tab and filter

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_orders_of_state", "orders", ["payment_state", "id"]),
    ("ix_orders_of_currency", "orders", ["currency", "id"]),
    ("ix_orders_placed_at", "orders", ["placed_at"]),
    ("ix_invoices_of_status", "invoices", ["status", "id"]),
    ("ix_products_of_status", "products", ["status", "id", "title", "slug"]),
    ("ix_products_of_kind", "products", ["kind", "id"]),
    ("ix_products_of_brand", "products", ["brand", "id"]),
    ("ix_products_named", "products", ["id", "title", "slug"]),
    ("ix_mails_of_state", "mails", ["state", "id"]),
    ("ix_mails_of_template", "mails", ["template", "id"]),
    ("ix_stripe_events_of_state", "stripe_events", ["state", "id"]),
    ("ix_stripe_events_of_type", "stripe_events", ["type", "id"]),
)
FLAGGED = sa.text("attention != ''")
PATTERN = "text_pattern_ops"
STATES = ["payment_state", "fulfilment_state"]


def upgrade() -> None:
    op.drop_index("ix_orders_states", "orders")
    op.create_index("ix_orders_states", "orders", [*STATES, "id"])
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    op.create_index("ix_variants_sku", "variants", ["sku"], postgresql_ops={"sku": PATTERN})
    for table in ("orders", "invoices"):
        op.create_index(
            f"ix_{table}_flagged", table, ["id"], postgresql_where=FLAGGED, sqlite_where=FLAGGED
        )


def downgrade() -> None:
    for table in ("invoices", "orders"):
        op.drop_index(f"ix_{table}_flagged", table)
    op.drop_index("ix_variants_sku", "variants")
    for name, table, _columns in reversed(INDEXES):
        op.drop_index(name, table)
    op.drop_index("ix_orders_states", "orders")
    op.create_index("ix_orders_states", "orders", [*STATES, "attention", "id"])
