"""Which workspace a process serves: those of another do not share its limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("processes", sa.Column("team_id", sa.String(32)))


def downgrade() -> None:
    op.drop_column("processes", "team_id")
