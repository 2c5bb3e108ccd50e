"""The lock of an owner's work: one scan, answer or delivery at a time, whichever process asks."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from kith.errors import Busy, ConfigError, unwritable
from kith.store.engine import reachable

LOCK_SPACE = 0x6B697468
"""Which of PostgreSQL's advisory locks are Kith's ("kith" in ASCII)."""


class _Lock(NamedTuple):
    """One kind of lock: how its file's name goes on after the database's, its space on PostgreSQL, and who else has it.

    is_kept: it is held for days, and a machine that fell out of the network must not keep it for hours.
    """

    file: str
    space: int
    said: str
    hint: str
    is_kept: bool = False


_WORK = _Lock("lock", LOCK_SPACE, "another Kith is at work on this mailbox", "wait until it is done, or stop it")
_SERVICE = _Lock(
    "run",
    LOCK_SPACE + 1,
    "another `kith run` is at work here already",
    "stop that one first, or let it go on",
    is_kept=True,
)


def work_lock(engine: Engine, owner_id: int, wait_seconds: float) -> AbstractContextManager[None]:
    """Holds the owner's work alone: one scan, answer or delivery at a time, whichever process asks.

    The lock ends with the process that holds it, however that ends. Raises Busy where it is
    still held elsewhere after wait_seconds, StoreFailed where the database is gone, and ConfigError
    where the lock's file belongs to somebody else.
    """
    return _holding(_WORK, engine, owner_id, wait_seconds)


def service_lock(engine: Engine, owner_id: int, wait_seconds: float) -> AbstractContextManager[None]:
    """Makes sure that one service runs for an owner. Ends, and raises, as work_lock does."""
    return _holding(_SERVICE, engine, owner_id, wait_seconds)


@contextmanager
def _holding(lock: _Lock, engine: Engine, owner_id: int, wait_seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + wait_seconds
    hold = _file_lock if engine.dialect.name == "sqlite" else _advisory_lock
    with hold(lock, engine, owner_id) as try_once:
        while not try_once():
            if time.monotonic() >= deadline:
                raise Busy(lock.said, lock.hint)
            time.sleep(0.1)
        yield


@contextmanager
def _file_lock(lock: _Lock, engine: Engine, owner_id: int) -> Iterator[Any]:
    import fcntl

    path = f"{engine.url.database}.{lock.file}-{owner_id}"
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        hint = "it may be another user's, as after `sudo kith`: give it to the one Kith runs as (chown)"
        raise unwritable(path, error, ConfigError, hint) from error

    def try_once() -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    try:
        yield try_once
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(lock: _Lock, engine: Engine, owner_id: int) -> Iterator[Any]:
    keys = {"space": lock.space, "owner": owner_id}
    with closing(_line(lock, engine)) as connection:

        def try_once() -> bool:
            with reachable():
                return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:space, :owner)"), keys))

        try:
            yield try_once
        finally:
            connection.invalidate()  # the lock ends with its session, also where the line has broken meanwhile


def _line(lock: _Lock, engine: Engine) -> Connection:
    with reachable():
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        for setting, seconds in KEEPALIVES.items() if lock.is_kept else ():
            connection.execute(text(f"SET {setting} = {seconds}"))
        return connection


KEEPALIVES = {"tcp_keepalives_idle": 60, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""After a minute and a half PostgreSQL lets go of who vanished without a word; by itself it takes two hours."""
