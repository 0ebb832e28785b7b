"""The tables. Pure.

Slack is the database of messages; what is kept here is metadata, and the text of a question only until it is answered.
Times are seconds since the epoch, so that SQLite and PostgreSQL hold the same.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

WAITING, RUNNING, FINISHED = "waiting", "running", "finished"

questions = sa.Table(
    "questions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("team_id", sa.String(32), nullable=False),
    sa.Column("channel_id", sa.String(32), nullable=False),
    sa.Column("ts", sa.String(128), nullable=False),
    sa.Column("thread_ts", sa.String(128), nullable=False),
    sa.Column("user_id", sa.String(32), nullable=False),
    sa.Column("entry_point", sa.String(16), nullable=False),
    # JSON of what the person wrote; erased once the question is answered. A question that is not answered and has none
    # was erased by an operator.
    sa.Column("payload", sa.Text, nullable=True),
    sa.Column("state", sa.String(16), nullable=False, server_default=WAITING),
    sa.Column("outcome", sa.String(32), nullable=True),
    # Grows with every lease: whoever holds an older one can neither finish nor requeue.
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    # Leases that ran out because a process died; what of that speaks against the question, see ``crashes``.
    sa.Column("crashes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("strikes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("strike_stage", sa.String(16), nullable=True),
    # How far its turn has come; what was shown once stays shown.
    sa.Column("stage", sa.String(16), nullable=True),
    # Whether a process may have shown something that is not recorded; once it is finished: whether some of that may
    # still have to be taken away.
    sa.Column("unrecorded", sa.Boolean, nullable=False, server_default=sa.false()),
    # Who wished that its answer ends, until it has; empty where its message was deleted.
    sa.Column("stopped_by", sa.String(32), nullable=True),
    # How often its author edited it while its turn was running.
    sa.Column("edits", sa.Integer, nullable=False, server_default="0"),
    sa.Column("accepted_at", sa.Float, nullable=False),
    # By the newest of them it is seen whose turn it is, see ``fairness``.
    sa.Column("claimed_at", sa.Float, nullable=True),
    sa.Column("finished_at", sa.Float, nullable=True),
    sa.Column("lease_owner", sa.String(64), nullable=True),
    sa.Column("lease_until", sa.Float, nullable=True),
    sa.UniqueConstraint("team_id", "channel_id", "ts"),
    sa.Index("ix_questions_person", "state", "team_id", "user_id", "accepted_at"),
    sa.Index("ix_questions_thread", "team_id", "channel_id", "thread_ts", "state", "ts"),
    sa.Index("ix_questions_claimed_at", "claimed_at", "team_id", "user_id"),
    sa.Index("ix_questions_finished_at", "finished_at"),
    # One turn a thread at a time, whatever the number of processes.
    sa.Index(
        "uq_questions_running_thread",
        "team_id",
        "channel_id",
        "thread_ts",
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    ),
    sqlite_autoincrement=True,  # no id is given twice: usage goes by them when the questions are forgotten
)

refused_files = sa.Table(
    "refused_files",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("file_id", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("ix_refused_files_at", "at"),
)

# Who shares this database, so that those of one workspace (``team_id``; NULL: of any) take their parts of Slack's
# limits: ``answers`` run there now, and so much of a minute's edits (``spent``), posts, appends and statuses was spent
# there. And how long a process had lived, and whether it was stopping, when it died.
processes = sa.Table(
    "processes",
    metadata,
    sa.Column("owner", sa.String(64), primary_key=True),
    sa.Column("team_id", sa.String(32)),
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("seen_at", sa.Float, nullable=False),
    sa.Column("stopping", sa.Boolean, nullable=False),
    sa.Column("answers", sa.Integer, nullable=False),
    sa.Column("spent", sa.Float, nullable=False),
    sa.Column("spent_posts", sa.Float, nullable=False, server_default="0"),
    sa.Column("spent_appends", sa.Float, nullable=False, server_default="0"),
    sa.Column("spent_statuses", sa.Float, nullable=False, server_default="0"),
)

# What one question used on one day (UTC, days since 1970) with one model: ids and figures, for the day's budgets and
# for whoever pays. It outlives the question: no foreign key.
usage = sa.Table(
    "usage",
    metadata,
    sa.Column("question_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("model", sa.String(128), primary_key=True),
    sa.Column("team_id", sa.String(32), nullable=False),
    sa.Column("user_id", sa.String(32), nullable=False),
    sa.Column("channel_id", sa.String(32), nullable=False),
    # 1 where the question was counted on this day, else 0.
    sa.Column("questions", sa.Integer, nullable=False),
    sa.Column("input", sa.BigInteger, nullable=False),
    sa.Column("output", sa.BigInteger, nullable=False),
    sa.Column("cache_read", sa.BigInteger, nullable=False),
    sa.Column("cache_write", sa.BigInteger, nullable=False),
    # The part of ``cache_write`` that is kept for an hour.
    sa.Column("cache_write_1h", sa.BigInteger, nullable=False, server_default="0"),
    # Of the web, each with a price of its own.
    sa.Column("web_searches", sa.Integer, nullable=False, server_default="0"),
    # What it cost when it was used, in billionths of a dollar; empty where no price was known.
    sa.Column("nano_dollars", sa.BigInteger, nullable=True),
    sa.Index("ix_usage_team_id_day_user_id", "team_id", "day", "user_id"),
    sa.Index("ix_usage_day", "day"),
)

# To whom the bot listens in a thread without being mentioned: the person who mentioned it last, at ``since``, a ts;
# nobody (empty) once others have joined in.
conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("channel_id", sa.String(32), primary_key=True),
    sa.Column("thread_ts", sa.String(128), primary_key=True),
    sa.Column("user_id", sa.String(32), nullable=False),
    sa.Column("since", sa.String(128), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("ix_conversations_at", "at"),
)

# Which sentence somebody read who was not answered: nobody reads it again for a while, whichever process says it.
refusal_sentences = sa.Table(
    "refusal_sentences",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("user_id", sa.String(32), primary_key=True),
    sa.Column("reason", sa.String(48), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("ix_refusal_sentences_at", "at"),
)

# What people chose in a thread.
thread_settings = sa.Table(
    "thread_settings",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("channel_id", sa.String(32), primary_key=True),
    sa.Column("thread_ts", sa.String(128), primary_key=True),
    sa.Column("muted", sa.Boolean, nullable=False),
    sa.Column("model", sa.String(128), nullable=False),
    sa.Column("effort", sa.String(16), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("ix_thread_settings_at", "at"),
)

# Answers that one person has seen, until they can no longer be posted for others: JSON of what was asked and answered,
# sealed, see ``bot.kept_answers``.
private_answers = sa.Table(
    "private_answers",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("ts", sa.String(128), primary_key=True),
    sa.Column("channel_id", sa.String(32), nullable=False),
    sa.Column("user_id", sa.String(32), nullable=False),
    sa.Column("thread_ts", sa.String(128), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("ix_private_answers_at", "at"),
)

# What people say of answers: one vote of each person on each message, and why, in their own words.
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("channel_id", sa.String(32), primary_key=True),
    sa.Column("ts", sa.String(128), primary_key=True),
    sa.Column("user_id", sa.String(32), primary_key=True),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("good", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("ix_feedback_day", "day"),
)

# What refusals have taught of a limit of Slack's: ``calls`` a minute, ``burst`` of them at once.
learned_limits = sa.Table(
    "learned_limits",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("calls", sa.Float, nullable=False),
    sa.Column("burst", sa.Float, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

# What all processes post in a channel, and have reserved, takes ``until`` then at an even pace; a burst is ahead of it.
channel_posts = sa.Table(
    "channel_posts",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("channel_id", sa.String(32), primary_key=True),
    sa.Column("until", sa.Float, nullable=False),
)

# Files that were deleted in Slack, or (``EVERY_FILE``) all that were prepared until then: whoever shares this database
# keeps none of them.
deleted_files = sa.Table(
    "deleted_files",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("file_id", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("ix_deleted_files_at", "at"),
)

# Where the app is installed, for a bot of many workspaces; tokens are encrypted, ``scopes`` are what the app may do.
# Where its token expires: what a new one is had with, when that is to be done, and why it was refused.
installations = sa.Table(
    "installations",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("enterprise_id", sa.String(32), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("bot_user_id", sa.String(32), nullable=False),
    sa.Column("bot_id", sa.String(32), nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("refresh_token", sa.Text, nullable=True),
    sa.Column("renew_at", sa.Float, nullable=True),
    sa.Column("renewal_fault", sa.String(64), nullable=True),
)

reply_parts = sa.Table(
    "reply_parts",
    metadata,
    sa.Column("question_id", sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("ts", sa.String(128), nullable=False),
)
