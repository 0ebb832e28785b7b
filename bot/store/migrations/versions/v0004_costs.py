"""What questions cost, and which of the cache's writes are kept for an hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("usage", sa.Column("cache_write_1h", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("usage", sa.Column("nano_dollars", sa.BigInteger, nullable=True))


def downgrade() -> None:
    op.drop_column("usage", "nano_dollars")
    op.drop_column("usage", "cache_write_1h")
