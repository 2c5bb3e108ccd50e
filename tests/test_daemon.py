"""The service, turn by turn, in this process: what it notices, what it survives, and how it stops."""

import dataclasses
import gc
import logging
import os
import selectors
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text, update
from time_machine import TimeMachineFixture

from kith import daemon, ending
from kith.daemon import Service
from kith.domain.outbox import Outcome, Result
from kith.ending import Ending, Stopped
from kith.errors import ConfigError, LoginRefused, TryLater
from kith.jobs import compose, watch
from kith.jobs.deliver import Outbox
from kith.jobs.once import run_once
from kith.jobs.view import problems
from kith.mail import wire
from kith.store import engine, owners
from kith.store.lock import work_lock
from kith.store.tables import LetterRow
from support.answers import MARIA, ME, Owner, with_a_past
from support.dovecot import Dovecot
from support.jobs import SMTP, Office
from support.mail import answer, message, read
from support.postgres import Postgres
from support.recording_proxy import Failure, RecordingProxy

TWO = {"personal": "", "work": ""}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path) as one:
        yield one


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path, mailboxes=TWO) as one:
        yield one


def write(office: Office, subject: str = "News", name: str = "personal") -> None:
    """A mail from Maria comes in."""
    office.servers[name].deliver(message(MARIA, ME, subject, at=office.clock.at), at=office.clock.at)  # type: ignore[call-arg]


def trouble(office: Office) -> str:
    """What needs the owner, in one piece."""
    with office.work.reading() as session:
        return " | ".join(problems(office.work, session))


def calls(office: Office, name: str) -> int:
    """How often something was asked of the mailbox."""
    return office.server.calls.count(name)


# -- what a tick does


def test_a_tick_reads_answers_places_drafts_and_sends_the_receipt(office: Office) -> None:
    owner = with_a_past(office)
    with Service(office.work) as service:
        service.tick()
        owner.answer(owner.digest(), "Maria: lunch today\nask Bob for coffee")
        service.tick()
        assert owner.said("Maria") == [("in-person", "2026-05-13")]
        assert len(office.server.folders["Drafts"].messages) == 1
        letters = [read(kept.raw) for kept in office.server.folders["INBOX"].messages.values()]
        assert str(letters[-1]["Subject"]).startswith("Re: ")
        assert {row["state"] for row in office.rows("letter")} == {"sent"}


def test_a_tick_uses_the_connection_that_is_open(office: Office) -> None:
    with Service(office.work) as service:
        for _ in range(3):
            service.tick()
        assert calls(office, "open") == 1


def test_a_tick_sends_the_digest_when_its_time_has_come_and_only_then(office: Office) -> None:
    with_a_past(office)
    with Service(office.work) as service:
        service.tick()
        assert office.rows("digest") == []
        office.clock.at = datetime(2026, 5, 18, 5, 31, tzinfo=UTC)  # Monday, 07:31 in Paris
        for _ in range(3):
            service.tick()
        assert [row["kind"] for row in office.rows("letter")] == ["digest"]
        assert [row["state"] for row in office.rows("letter")] == ["sent"]


