"""Opens the database, at today's schema, and gives sessions on it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, make_url, text
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlmodel import Session, create_engine

from kith.errors import ConfigError, DataRefused, StoreFailed
from kith.store.migrations import HEAD

__all__ = ["Engine", "Session", "copy_sqlite", "open_database", "reading", "sqlite_file", "writing"]

BUSY_SECONDS = 15
"""How long a write waits for another process's."""


PRAGMAS = (
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "cache_size=-16000",  # kilobytes: what a stretch of a first scan touches
    "secure_delete=ON",  # whoever is forgotten is not left in the file's free pages
)


def open_database(url: str) -> Engine:
    """The engine of a database that is at today's schema; it is made or migrated where it is not.

    Raises ConfigError where the URL or the server is wrong and SchemaTooNew where a newer Kith was
    here before.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        _make_file(parsed)
    with ExitStack() as on_failure:
        engine = _engine(parsed)
        on_failure.callback(engine.dispose)
        try:
            _bring_up(engine)
        except DatabaseError as error:
            raise ConfigError(
                f"the database cannot be opened: {_cause(error)}", "see store.url in kith.toml; is the server running?"
            ) from error
        on_failure.pop_all()
    return engine


def _bring_up(engine: Engine) -> None:
    with engine.connect().execution_options(kith_write=False) as connection:
        current = revision_of(connection)
    if current != HEAD:
        from kith.store import migrate

        migrate.upgrade(engine, current)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # neither of them is shown: it may quote a password
        raise ConfigError("store.url is not a database URL", "write sqlite:///PATH or postgresql+psycopg://…") from None
    if parsed.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise ConfigError(f"store.url names {parsed.drivername}", "write sqlite:///PATH or postgresql+psycopg://…")
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database, None for any other."""
    parsed = _parse(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _make_file(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        raise ConfigError("store.url names no file", "write sqlite:///PATH; the database is kept in a file")
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", "see store.url in kith.toml") from error


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        try:
            engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": BUSY_SECONDS})
        except ImportError as error:
            raise ConfigError("PostgreSQL needs its driver", "pip install 'kithmail[postgres]'") from error
        event.listen(engine, "handle_error", _unsendable)
        return engine
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _unsendable)
    return engine


def _unsendable(context: ExceptionContext) -> DataError | None:
    """Drivers say of some values (half a surrogate pair, a number of 70 bits) only that Python cannot send them."""
    original = context.original_exception
    is_value = isinstance(original, (UnicodeError, OverflowError))
    return DataError(context.statement, None, original) if is_value else None


def _pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: sqlite3 would say it too late
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later could not wait for another's write: it says so at once.
    mode = connection.get_execution_options().get("kith_write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if mode else "BEGIN")


def revision_of(connection: Connection) -> str | None:
    """The schema that a database is at, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that writes: all of it or nothing.

    Raises StoreFailed where the database refuses, DataRefused where it does because of a value.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except DBAPIError as error:
        if _is_about_a_value(error):
            hint = "nothing was kept of this step; if it happens again, tell the makers of Kith"
            raise DataRefused(f"the database refuses a value ({_cause(error)})", hint) from error
        hint = "nothing was kept of this step; it is tried again. Is the disk full, or the server stopped?"
        raise StoreFailed(f"the database refused a change ({_cause(error)})", hint) from error


_TOO_LARGE = "54"
"""PostgreSQL's class of errors "program limit exceeded", such as a value too long for an index."""


def _is_about_a_value(error: DBAPIError) -> bool:
    """Not about the database: a disk that is full, a lock that is held or a line that is lost."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error, (DataError, IntegrityError)) or state.startswith(_TOO_LARGE)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A look at the database that does not stand in anybody's way."""
    with Session(engine.execution_options(kith_write=False), expire_on_commit=False) as session:
        yield session


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of an SQLite database, also while it is in use; made with mode 0600."""
    os.close(os.open(target, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _cause(error: SQLAlchemyError) -> str:
    first = str(getattr(error, "orig", None) or error).strip().splitlines()
    return first[0] if first else type(error).__name__
