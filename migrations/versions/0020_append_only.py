"""the ledger and the movements of stock, which nobody changes afterwards

Revision ID: 0020
Revises: 0019
"""

from alembic import op

from shop import append_only

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("ledger_entries", "stock_movements")


def upgrade() -> None:
    for table in TABLES:
        for statement in append_only.statements(op.get_bind().dialect.name, table):
            op.execute(statement)


def downgrade() -> None:
    suffix = " ON {}" if op.get_bind().dialect.name == "postgresql" else ""
    for table in TABLES:
        for verb in append_only.VERBS:
            op.execute(f"DROP TRIGGER {table}_no_{verb}{suffix.format(table)}")
