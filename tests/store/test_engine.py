"""Opening a database, and what its transactions promise."""

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from kith.errors import ConfigError, StoreFailed
from kith.store import engine as engine_module
from kith.store import messages, notes, owners, people
from kith.store.engine import copy_sqlite, open_database, reading, sqlite_file, writing
from kith.store.tables import METADATA, AddressRow, PersonRow
from support.postgres import Postgres
from support.store import NOW, person, places

WAIT = 20


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "kith.db"


def test_sqlite_is_set_up_for_several_at_once(file: Path) -> None:
    engine = open_database(f"sqlite:///{file}")
    wanted = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 15_000, "secure_delete": 1}
    for _ in range(2):  # every connection anew
        with engine.connect() as first, engine.connect().execution_options(kith_write=False) as second:
            for connection in (first, second):
                found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
                assert found == wanted
                connection.commit()
        engine.dispose()


def test_its_files_are_for_the_owner_alone(file: Path) -> None:
    before = os.umask(0)
    try:
        engine = open_database(f"sqlite:///{file}")
        with writing(engine) as session:
            values = {"name": "x", "address_seq": 0, "set_up_at": NOW, "strangers": True}
            session.execute(METADATA.tables["owner"].insert(), values)
            assert {p.name: _mode(p) for p in file.parent.iterdir()} == {
                "kith.db": 0o600,
                "kith.db-wal": 0o600,
                "kith.db-shm": 0o600,
            }
        copy_sqlite(file, file.parent / "copy.db")
        assert _mode(file.parent / "copy.db") == 0o600
        assert _mode(file.parent) == 0o700
        engine.dispose()
    finally:
        os.umask(before)


def test_a_copy_holds_what_was_committed_and_no_more(file: Path, tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{file}")
    owner_id = owners.ensure(engine, NOW).id
    with writing(engine) as session:
        person(session, owner_id, "Maria")
    with writing(engine) as session:
        person(session, owner_id, "Bob")
        copy_sqlite(file, tmp_path / "copy.db")
    copy = open_database(f"sqlite:///{tmp_path / 'copy.db'}")
    with reading(copy) as session:
        assert [p.name for p, _ in people.everyone(session, owner_id)] == ["Maria"]
    copy.dispose()
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("not a url", "not a database URL"),
        ("", "not a database URL"),
        ("postgresql://kith:hunter2@db.example.com:port/kith", "not a database URL"),
        ("mysql://kith:hunter2@db.example.com/kith", "mysql"),
        ("postgresql+asyncpg://kith:hunter2@db.example.com/kith", "asyncpg"),
        ("postgresql+nonsense://kith:hunter2@db.example.com/kith", "nonsense"),
        ("sqlite+aiosqlite:///kith.db", "aiosqlite"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////proc/kith.db", "cannot be written"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_database(url)
    assert said in caught.value.message
    assert caught.value.hint
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"


@pytest.mark.parametrize("place", ["127.0.0.1:1/kith", "password.invalid/authentication"])
def test_a_server_that_is_not_there_may_come_up_yet(place: str) -> None:
    with pytest.raises(StoreFailed, match="cannot be opened") as caught:
        open_database(f"postgresql://kith:hunter2@{place}")
    assert caught.value.exit_code == 75
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"


def test_a_server_that_does_not_know_the_database_will_not_learn_it(postgres: Postgres) -> None:
    url = postgres.new_database()
    with pytest.raises(ConfigError, match="does not exist"):
        open_database(f"{url}_nowhere")
    with pytest.raises(ConfigError, match=r'role "stranger" does not exist'):
        open_database(url.replace("//kith@", "//stranger@"))


def test_a_file_that_somebody_holds_alone_may_be_let_go(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0)
    monkeypatch.setattr(engine_module, "PRAGMAS", ("busy_timeout=0", *engine_module.PRAGMAS[1:]))
    opened = open_database(f"sqlite:///{file}")
    opened.dispose()
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreFailed, match="locked"):
            open_database(f"sqlite:///{file}")
        with pytest.raises(StoreFailed, match="locked"), reading(opened) as session:
            session.execute(text("SELECT 1 FROM owner"))
    opened.dispose()


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kith.db").write_text("my thesis, not a database " * 100)
    with pytest.raises(ConfigError, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path / 'kith.db'}")
    assert (tmp_path / "kith.db").read_text().startswith("my thesis")
    with pytest.raises(ConfigError, match="cannot be written"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_database_that_is_not_ours_to_change_is_told(postgres) -> None:
    url = postgres.new_database()
    opened = open_database(url)
    with opened.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"CREATE ROLE guest_{name} LOGIN"))
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    opened.dispose()
    with pytest.raises(ConfigError, match=r"cannot be opened: (no schema|permission denied)"):
        open_database(url.replace("//kith@", f"//guest_{name}@"))


