"""Which part of a minute's posts, appends and statuses each process has made, beside its edits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NEW = ("spent_posts", "spent_appends", "spent_statuses")


def upgrade() -> None:
    for name in NEW:
        op.add_column("processes", sa.Column(name, sa.Float, nullable=False, server_default="0"))
