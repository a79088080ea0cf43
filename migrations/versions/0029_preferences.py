"""settings that are chosen in the back office

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changed_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preferences")),
        sa.UniqueConstraint("name", name=op.f("uq_preferences_name")),
    )


def downgrade() -> None:
    op.drop_table("preferences")
