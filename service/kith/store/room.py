"""Whether a database could keep something, found out without keeping anything."""

import os
import tempfile
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from kith.errors import StoreFailed
from kith.store.engine import cause

ROOM = 1 << 20
"""Bytes that a turn of Kith may need in a hurry."""


def check_writes(engine: Engine) -> None:
    """Raises StoreFailed where the database takes no changes: it is read-only, held by somebody, or not ours."""
    try:
        with engine.connect() as connection:
            connection.execute(text("UPDATE owner SET name = name WHERE id < 0"))
    except DBAPIError as error:
        hint = "is it read-only, or does another program hold it?"
        raise StoreFailed(f"the database takes no changes ({cause(error)})", hint) from error


def check_room(engine: Engine) -> None:
    """Raises StoreFailed where an SQLite database could not grow; of a server's disk nothing can be told from here.

    A small transaction says nothing: it may find room in files that are there, and one that is taken back needs none.
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    folder = Path(engine.url.database).parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ROOM))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        hint = "make room on that disk, and let the user that Kith runs as write there"
        raise StoreFailed(f"nothing more can be kept in {folder}: {error.strerror}", hint) from error
