"""Alembic's scripts: the way from every earlier schema to this one."""
