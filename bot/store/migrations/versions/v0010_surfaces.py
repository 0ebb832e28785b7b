"""Private answers that can still be posted for others, and what people say of answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "private_answers",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("ts", sa.String(128), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("thread_ts", sa.String(128), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "ts", name="pk_private_answers"),
    )
    op.create_index("ix_private_answers_at", "private_answers", ["at"])
    op.create_table(
        "feedback",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("ts", sa.String(128), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("good", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "channel_id", "ts", "user_id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_day", "feedback", ["day"])
