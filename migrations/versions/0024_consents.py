"""what somebody agreed to, in the words they read

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

from shop import append_only

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_consents_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_subject"), "consents", ["subject"])
    op.create_index(op.f("ix_consents_user_id"), "consents", ["user_id"])
    for statement in append_only.statements(op.get_bind().dialect.name, "consents"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("consents")
