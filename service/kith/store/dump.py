"""Everything there is, out of a database: as JSON values, or as a file that another Kith can take."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, LargeBinary, Table
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from kith.errors import TryLater, UsageError, unwritable
from kith.store.engine import copy_sqlite, open_database
from kith.store.tables import METADATA

ROWS_AT_ONCE = 1000
"""Rows that are in memory while a database is copied."""


def rows(session: Session, owner_id: int) -> dict[str, list[dict[str, Any]]]:
    """All rows of an owner by table, as JSON values; the bytes of letters and drafts are left out.

    Dates are ISO dates, instants ISO with their offset (UTC).
    """
    return {table.name: list(_of_table(session, table, owner_id)) for table in METADATA.sorted_tables}


def _of_table(session: Session, table: Table, owner_id: int) -> Iterator[dict[str, Any]]:
    columns = [column for column in table.c if not isinstance(column.type, LargeBinary)]
    mine = table.c.id if table.name == "owner" else table.c.owner_id
    query = table.select().with_only_columns(*columns).where(mine == owner_id).order_by(table.c.id)
    for row in session.execute(query).mappings():
        yield {name: _plain(value) for name, value in row.items() if name != "owner_id"}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def backup(engine: Engine, target: Path) -> None:
    """A consistent copy of the whole database as a new SQLite file of mode 0600, also while it is in use.

    Raises UsageError where the file is there already or cannot be made, TryLater where the disk is full; what was
    begun is removed then.
    """
    with fresh_file(target):
        try:
            if engine.dialect.name == "sqlite":
                copy_sqlite(Path(str(engine.url.database)), target)
            else:
                _copy_rows(engine, target)
            _in_one_file(target)
        except (sqlite3.Error, OperationalError) as error:
            raise TryLater(
                f"{target} could not be written: {getattr(error, 'orig', error)}", "is there room on the disk?"
            ) from error


@contextmanager
def fresh_file(path: Path) -> Iterator[None]:
    """A file that was not there before, for the owner's eyes only; removed again where filling it fails."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as error:
        raise UsageError(f"{path} is there already", "name a new file; nothing is overwritten") from error
    except OSError as error:
        raise unwritable(path, error, UsageError, "name a file in a folder of yours") from error
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _in_one_file(path: Path) -> None:
    """Without a write-ahead log beside it, and closed to others whatever the source's mode was."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    path.chmod(0o600)


def _copy_rows(engine: Engine, target: Path) -> None:
    copy = open_database(f"sqlite:///{target}")
    try:
        # REPEATABLE READ: every table as it was at one moment (PostgreSQL, "Transaction Isolation")
        with (
            engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as old,
            copy.begin() as new,
        ):
            copy_tables(old, new)
    finally:
        copy.dispose()


def copy_tables(old: Connection, new: Connection) -> None:
    """Every row of one database into the empty tables of another, parents before children."""
    for table in METADATA.sorted_tables:
        found = old.execution_options(yield_per=ROWS_AT_ONCE).execute(table.select()).mappings()
        for some in found.partitions():
            new.execute(table.insert(), [_as_dict(row) for row in some])


def _as_dict(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}
