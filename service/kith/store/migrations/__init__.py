"""The schema's history, run by Alembic when a database is opened at an older one."""

HEAD = "0001"
"""The newest step. Known without asking Alembic, whose import every command would pay for."""
