"""Accepted questions, the messages that answer them, and the files that the Messages API does not take."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_questions()
    _create_the_others()
    _create_usage()


def _create_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("ts", sa.String(128), nullable=False),
        sa.Column("thread_ts", sa.String(128), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("entry_point", sa.String(16), nullable=False),
        sa.Column("payload", sa.Text, nullable=True),
        sa.Column("state", sa.String(16), nullable=False, server_default="waiting"),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("crashes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("strikes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("strike_stage", sa.String(16), nullable=True),
        sa.Column("stage", sa.String(16), nullable=True),
        sa.Column("unrecorded", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("accepted_at", sa.Float, nullable=False),
        sa.Column("claimed_at", sa.Float, nullable=True),
        sa.Column("finished_at", sa.Float, nullable=True),
        sa.Column("lease_owner", sa.String(64), nullable=True),
        sa.Column("lease_until", sa.Float, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sa.UniqueConstraint("team_id", "channel_id", "ts", name="uq_questions_team_id_channel_id_ts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_questions_person", "questions", ["state", "team_id", "user_id", "accepted_at"])
    op.create_index("ix_questions_thread", "questions", ["team_id", "channel_id", "thread_ts", "state", "ts"])
    op.create_index("ix_questions_claimed_at", "questions", ["claimed_at", "team_id", "user_id"])
    op.create_index("ix_questions_finished_at", "questions", ["finished_at"])
    op.create_index(
        "uq_questions_running_thread",
        "questions",
        ["team_id", "channel_id", "thread_ts"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )


def _create_the_others() -> None:
    op.create_table(
        "reply_parts",
        sa.Column("question_id", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("ts", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("question_id", "part", name="pk_reply_parts"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name="fk_reply_parts_question_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "refused_files",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("file_id", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "file_id", name="pk_refused_files"),
    )
    op.create_index("ix_refused_files_at", "refused_files", ["at"])

    op.create_table(
        "processes",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
        sa.Column("stopping", sa.Boolean, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("spent", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_processes"),
    )
    op.create_table(
        "learned_limits",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("calls", sa.Float, nullable=False),
        sa.Column("burst", sa.Float, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "name", name="pk_learned_limits"),
    )


def _create_usage() -> None:
    op.create_table(
        "usage",
        sa.Column("question_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("model", sa.String(128), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("input", sa.BigInteger, nullable=False),
        sa.Column("output", sa.BigInteger, nullable=False),
        sa.Column("cache_read", sa.BigInteger, nullable=False),
        sa.Column("cache_write", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("question_id", "day", "model", name="pk_usage"),
    )
    op.create_index("ix_usage_team_id_day_user_id", "usage", ["team_id", "day", "user_id"])
    op.create_index("ix_usage_day", "usage", ["day"])


def downgrade() -> None:
    op.drop_table("usage")
    op.drop_table("learned_limits")
    op.drop_table("processes")
    op.drop_table("refused_files")
    op.drop_table("reply_parts")
    op.drop_table("questions")
