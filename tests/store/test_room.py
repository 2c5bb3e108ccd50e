"""Whether a database could keep something."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from kith.errors import StoreFailed
from kith.store import engine as engine_module
from kith.store.engine import open_database
from kith.store.room import check_room, check_writes
from support.disk import fill
from support.postgres import Postgres


def test_where_all_is_well_nothing_is_said_and_nothing_left(engine: Engine, owner: int, tmp_path: Path) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    check_writes(engine)
    check_room(engine)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_file_that_somebody_holds_takes_no_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0)
    monkeypatch.setattr(engine_module, "PRAGMAS", ("busy_timeout=0", *engine_module.PRAGMAS[1:]))
    engine = open_database(f"sqlite:///{tmp_path / 'kith.db'}")
    with closing(sqlite3.connect(tmp_path / "kith.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFailed, match=r"takes no changes \(database is locked\)"):
            check_writes(engine)
        other.rollback()
    check_writes(engine)
    engine.dispose()


def test_a_server_that_only_reads_takes_no_changes(postgres: Postgres) -> None:
    url = postgres.new_database()
    engine = open_database(url)
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    engine.dispose()
    with pytest.raises(StoreFailed, match="takes no changes"):
        check_writes(engine)
    engine.dispose()


def test_a_disk_that_is_full_is_noticed(small_disk: Path) -> None:
    engine = open_database(f"sqlite:///{small_disk / 'kith.db'}")
    check_room(engine)
    fill(small_disk, but=500_000)
    check_writes(engine)  # a change so small finds room
    with pytest.raises(StoreFailed, match="No space left on device"):
        check_room(engine)
    assert sorted(p.name for p in small_disk.iterdir() if not p.name.startswith("kith.db")) == ["filler"]
    engine.dispose()
