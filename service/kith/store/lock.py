"""The lock of an owner's work: one scan, answer or delivery at a time, whichever process asks."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, text

from kith.errors import TryLater

LOCK_SPACE = 0x6B697468
"""Which of PostgreSQL's advisory locks are Kith's ("kith" in ASCII)."""


@contextmanager
def work_lock(engine: Engine, owner_id: int, wait_seconds: float) -> Iterator[None]:
    """Holds the owner's work alone: one scan, answer or delivery at a time, whichever process asks.

    The lock ends with the process that holds it, however that ends. Raises TryLater where it is
    still held elsewhere after wait_seconds.
    """
    deadline = time.monotonic() + wait_seconds
    hold = _file_lock if engine.dialect.name == "sqlite" else _advisory_lock
    with hold(engine, owner_id) as try_once:
        while not try_once():
            if time.monotonic() >= deadline:
                raise TryLater("another Kith is at work on this mailbox", "wait until it is done, or stop it")
            time.sleep(0.1)
        yield


@contextmanager
def _file_lock(engine: Engine, owner_id: int) -> Iterator[Any]:
    import fcntl

    path = f"{engine.url.database}.lock-{owner_id}"
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)

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
def _advisory_lock(engine: Engine, owner_id: int) -> Iterator[Any]:
    keys = {"space": LOCK_SPACE, "owner": owner_id}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def try_once() -> bool:
            return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:space, :owner)"), keys))

        try:
            yield try_once
        finally:
            connection.invalidate()  # the lock ends with its session, also where the line has broken meanwhile
