"""The one way rows come in by the thousand: executemany, and what is there already stays as it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Inserts the rows that break no unique constraint and gives how many those were."""
    if not rows:
        return 0
    connection = session.connection()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return max(connection.execute(statement, list(rows)).rowcount, 0)
