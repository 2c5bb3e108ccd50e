"""Opens the database, at today's schema, and gives sessions on it."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, make_url, text
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
)
from sqlmodel import Session, create_engine

from kith.errors import ConfigError, DataRefused, KithError, StoreFailed, unwritable
from kith.store.migrations import HEAD

__all__ = [
    "Engine",
    "Session",
    "cause",
    "copy_sqlite",
    "hurry",
    "open_database",
    "reachable",
    "reading",
    "sqlite_file",
    "writing",
]

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

    Raises ConfigError where the URL or the server is wrong, StoreFailed where it is only busy, full or not
    up yet, and SchemaTooNew where a newer Kith was here before.
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
            raise _unopened(error) from error
        on_failure.pop_all()
    return engine


def _unopened(error: DatabaseError) -> KithError:
    message = f"the database cannot be opened: {cause(error)}"
    if _may_pass(error):
        is_file = isinstance(error.orig, sqlite3.Error)
        cause_may_be = "is the disk full, or does another program hold it?" if is_file else "is its server running?"
        return StoreFailed(message, f"{cause_may_be} When that is over, the same again works")
    return ConfigError(message, "see store.url in kith.toml")


_PASSES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_STAYS = re.compile(r"authentication|password|does not exist|pg_hba|not permitted|certificate|SSL", re.IGNORECASE)
"""What PostgreSQL says to whom it will never let in: libpq tells of a refused connection only in words."""
_NAMES = re.compile(r"""(['"])[^'"]*\1""")  # of hosts, users and databases


def _may_pass(error: DatabaseError) -> bool:
    """Whether the same may work later: somebody holds the database, the disk is full, or its server is not up yet."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorcode", 0) & 0xFF in _PASSES  # the rest says which kind of the kind
    state = getattr(original, "sqlstate", None)
    if state:
        return str(state).startswith(("08", "53", "57P"))  # no connection, too many of them, no server just now
    return isinstance(error, OperationalError) and not _STAYS.search(_NAMES.sub("", str(original)))


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
        raise unwritable(path, error, ConfigError, "see store.url in kith.toml") from error


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        try:
            engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": BUSY_SECONDS})
        except ImportError as error:
            raise ConfigError("PostgreSQL needs its driver", "pip install 'kithmail[postgres]'") from error
        event.listen(engine, "handle_error", _unsendable)
        event.listen(engine, "do_execute", _planned_anew)
        return engine
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "connect", partial(_note_file, Path(url.database or "")))
    event.listen(engine, "checkout", partial(_same_file, Path(url.database or "")))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _unsendable)
    return engine


def _planned_anew(cursor: Any, statement: str, parameters: Any, _context: object) -> bool:
    """Asks without preparing it, so that PostgreSQL keeps no plan.

    One made while the tables were empty would read all of them at every stretch of a first scan, until statistics are
    gathered. Rows that come by the thousand (executemany) stay prepared: there is one way to insert a row, and to find
    it anew takes as long as the insertion.
    """
    if hasattr(cursor, "name"):  # one on the server, where nothing is prepared anyway
        return False
    cursor.execute(statement, parameters, prepare=False)
    return True


def _unsendable(context: ExceptionContext) -> DataError | None:
    """Drivers say of some values (half a surrogate pair, a number of 70 bits) only that Python cannot send them."""
    original = context.original_exception
    is_value = isinstance(original, (UnicodeError, OverflowError))
    return DataError(context.statement, None, original) if is_value else None


def _pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: sqlite3 would say it too late
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _note_file(path: Path, _connection: sqlite3.Connection, record: Any) -> None:
    record.info["file"] = _inode(path)


def _same_file(path: Path, _connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
    """What is written into a file that was deleted, or replaced by a backup, would be lost without a word."""
    inode = _inode(path)
    if inode is None:
        raise StoreFailed(f"the database {path} is gone", "put it back (`kith restore`), or stop Kith to begin anew")
    if inode != record.info["file"]:
        raise DisconnectionError("the database is another file now")  # SQLAlchemy opens it anew


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later could not wait for another's write: it says so at once.
    options = connection.get_execution_options()
    if "kith_patience" in options:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {options['kith_patience'] * 1000:.0f}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("kith_write", True) else "BEGIN")


def hurry(engine: Engine, seconds: float) -> None:
    """From the next transaction on nobody's lock is waited for any longer: the process is about to end.

    Nothing can end such a wait from without on SQLite.
    """
    engine.update_execution_options(kith_patience=seconds)


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
            raise DataRefused(f"the database refuses a value ({cause(error)})", hint) from error
        hint = "nothing was kept of this step; it is tried again. Is the disk full, or the server stopped?"
        raise StoreFailed(f"the database refused a change ({cause(error)})", hint) from error


_TOO_LARGE = "54"
"""PostgreSQL's class of errors "program limit exceeded", such as a value too long for an index."""


def _is_about_a_value(error: DBAPIError) -> bool:
    """Not about the database: a disk that is full, a lock that is held or a line that is lost."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error, (DataError, IntegrityError)) or state.startswith(_TOO_LARGE)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A look at the database that does not stand in anybody's way. Raises StoreFailed where it is gone."""
    with reachable(), Session(engine.execution_options(kith_write=False), expire_on_commit=False) as session:
        yield session


@contextmanager
def reachable() -> Iterator[None]:
    """Says StoreFailed where a database is gone, held by somebody or out of order."""
    try:
        yield
    except OperationalError as error:
        hint = "the same again may work. Is its server running?"
        raise StoreFailed(f"the database cannot be read ({cause(error)})", hint) from error


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of an SQLite database, also while it is in use; made with mode 0600."""
    os.close(os.open(target, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def cause(error: SQLAlchemyError) -> str:
    """What a database's driver said, without what was asked of it: that is the owner's mail."""
    first = str(getattr(error, "orig", None) or error).strip().splitlines()
    return first[0] if first else type(error).__name__
