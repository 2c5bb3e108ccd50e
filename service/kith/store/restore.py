"""Puts a copy of a database in the place of what is there."""

import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from glob import escape
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from kith.errors import ConfigError, NotFound, TryLater, UsageError
from kith.store.carry_over import carry_over, doubt
from kith.store.dump import backup, copy_tables, fresh_file
from kith.store.engine import BUSY_SECONDS, copy_sqlite, open_database, sqlite_file
from kith.store.lock import work_lock
from kith.store.tables import METADATA

OURS = "name a file that `kith backup` made"
_ANOTHER = re.compile(r"(?:-[0-9]{1,9})?")
"""What stands behind the name of a file that was kept, where there was one already."""
_LOCK_OF = re.compile(r"\.lock-([0-9]{1,9})$")


def restore(url: str, source: Path, spare: Path) -> Path | None:
    """Replaces all that is in the database at url by the copy in source, whole or not at all.

    Gives the file in which what was there before is kept: beside an SQLite database, else spare; None
    where there was nothing. Raises NotFound, UsageError or SchemaTooNew where source is no copy that
    this Kith can take, and TryLater while another Kith is at work.
    """
    target = sqlite_file(url)
    with _todays(source) as checked:
        return _into_file(checked, target) if target else _into_server(checked, url, spare)


def kept_before(url: str, spare: Path) -> list[Path]:
    """The files in which restores kept what was there before them, as restore names them; none were there none."""
    target = sqlite_file(url)
    first = _beside(target) if target else spare
    found = first.parent.glob(f"{escape(first.name)}*")
    return sorted(path for path in found if _ANOTHER.fullmatch(path.name.removeprefix(first.name)))


@contextmanager
def _todays(source: Path) -> Iterator[Path]:
    """A private copy of source, checked and brought to today's schema; source itself is only read."""
    if not source.is_file():
        raise NotFound(f"there is no file {source}", OURS)
    with tempfile.TemporaryDirectory(prefix="kith-restore-") as folder:
        copy = Path(folder) / "kith.db"
        try:
            _take(source, copy)
            _check(source, copy)
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{source} is no Kith database: {error}", OURS) from error
        except OSError as error:
            raise NotFound(f"{source} cannot be read: {error.strerror}", OURS) from error
        open_database(f"sqlite:///{copy}").dispose()
        yield copy


def _take(source: Path, copy: Path) -> None:
    try:
        copy_sqlite(source, copy)
    except sqlite3.OperationalError:  # no log can be made beside it: it lies in a read-only place
        shutil.copyfile(source, copy)
    copy.chmod(0o600)


def _check(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not sound:
        raise UsageError(f"{source} is damaged", "take another backup")
    if not {"alembic_version", "owner", "person"} <= tables:
        raise UsageError(f"{source} is no Kith database", OURS)


def _into_file(copy: Path, target: Path) -> Path | None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _nobody_at_work(create_engine(f"sqlite:///{target}"), _owners_beside(target)):
            kept = _keep(target) if target.exists() and target.stat().st_size else None
            _tell(copy, kept)
            _overwrite(copy, target)
            return kept
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}", "see store.url in kith.toml") from error


def _owners_beside(target: Path) -> set[int]:
    """The owners who ever had work here, by the lock files they left: the database itself may be beyond reading."""
    found = (_LOCK_OF.search(path.name) for path in target.parent.glob(f"{target.name}.lock-*"))
    return {1} | {int(lock[1]) for lock in found if lock}


def _keep(target: Path) -> Path:
    """A copy of what is there, in a new file; where it is no database any more it is moved there as it is."""
    kept = _unused(_beside(target))
    try:
        with fresh_file(kept):
            copy_sqlite(target, kept)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY):
            raise TryLater(f"what is there cannot be kept in {kept}: {error}", "nothing was changed") from error
        target.rename(kept)
        for beside in ("-wal", "-shm"):
            Path(f"{target}{beside}").unlink(missing_ok=True)
    kept.chmod(0o600)
    return kept


def _beside(target: Path) -> Path:
    return target.with_name(f"{target.name}.before-restore")


def _tell(copy: Path, kept: Path | None) -> None:
    """Lets the copy know what went out since it was made, as far as what was there can still say."""
    new = open_database(f"sqlite:///{copy}")
    try:
        with new.begin() as connection, tempfile.TemporaryDirectory(prefix="kith-restore-") as folder:
            before = _readable(kept, Path(folder) / "kith.db") if kept else None
            if before is None:
                doubt(connection)
                return
            with _closing(before) as old, old.connect() as past:
                carry_over(past, connection)
    finally:
        new.dispose()


def _readable(kept: Path, copy: Path) -> Engine | None:
    """What was there, at today's schema in a copy of its own; None where it cannot be read any more."""
    try:
        copy_sqlite(kept, copy)
        return open_database(f"sqlite:///{copy}")
    except (sqlite3.DatabaseError, SQLAlchemyError, ConfigError):
        return None


@contextmanager
def _closing(engine: Engine) -> Iterator[Engine]:
    """An engine whose connections are closed at the end."""
    try:
        yield engine
    finally:
        engine.dispose()


def _unused(path: Path) -> Path:
    """The path, or with the first number after it that no file has: an earlier copy may be the good one."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


def _overwrite(copy: Path, target: Path) -> None:
    """In one transaction of SQLite's own: whoever has the database open sees the old or the new, never half of it."""
    deadline = time.monotonic() + BUSY_SECONDS

    def patience(_status: int, left: int, _total: int) -> None:
        if left and time.monotonic() > deadline:
            raise TryLater(f"{target} is in use", "stop whatever uses it")

    with closing(sqlite3.connect(copy)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new, progress=patience)
    target.chmod(0o600)


def _into_server(copy: Path, url: str, spare: Path) -> Path:
    with _closing(open_database(url)) as engine, _closing(open_database(f"sqlite:///{copy}")) as checked:
        with engine.connect() as connection:
            owners = set(connection.execute(text("SELECT id FROM owner")).scalars())
        with _nobody_at_work(engine, owners), engine.begin() as connection:
            names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
            connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))  # nobody writes, reading goes on
            kept = _unused(spare)
            backup(engine, kept)
            with checked.begin() as source:
                carry_over(connection, source)
                _replace(source, connection)
        return kept


@contextmanager
def _nobody_at_work(engine: Engine, owner_ids: Iterable[int]) -> Iterator[None]:
    with ExitStack() as locks:
        for owner_id in sorted(owner_ids):
            locks.enter_context(work_lock(engine, owner_id, 0))
        yield


def _replace(old: Connection, new: Connection) -> None:
    for table in reversed(METADATA.sorted_tables):
        new.execute(table.delete())
    copy_tables(old, new)
    for table in METADATA.sorted_tables:
        sequence = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
        highest = f'(SELECT max(id) FROM "{table.name}")'  # noqa: S608 -- our own tables' names
        new.execute(text(f"SELECT setval({sequence}, coalesce({highest}, 1), {highest} IS NOT NULL)"))
