"""Who stopped an answer, and who speaks with the bot in a thread."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questions", sa.Column("stopped_by", sa.String(32), nullable=True))
    op.create_table(
        "conversations",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("thread_ts", sa.String(128), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("since", sa.String(128), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "channel_id", "thread_ts", name="pk_conversations"),
    )
    op.create_index("ix_conversations_at", "conversations", ["at"])