def test_a_file_that_was_replaced_is_opened_anew(file: Path, tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{file}")
    owners.ensure(engine, NOW)
    copy_sqlite(file, tmp_path / "backup.db")
    with writing(engine) as session:
        session.execute(text("UPDATE owner SET name = 'later'"))
    for one in file.parent.glob("kith.db*"):
        one.unlink()
    with pytest.raises(StoreFailed, match="is gone"), writing(engine) as session:
        session.execute(text("UPDATE owner SET name = 'lost'"))
    assert not file.exists()
    (tmp_path / "backup.db").rename(file)
    with reading(engine) as session:
        assert session.execute(text("SELECT name FROM owner")).scalar_one() != "later"


def test_where_the_file_of_a_database_is() -> None:
    assert sqlite_file("sqlite:////srv/kith.db") == Path("/srv/kith.db")
    assert sqlite_file("postgresql+psycopg://kith@db.example.com/kith") is None


def test_a_transaction_is_all_or_nothing(engine: Engine, owner: int) -> None:
    def fail() -> None:
        with writing(engine) as session:
            person(session, owner, "Maria", "maria@example.com")
            raise OSError("the power went")

    with pytest.raises(OSError, match="the power went"):
        fail()
    with reading(engine) as session:
        assert people.everyone(session, owner) == []
        assert owners.get(session, owner).address_seq == 0


def test_rows_outlive_their_transaction(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        person(session, owner, "Maria")
        row = session.exec(select(PersonRow)).one()
    assert (row.name, row.added_at) == ("Maria", NOW)


def test_a_reader_and_a_writer_do_not_wait_for_each_other(engine: Engine, owner: int) -> None:
    begun = time.monotonic()
    with reading(engine) as before:
        assert people.everyone(before, owner) == []
        with writing(engine) as session:  # a reader is there
            person(session, owner, "Maria")
            session.flush()
            with reading(engine) as meanwhile:  # a writer is there
                assert people.everyone(meanwhile, owner) == []
        with reading(engine) as after:
            assert len(people.everyone(after, owner)) == 1
    assert time.monotonic() - begun < 5


def test_on_sqlite_a_writer_waits_for_another_from_its_first_word(file: Path) -> None:
    """One that only read so far, and could not write later, would have to fail."""
    engine = open_database(f"sqlite:///{file}")
    owner = owners.ensure(engine, NOW).id
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait(WAIT)
        with writing(engine) as session:
            order.append(f"second sees {len(people.everyone(session, owner))}")

    other = threading.Thread(target=second)
    other.start()
    with writing(engine) as session:
        assert people.everyone(session, owner) == []
        inside.set()
        time.sleep(0.3)
        person(session, owner, "Maria")
        order.append("first is done")
    other.join(WAIT)
    assert order == ["first is done", "second sees 1"]
    engine.dispose()


def _at_once(jobs: list[Callable[[], None]]) -> list[BaseException]:
    failed: list[BaseException] = []
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], None]) -> None:
        gate.wait(WAIT)
        try:
            job()
        except BaseException as error:  # noqa: BLE001 -- a thread's failure has to reach the test
            failed.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    return failed