def test_a_digest_that_cannot_be_written_is_told_with_what_to_mend(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    templates = office.work.config.templates
    templates.mkdir()
    (templates / "digest.txt.j2").write_text("Hi {{ 1/0 }}", encoding="utf-8")
    with_a_past(office)
    office.clock.at = datetime(2026, 5, 18, 5, 31, tzinfo=UTC)
    with caplog.at_level(logging.INFO, "kith"), Service(office.work) as service:
        service.tick()
    [said] = [one.message for one in caplog.records if one.message.startswith("digest failed")]
    assert f"{templates / 'digest.txt.j2'}, line 1: division by zero; fix it, or remove the file" in said


def test_a_tick_shows_a_sign_of_life_and_the_end_takes_it_away(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with Service(office.work) as service:
        monkeypatch.setattr(daemon, "BEAT_EVERY", 0.0)
        office.clock.move(minutes=5)
        service.tick()
        assert beat(office) == office.clock.at
        service.ending.asked = True
        service.run()
        assert beat(office) is None


def test_promise_4_where_the_clock_is_set_back_ticks_go_on(
    office: Office, time_machine: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = datetime.now(UTC)
    ticks: list[datetime] = []
    times = iter([here - timedelta(hours=2), here - timedelta(hours=2) + timedelta(seconds=61)])
    with Service(office.work) as service:

        def sleep() -> None:
            at = next(times, None)
            if at is None:
                service.ending.asked = True
            else:
                time_machine.move_to(at)

        monkeypatch.setattr(service, "tick", lambda: ticks.append(datetime.now(UTC)))
        monkeypatch.setattr(service, "wait", sleep)
        service.run()
    assert len(ticks) == 2, "the first look, and the first tick by the clock that is right"


def beat(office: Office) -> datetime | None:
    """The last sign of life."""
    with office.work.reading() as session:
        return owners.last_beat(session, office.work.owner_id)


# -- news


def test_news_wakes_the_service_within_a_moment(tmp_path: Path, dovecot: Dovecot) -> None:
    with Office(tmp_path) as office:
        user = office.use(dovecot)
        maria = office.add(MARIA)
        with waiting(office) as service:
            threading.Timer(0.2, dovecot.deliver, [user, message(MARIA, ME, "Hello", at=office.clock.at)]).start()
            started = time.monotonic()
            while not office.subjects(maria) and time.monotonic() - started < 10:
                service.wait()
            assert office.subjects(maria) == ["Hello"]


@contextmanager
def waiting(office: Office) -> Iterator[Service]:
    """A service that has had its first look, and has a minute until the next."""
    with Service(office.work) as service:
        service.scheduler.every(60).seconds.do(service.tick)
        service.tick()
        assert all(w.idling for w in service.watches)
        yield service


def test_news_that_came_together_with_an_answer_wakes_the_service(
    tmp_path: Path, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Office(tmp_path) as office:
        user = office.use(dovecot)
        maria = office.add(MARIA)
        with waiting(office) as service:
            dovecot.deliver(user, message(MARIA, ME, "Hello", at=office.clock.at))
            time.sleep(1)  # by now the server has told of it
            monkeypatch.setattr(selectors.DefaultSelector, "select", lambda _self, _timeout: [])  # all is read already
            service.wait()
        assert office.subjects(maria) == ["Hello"]


def test_news_that_comes_while_nobody_listens_is_seen_within_two_ticks(tmp_path: Path, dovecot: Dovecot) -> None:
    with Office(tmp_path) as office:
        user = office.use(dovecot)
        maria = office.add(MARIA)
        with waiting(office) as service:
            dovecot.deliver(user, message(MARIA, ME, "Hello", at=office.clock.at))
            service.tick()  # IDLE ends before the server tells of it, and STATUS of an open folder may be old
            service.tick()
            assert office.subjects(maria) == ["Hello"]


@pytest.mark.parametrize("when", ["waiting", "ticking"])
def test_a_line_that_is_cut_is_opened_again(
    tmp_path: Path, dovecot: Dovecot, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FIRST_PAUSE", 0.05)
    with RecordingProxy(dovecot.port) as proxy, Office(tmp_path) as office:
        user = office.use(dovecot)
        maria = office.add(MARIA)
        office.servers["personal"] = through(proxy)
        with waiting(office) as service:
            proxy.cut()
            dovecot.deliver(user, message(MARIA, ME, "Hello", at=office.clock.at))
            started = time.monotonic()
            if when == "ticking":
                service.tick()  # once is enough: the line is found cut, and opened again
            while when == "waiting" and not office.subjects(maria) and time.monotonic() - started < 10:
                service.wait()
            assert office.subjects(maria) == ["Hello"]
            assert trouble(office) == "", "a cut line is no trouble of the owner's"


class Elsewhere(Dovecot):
    """The same server by another way; it is neither started nor stopped here."""

    def __init__(self, port: int) -> None:
        self.host, self.port = "127.0.0.1", port


def through(proxy: RecordingProxy) -> Dovecot:
    """The server behind a proxy."""
    return Elsewhere(proxy.port)


# -- what it survives


def test_promise_8_a_refused_login_is_told_and_the_other_mailbox_is_read(
    two: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    maria = two.add(MARIA)
    write(two, "At work", "work")
    refuse(two, monkeypatch, LoginRefused("personal: the login was refused"))
    with Service(two.work) as service:
        service.tick()
        assert two.subjects(maria) == ["At work"]
        assert "personal could not be read" in trouble(two)
        assert "the login was refused" in trouble(two)
        assert service.watches[0].retry_at - time.monotonic() > 600, "providers lock accounts that knock too often"


def refuse(office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The first mailbox cannot be opened."""
    opened = office.work.open_source

    def opening(mailbox: object) -> object:
        if getattr(mailbox, "name", "") == "personal":
            raise error
        return opened(mailbox)  # type: ignore[arg-type]

    object.__setattr__(office.work, "open_source", opening)


@pytest.mark.parametrize("error", [TryLater("no route"), ConfigError("KITH_IMAP_PASSWORD is not set")])
def test_what_cannot_be_opened_is_told_and_tried_again_later_and_later(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    refuse(office, monkeypatch, error)
    with Service(office.work) as service:
        pauses = []
        for _ in range(4):
            service.watches[0].retry_at = 0.0
            service.tick()
            pauses.append(service.watches[0].retry_at - time.monotonic())
        assert str(error) in trouble(office)
        assert pauses == sorted(pauses)
        assert pauses[0] < 10 < pauses[3]
        before = office.server.calls.copy()
        service.tick()
        assert office.server.calls == before


def test_promise_8_a_bug_in_one_mailbox_stops_neither_the_other_nor_the_service(
    two: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    maria = two.add(MARIA)
    write(two, "At work", "work")
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    secret = "hunter2"
    refuse(two, monkeypatch, RuntimeError(secret))
    with caplog.at_level(logging.INFO, "kith"), Service(two.work) as service:
        service.tick()
    assert two.subjects(maria) == ["At work"]
    assert "Kith stumbled over it (RuntimeError)" in trouble(two)
    assert "personal failed (RuntimeError)" in caplog.text
    assert secret not in caplog.text


def test_trouble_is_over_when_the_mailbox_is_read_again(office: Office) -> None:
    with Service(office.work) as service:

        def break_down(_call: str) -> None:
            raise TryLater("the line was lost")

        office.server.on_call = break_down
        service.tick()
        assert "the line was lost" in trouble(office)
        office.server.on_call = lambda _call: None
        service.watches[0].retry_at = 0.0
        service.tick()
        assert trouble(office) == ""
        assert service.watches[0].failures == 0


def test_a_lock_that_cannot_be_had_is_told_with_its_cure_and_tried_again_later_and_later(
    office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    lock = office.folder / "kith.db.lock-1"
    lock.mkdir()
    with caplog.at_level(logging.WARNING, "kith"), Service(office.work) as service:
        service.tick()
        assert service.watches[0].retry_at > time.monotonic()
        before = len(caplog.records)
        service.visit(service.watches[0])
        assert len(caplog.records) == before
        said = caplog.records[0].message
        assert said.startswith(f"personal: {lock} cannot be written: ")
        assert "chown" in said
        assert str(lock) in trouble(office)
        lock.rmdir()
        service.watches[0].retry_at = 0.0
        service.tick()
        assert trouble(office) == ""


def test_where_the_database_is_gone_the_service_waits_and_still_ends_well(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "kith"), Service(office.work) as service:
        service.tick()
        broken = dataclasses.replace(office.work, engine=create_engine("postgresql+psycopg://kith@127.0.0.1:1/kith"))
        service.work = broken
        service.outbox = Outbox(broken)
        service.tick()
        assert service.watches[0].retry_at > time.monotonic(), "it does not spin"
        service.ending.asked = True
        service.run()
        broken.engine.dispose()
    assert "the database cannot be read (connection" in caplog.text
    assert caplog.messages[-1] == "kith has stopped"


def test_beside_a_command_at_work_the_service_waits_for_its_turn(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(daemon, "LOCK_WAIT", 0.1)
    maria = office.add(MARIA)
    write(office)
    with Service(office.work) as service:
        with work_lock(office.work.engine, office.work.owner_id, 1), caplog.at_level(logging.WARNING, "kith"):
            service.tick()
        assert office.subjects(maria) == []
        assert "another Kith is at work" in caplog.text
        service.tick()
        assert office.subjects(maria) == ["News"]


def test_a_letter_that_cannot_be_delivered_waits(office: Office) -> None:
    owner = with_a_past(office)
    with Service(office.work) as service:
        service.tick()
        compose.compose_now(office.work)

        def refuse_letters(call: str) -> None:
            if call == "append":
                raise TryLater("over quota")

        office.server.on_call = refuse_letters
        service.tick()
        assert [row["state"] for row in office.rows("letter")] != ["sent"]
        office.server.on_call = lambda _call: None
        service.tick()
        office.clock.move(minutes=30)
        service.tick()
        assert [row["state"] for row in office.rows("letter")] == ["sent"]
        assert len(owner.letters("digest")) == 1


# -- how it stops


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_in_the_middle_of_a_scan_ends_it_and_nothing_is_lost(office: Office, number: signal.Signals) -> None:
    maria = office.add(MARIA)
    for n in range(40):
        at = office.clock.at - timedelta(hours=n + 1)
        office.server.deliver(message(MARIA, ME, f"News {n}", at=at), at=at)
    steps = iter(range(1000))

    def ring(call: str) -> None:
        if call == "headers" and next(steps) == 2:
            signal.raise_signal(number)

    office.server.on_call = ring
    with Service(office.work) as service:
        service.run()
    assert calls(office, "headers") == 3, "it stopped there and then"
    assert office.subjects(maria) == []
    assert trouble(office) == ""
    office.server.on_call = lambda _call: None
    office.restart()
    with Service(office.work) as service:
        service.tick()
    assert len(office.subjects(maria)) == 40


def test_a_signal_at_any_moment_of_a_transaction_leaves_no_lock_behind(office: Office) -> None:
    told = Ending(lambda: None, lambda: None)
    rings = 0
    for moment in count():
        calls = iter(range(moment, -1, -1))

        def ring(_frame: object, event: str, _argument: object, calls: Iterator[int] = calls) -> None:
            nonlocal rings
            if event == "call" and next(calls, None) == 0:
                rings += 1
                signal.raise_signal(signal.SIGTERM)

        with told.listening(), suppress(Stopped):
            told.anywhere = True
            sys.setprofile(ring)
            try:
                with office.work.writing() as session:
                    owners.beat(session, office.work.owner_id, office.clock.at, office.clock.at)
            finally:
                sys.setprofile(None)
        told.anywhere = False
        if rings <= moment:
            break
        with closing(sqlite3.connect(office.folder / "kith.db", timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
    assert rings > 200
    told.close()


def ring_later(rung: list[float]) -> None:
    """SIGTERM, when the service has begun to wait for somebody."""

    def ring() -> None:
        rung.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Timer(0.3, ring).start()


def silent_and_rung(proxy: RecordingProxy, words: str) -> list[float]:
    """The server falls silent at a command with these words, and SIGTERM comes; gives when it came."""
    rung: list[float] = []

    def fall_silent(command: str) -> Failure | None:
        if words not in command:
            return None
        ring_later(rung)
        return Failure.SILENCE

    proxy.fails_at = fall_silent
    return rung


@pytest.fixture
def far(tmp_path: Path, dovecot: Dovecot) -> Iterator[tuple[Office, RecordingProxy]]:
    """Maria's mail on a server that can fall silent."""
    with Office(tmp_path) as office, RecordingProxy(dovecot.port) as proxy:
        user = office.use(dovecot)
        office.servers["personal"] = through(proxy)
        office.add(MARIA)
        for n in range(60):
            dovecot.deliver(user, message(MARIA, ME, f"News {n}", at=office.clock.at), at=office.clock.at)
        yield office, proxy


def test_a_signal_while_a_server_is_silent_ends_it_at_once(far: tuple[Office, RecordingProxy]) -> None:
    office, proxy = far
    rung = silent_and_rung(proxy, "HEADER.FIELDS")
    with Service(office.work) as service:
        service.run()
    assert time.monotonic() - rung[0] < 2
    assert trouble(office) == ""


def test_what_clears_up_behind_the_work_waits_for_no_server(
    far: tuple[Office, RecordingProxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, proxy = far
    rung: list[float] = []

    def ring(_folder: str, done: int, _total: int) -> None:
        if done > 10:
            rung.append(time.monotonic())
            signal.raise_signal(signal.SIGTERM)
        elif done:
            proxy.fails_at = lambda said: Failure.SILENCE if "HEADER.FIELDS" in said else None

    monkeypatch.setattr(wire, "BATCH", 10)
    monkeypatch.setattr(wire, "WINDOW", 2)
    with Service(office.work) as service:
        monkeypatch.setattr(service, "_progress", ring)
        service.run()
    assert time.monotonic() - rung[0] < 2
    assert trouble(office) == ""


def test_a_signal_while_a_letter_is_looked_for_ends_it_at_once(far: tuple[Office, RecordingProxy]) -> None:
    office, proxy = far
    compose.compose_now(office.work)
    with office.work.writing() as session:
        session.execute(update(LetterRow).values(state="sending", tried_at=office.clock.at))
    rung = silent_and_rung(proxy, "HEADER Message-ID")
    with Service(office.work) as service:
        service.run()
    assert time.monotonic() - rung[0] < 2
    assert [row["state"] for row in office.rows("letter")] == ["sending"]


def test_a_signal_while_a_server_is_silent_over_a_letter_ends_it_after_a_while(
    far: tuple[Office, RecordingProxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, proxy = far
    compose.compose_now(office.work)
    monkeypatch.setattr(ending, "PATIENCE", 1.0)
    rung = silent_and_rung(proxy, "APPEND")
    with Service(office.work) as service:
        service.run()
    assert 0.9 < time.monotonic() - rung[0] < 3
    assert [row["state"] for row in office.rows("letter")] == ["sending"], "the next start looks for it"


def test_a_signal_while_somebody_holds_the_database_ends_it_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "PATIENCE", 1.0)
    monkeypatch.setattr(daemon, "LAST_WAIT", 0.5)
    monkeypatch.setattr(engine, "PRAGMAS", [*engine.PRAGMAS, "busy_timeout=2000"])
    rung: list[float] = []
    with Office(tmp_path) as office, closing(sqlite3.connect(tmp_path / "kith.db")) as other:
        write(office)
        office.server.on_call = lambda call: hold(other, rung) if call == "headers" and not rung else None
        with Service(office.work) as service:
            service.run()
        assert time.monotonic() - rung[0] < 5
        other.rollback()


def hold(other: sqlite3.Connection, rung: list[float]) -> None:
    """Somebody else begins to write, and does not end."""
    other.execute("BEGIN IMMEDIATE")
    rung.append(time.monotonic())
    threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGTERM]).start()


@pytest.mark.filterwarnings("ignore:Exception ignored in", "ignore:connection .* was deleted while still open")
def test_a_signal_while_somebody_holds_tables_on_postgresql_ends_it_after_a_while(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "PATIENCE", 1.0)
    url = postgres.new_database()
    rung: list[float] = []
    with Office(tmp_path, url=url) as office, create_engine(url).connect() as other:
        write(office)

        def ring(call: str) -> None:
            if call == "headers" and not rung:
                other.execute(text("LOCK TABLE folder, mailbox, message IN ACCESS EXCLUSIVE MODE"))
                ring_later(rung)

        office.server.on_call = ring
        with Service(office.work) as service:
            service.run()
        assert time.monotonic() - rung[0] < 5
        other.rollback()
        other.engine.dispose()
    gc.collect()  # what was left open in the middle of a question is warned of here


@pytest.mark.filterwarnings("ignore:Exception ignored in")
def test_a_signal_that_is_swallowed_is_said_again(office: Office) -> None:
    def ring_when_thrown_away() -> Iterator[None]:
        try:
            yield
        finally:
            signal.raise_signal(signal.SIGTERM)

    def ring(call: str) -> None:
        if call == "headers":
            next(ring_when_thrown_away())
            time.sleep(10)

    office.add(MARIA)
    write(office)
    office.server.on_call = ring
    began = time.monotonic()
    with Service(office.work) as service:
        service.run()
    assert time.monotonic() - began < 5


def test_a_signal_while_a_letter_goes_out_lets_it_go_first(office: Office) -> None:
    with_a_past(office)
    compose.compose_now(office.work)

    def ring(call: str) -> None:
        if call in ("append", "appended"):
            signal.raise_signal(signal.SIGTERM)

    office.server.on_call = ring
    with Service(office.work) as service:
        service.run()
    assert [row["state"] for row in office.rows("letter")] == ["sent"]


class Slow:
    """A way to a mail server that takes its time: before it has the whole letter, or after."""

    def __init__(self, office: Office, *, has_it: bool) -> None:
        self.answers = threading.Event()
        self._asks, self._has_it = threading.Event(), has_it
        self.outcomes: list[bool] = []
        object.__setattr__(office.work, "send", self.send)

    def send(self, _raw: bytes, _sender: str, _recipient: str, may_end: Callable[[], bool]) -> Outcome:
        """Waits where it was told to."""
        if self._has_it:
            may_end()
        self._asks.set()
        self.answers.wait(20)
        if not self._has_it and not may_end():
            self.outcomes.append(False)
            return Outcome(Result.TRY_AGAIN, "it was called off")
        self.outcomes.append(True)
        return Outcome(Result.ACCEPTED)

    def end_when_asked(self) -> None:
        """SIGTERM, when the letter is under way."""
        self._asks.wait(20)
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture
def posting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A digest in the outbox, which is to go by SMTP."""
    monkeypatch.setattr(daemon, "PATIENCE", 0.1)
    monkeypatch.setattr(daemon, "ASK_EVERY", 0.05)
    with Office(tmp_path, toml=SMTP.format(port=1)) as office:
        with_a_past(office)
        compose.compose_now(office.work)
        yield office


def states(office: Office) -> list[str]:
    """Where letters stand."""
    return [row["state"] for row in office.rows("letter")]


def test_a_slow_mail_server_holds_up_neither_mailboxes_nor_the_sign_of_life_nor_commands(
    posting: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(posting, has_it=True)
    monkeypatch.setattr(daemon, "BEAT_EVERY", 0.0)
    with Service(posting.work) as service:
        service.tick()
        assert states(posting) == ["sending"]
        write(posting)
        posting.clock.move(minutes=7)
        service.tick()
        assert "News" in posting.subjects()
        assert beat(posting) == posting.clock.at
        assert states(posting) == ["sending"], "one that is under way is not looked for"
        with work_lock(posting.work.engine, posting.work.owner_id, 0):
            pass
        slow.answers.set()
        until = time.monotonic() + 10
        while states(posting) != ["sent"] and time.monotonic() < until:
            service.wait()
        assert states(posting) == ["sent"]
        assert posting.rows("letter")[0]["attempts"] == 1


@pytest.mark.parametrize(("has_it", "left"), [(False, "queued"), (True, "sending")])
def test_promise_4_a_signal_while_a_mail_server_is_slow_ends_it_soon_and_nothing_goes_out_twice(
    posting: Office, *, has_it: bool, left: str
) -> None:
    slow = Slow(posting, has_it=has_it)
    ringing = threading.Thread(target=slow.end_when_asked)
    ringing.start()
    with Service(posting.work) as service:
        began = time.monotonic()
        service.run()
        assert time.monotonic() - began < 5
    ringing.join()
    assert states(posting) == [left]
    slow.answers.set()
    while not slow.outcomes:
        time.sleep(0.01)
    assert slow.outcomes == [has_it], "what is queued was not sent"
    posting.restart()
    if has_it:
        posting.server.deliver(posting.rows("letter")[0]["raw"])
    object.__setattr__(posting.work, "send", lambda *_letter: Outcome(Result.ACCEPTED))
    with Service(posting.work) as service:
        service.tick()
    assert states(posting) == ["sent"]
    assert posting.rows("letter")[0]["attempts"] == 2 - has_it


rung: list[float] = []


def ring_when_it_waits(service: Service) -> None:
    """SIGTERM, a moment after the service has begun to wait."""
    while not service.watches[0].idling:
        time.sleep(0.05)
    time.sleep(0.3)
    rung[:] = [time.monotonic()]
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_while_it_waits_ends_it_at_once(tmp_path: Path, dovecot: Dovecot) -> None:
    with Office(tmp_path) as office:
        office.use(dovecot)
        with Service(office.work) as service:
            ringing = threading.Thread(target=ring_when_it_waits, args=[service])
            ringing.start()
            service.run()
            ringing.join()
        assert time.monotonic() - rung[0] < 1


def test_the_zone_and_the_signals_are_what_they_were_when_it_is_over(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Paris")
    before = signal.getsignal(signal.SIGTERM)
    with Service(office.work) as service:
        service.ending.asked = True
        service.run()
        assert (os.environ["TZ"], signal.getsignal(signal.SIGTERM)) == ("Europe/Paris", before)


def test_under_nohup_a_terminal_that_closes_means_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Service(office.work) as service:
            office.server.on_call = lambda _call: signal.raise_signal(signal.SIGHUP)
            monkeypatch.setattr(service, "wait", lambda: setattr(service.ending, "asked", True))
            service.run()
        assert calls(office, "open") == 1
        assert office.rows("mailbox")[0]["scanned_at"], "it was read to its end"
    finally:
        signal.signal(signal.SIGHUP, before)


# -- once


def test_promise_8_once_reads_all_mailboxes_that_can_be_read(two: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    maria = two.add(MARIA)
    write(two, "At work", "work")
    refuse(two, monkeypatch, LoginRefused("personal: the login was refused"))
    done = run_once(two.work)
    assert [bool(m.error) for m in done.mailboxes] == [True, False]
    assert two.subjects(maria) == ["At work"]
    assert "the login was refused" in trouble(two)


def test_once_answers_and_delivers_what_is_due(office: Office) -> None:
    owner: Owner = with_a_past(office)
    letter = owner.digest()
    office.server.deliver(answer(letter, ME, "Maria: likes tea", at=office.clock.at), "Sent", office.clock.at)
    done = run_once(office.work)
    assert done.letters == 2, "the digest and the receipt"
    assert owner.notes("Maria") == ["likes tea"]
    assert run_once(office.work).letters == 0
