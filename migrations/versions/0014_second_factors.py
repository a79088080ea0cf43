"""second factors, and what a session knows of itself

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

EPOCHS = """UPDATE sign_in_sessions SET epoch =
(SELECT session_epoch FROM users WHERE users.id = sign_in_sessions.user_id)"""


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", shop.db.UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", shop.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factors")),
        sa.UniqueConstraint("user_id", name=op.f("uq_second_factors_user_id")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_codes_code_hash")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"])
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        for column in (
            sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("device", sa.String(), nullable=False, server_default=""),
            sa.Column("last_seen_at", shop.db.UtcDateTime(), nullable=True),
            sa.Column("confirmed_at", shop.db.UtcDateTime(), nullable=True),
        ):
            batch_op.add_column(column)
    op.execute(EPOCHS)


def downgrade() -> None:
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        for name in ("confirmed_at", "last_seen_at", "device", "epoch"):
            batch_op.drop_column(name)
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
