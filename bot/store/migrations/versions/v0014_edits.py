"""Questions that are edited while another process runs them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questions", sa.Column("edits", sa.Integer, nullable=False, server_default="0"))
