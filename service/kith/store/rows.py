"""The one way rows come in by the thousand: executemany, and what is there already stays as it is."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy.dialects.sqlite import Insert
from sqlmodel import Session, SQLModel


def insertion(session: Session, table: type[SQLModel]) -> Insert:
    """An INSERT in the database's own words, which know ON CONFLICT. PostgreSQL's has the same methods."""
    if session.connection().dialect.name == "sqlite":
        return Insert(table)
    from sqlalchemy.dialects import postgresql

    return cast("Insert", postgresql.insert(table))


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Inserts the rows that break no unique constraint and gives how many those were."""
    if not rows:
        return 0
    statement = insertion(session, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return max(session.connection().execute(statement, list(rows)).rowcount, 0)
