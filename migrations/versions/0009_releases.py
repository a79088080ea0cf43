"""channels, platforms and news of releases

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody is told of what was released before anybody could ask."""
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("channel", sa.String(), nullable=False, server_default="stable")
        )
        batch_op.add_column(sa.Column("yanked_at", shop.db.UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("yank_reason", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("told_to", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("told_at", shop.db.UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_releases_told_at"), ["told_at"], unique=False)
    op.execute("UPDATE releases SET told_at = released_at")
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("platform", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("versions_until", shop.db.UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("wants_news", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute(
        """
        UPDATE grants SET versions_until = (
          SELECT k.expires_at FROM licenses k WHERE k.order_line_id = grants.order_line_id)
        WHERE order_line_id IS NOT NULL
        """
    )


def downgrade() -> None:
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.drop_column("wants_news")
        batch_op.drop_column("versions_until")
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_column("platform")
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_releases_told_at"))
        batch_op.drop_column("told_at")
        batch_op.drop_column("told_to")
        batch_op.drop_column("yank_reason")
        batch_op.drop_column("yanked_at")
        batch_op.drop_column("channel")
