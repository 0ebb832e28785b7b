"""Tokens that expire, and what new ones are had with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("installations", sa.Column("refresh_token", sa.Text, nullable=True))
    op.add_column("installations", sa.Column("renew_at", sa.Float, nullable=True))
    op.add_column("installations", sa.Column("renewal_fault", sa.String(64), nullable=True))