def test_four_writers_at_once_all_get_through(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        ids = [person(session, owner, f"Person {n}") for n in range(4)]

    def writer(person_id: int) -> Callable[[], None]:
        def write() -> None:
            for n in range(25):
                with writing(engine) as session:
                    assert people.one(session, owner, person_id)
                    notes.add_note(session, owner, person_id, f"note {n}", NOW, "hand")

        return write

    assert _at_once([writer(person_id) for person_id in ids]) == []
    with reading(engine) as session:
        assert [len(notes.of_person(session, owner, person_id, 100)) for person_id in ids] == [25] * 4


def test_numbers_of_addresses_become_visible_in_their_order(engine: Engine, owner: int) -> None:
    """A scan that has seen number 7 may rely on having seen all numbers below."""
    with writing(engine) as session:
        ids = [person(session, owner, f"Person {n}") for n in range(4)]
    seen: list[list[int]] = []
    done = threading.Event()

    def writer(person_id: int) -> Callable[[], None]:
        def write() -> None:
            for n in range(15):
                with writing(engine) as session:
                    assert people.add_address(session, owner, person_id, "x", f"{person_id}-{n}@example.com")
                    time.sleep(0.001)

        return write

    def watch() -> None:
        while not done.is_set():
            with reading(engine) as session:
                seen.append(sorted(session.exec(select(AddressRow.seq)).all()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    failed = _at_once([writer(person_id) for person_id in ids])
    done.set()
    watcher.join(WAIT)
    assert failed == []
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
    with reading(engine) as session:
        assert people.latest_seq(session, owner) == 60


def test_of_two_who_claim_an_address_at_once_one_gets_it(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        ids = [person(session, owner, f"Person {n}") for n in range(4)]
    got: list[bool] = []

    def claim(person_id: int) -> Callable[[], None]:
        def add() -> None:
            for n in range(10):
                with writing(engine) as session:
                    got.append(people.add_address(session, owner, person_id, "x", f"{n}@example.com"))

        return add

    assert _at_once([claim(person_id) for person_id in ids]) == []
    assert (got.count(True), got.count(False)) == (10, 30)


def test_an_owner_is_made_once_by_many_at_once(engine: Engine) -> None:
    found: list[int] = []
    jobs = [lambda: found.append(owners.ensure(engine, NOW).id)] * 4
    assert _at_once(jobs) == []
    assert len(set(found)) == 1


def test_a_row_needs_its_owner_and_goes_with_it(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        person(session, owner, "Maria", "maria@example.com")
        session.execute(text("DELETE FROM owner"))
    assert places(engine, "maria") == []
    with pytest.raises(StoreFailed), writing(engine) as session:
        person(session, owner, "Maria")


def test_numbers_of_rows_are_never_given_twice(engine: Engine, owner: int) -> None:
    """An undo names rows by their numbers, and must not hit another."""
    with writing(engine) as session:
        first = person(session, owner, "Maria")
    with writing(engine) as session:
        people.remove(session, owner, first)
    with writing(engine) as session:
        assert person(session, owner, "Bob") > first
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            numbered = f"{tables} AND sql LIKE '%AUTOINCREMENT%'"
            every = connection.scalar(text(f"{tables} AND name != 'alembic_version'"))
            assert connection.scalar(text(numbered)) == every


def test_what_is_deleted_is_not_left_in_the_file(file: Path) -> None:
    engine = open_database(f"sqlite:///{file}")
    owner_id = owners.ensure(engine, NOW).id
    with writing(engine) as session:
        gone = person(session, owner_id, "Maria Silva-Unmistakable")
    with writing(engine) as session:
        people.remove(session, owner_id, gone)
    engine.dispose()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"Unmistakable" not in file.read_bytes()


def test_postgresql_keeps_no_plan_that_it_made_while_the_tables_were_empty(postgres: Postgres) -> None:
    engine = open_database(postgres.new_database())
    with reading(engine) as session:
        for _ in range(10):  # its driver would prepare what it is asked for the sixth time
            assert messages.by_identity(session, 1, ["a", "b"]) == {}
        assert session.connection().scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0
    engine.dispose()
