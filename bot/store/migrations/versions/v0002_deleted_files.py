"""The files that were deleted in Slack, for all processes to forget."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deleted_files",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("file_id", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "file_id", name="pk_deleted_files"),
    )
    op.create_index("ix_deleted_files_at", "deleted_files", ["at"])


def downgrade() -> None:
    op.drop_table("deleted_files")
