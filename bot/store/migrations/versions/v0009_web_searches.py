"""How often questions searched the web."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("usage", sa.Column("web_searches", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("usage", "web_searches")
