"""The lock of an owner's work: held by one, and gone with the process that held it."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from kith.errors import ConfigError, StoreFailed, TryLater
from kith.store.engine import open_database
from kith.store.lock import service_lock, work_lock
from support.postgres import Postgres

HOLD = """
import sys, time
from kith.store.engine import open_database
from kith.store.lock import work_lock
engine = open_database(sys.argv[1])
with work_lock(engine, int(sys.argv[2]), 0):
    print("held", flush=True)
    sys.stdin.readline()
print("released", flush=True)
"""
PATIENCE = 20


@contextmanager
def another_process(url: str, owner: int) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the owner's lock until it reads a line."""
    command = [sys.executable, "-c", HOLD, url, str(owner)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def free(engine: Engine, owner: int, wait: float = 0) -> bool:
    """Whether the lock can be had."""
    try:
        with work_lock(engine, owner, wait):
            return True
    except TryLater:
        return False


def test_it_is_held_by_one_process_at_a_time(url: str, engine: Engine, owner: int) -> None:
    with another_process(url, owner) as process:
        assert not free(engine, owner)
        begun = time.monotonic()
        assert not free(engine, owner, wait=0.5)
        assert 0.5 <= time.monotonic() - begun < 5
        process.communicate("go\n")
        assert free(engine, owner)


def test_it_is_gone_with_a_process_that_is_killed(url: str, engine: Engine, owner: int) -> None:
    with another_process(url, owner) as process:
        assert not free(engine, owner)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        assert free(engine, owner, wait=PATIENCE)  # PostgreSQL takes a moment to notice


def test_who_waits_gets_it_when_it_is_released(url: str, engine: Engine, owner: int) -> None:
    with another_process(url, owner) as process:
        threading.Timer(0.3, lambda: process.stdin and process.stdin.close()).start()
        assert free(engine, owner, wait=PATIENCE)


def test_it_holds_between_threads_of_one_process_too(engine: Engine, owner: int) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(5):
            with work_lock(engine, owner, PATIENCE):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.002)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert most == [1] * 15


def test_owners_do_not_wait_for_each_other(engine: Engine, owner: int) -> None:
    with work_lock(engine, owner, 0):
        assert free(engine, owner + 1)
        assert not free(engine, owner)


def test_an_error_releases_it(engine: Engine, owner: int) -> None:
    def fail() -> None:
        with work_lock(engine, owner, 0):
            raise OSError("the network is gone")

    with pytest.raises(OSError, match="the network is gone"):
        fail()
    assert free(engine, owner)


def test_being_refused_takes_nothing_from_who_holds_it(url: str, engine: Engine, owner: int) -> None:
    with another_process(url, owner):
        for _ in range(3):
            assert not free(engine, owner)


def test_what_is_told_says_what_to_do(engine: Engine, owner: int) -> None:
    with work_lock(engine, owner, 0), pytest.raises(TryLater) as caught, work_lock(engine, owner, 0):
        pass
    assert caught.value.exit_code == 75
    assert caught.value.hint


def test_it_does_not_stop_anybody_from_reading_and_writing(engine: Engine, owner: int) -> None:
    with work_lock(engine, owner, 0), engine.begin() as connection:
        connection.execute(text("UPDATE owner SET away_until = NULL"))


def test_a_lock_file_is_for_the_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        engine = open_database(f"sqlite:///{tmp_path / 'kith.db'}")
        with work_lock(engine, 7, 0):
            assert stat.S_IMODE((tmp_path / "kith.db.lock-7").stat().st_mode) == 0o600
        engine.dispose()
    finally:
        os.umask(before)


def test_a_line_to_postgresql_that_breaks_meanwhile_does_not_hide_what_happened(postgres) -> None:
    engine = open_database(postgres.new_database())

    def lose_the_line() -> None:
        with work_lock(engine, 1, 0):
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                mine = "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                connection.execute(text(f"{others} {mine}"))
            raise ValueError("this is what happened")

    with pytest.raises(ValueError, match="this is what happened"):
        lose_the_line()
    assert free(engine, 1, wait=PATIENCE)
    engine.dispose()


def test_one_service_at_a_time_beside_which_work_goes_on(engine: Engine, owner: int) -> None:
    with service_lock(engine, owner, 0):
        with pytest.raises(TryLater, match="another `kith run`") as caught, service_lock(engine, owner, 0.2):
            pass
        assert caught.value.hint
        assert free(engine, owner)
        with service_lock(engine, owner + 1, 0):
            pass
    with service_lock(engine, owner, 0):
        pass


def test_a_lock_that_cannot_be_had_at_all_is_told_with_its_place(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'kith.db'}")
    (tmp_path / "kith.db.lock-1").mkdir()  # root, who may run the tests, is refused nothing else
    with pytest.raises(ConfigError, match=r"kith\.db\.lock-1 cannot be written: ") as caught:
        free(engine, 1)
    assert "chown" in caught.value.hint
    engine.dispose()


def test_where_the_database_is_gone_the_same_may_work_later(postgres: Postgres) -> None:
    engine = open_database(postgres.new_database())
    gone = create_engine(engine.url.set(port=1))
    for lock in (work_lock, service_lock):
        with pytest.raises(StoreFailed, match="cannot be read"), lock(gone, 1, 0):
            pass
    gone.dispose()
    engine.dispose()
