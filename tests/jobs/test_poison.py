"""Messages over which the server hangs up, or which the database refuses: they are passed, and no other is lost."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kith import wiring
from kith.daemon import Service
from kith.errors import StoreFailed, TryLater
from kith.jobs import keep, reading, visit, watch
from kith.jobs.round import go_round_once
from kith.jobs.view import problems
from kith.mail.imap import connect
from kith.mail.source import Source
from kith.store import strangers
from support import fake_source
from support.answers import with_a_past
from support.dovecot import PASSWORD, Dovecot
from support.invitations import event, invitation
from support.jobs import BOB, MARIA, ME, NOW, Died, Fate, Office
from support.mail import message
from support.postgres import Postgres
from support.recording_proxy import Failure, RecordingProxy, fetching

MOST_VISITS = 12
"""Any one message is passed in fewer."""


@pytest.fixture
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction for every 50 messages, so that it takes a few breaks to find one."""
    monkeypatch.setattr(reading, "STRETCH", 50)


def fill(office: Office, count: int, folder: str = "INBOX") -> list[str]:
    """Mail from Maria, with the UIDs 1 to count where the folder was empty; gives the subjects."""
    subjects = [f"{folder} {number}" for number in range(1, count + 1)]
    for number, subject in enumerate(subjects):
        at = NOW - timedelta(days=300 - number)
        sender, to = (ME, MARIA) if folder == "Sent" else (MARIA, ME)
        office.server.deliver(message(sender, to, subject, at=at), folder, at)
    return subjects


def poison(office: Office, uid: int, *calls: str, folder: str = "INBOX") -> None:
    """From now on the server hangs up when it is asked for that."""
    office.server.folder(folder).messages[uid].deadly = frozenset(calls or ("headers", "structures", "parts", "raw"))


def visits(office: Office, *, full: bool = False) -> int:
    """Scans until one comes to its end; gives how many that took."""
    for number in range(1, MOST_VISITS + 1):
        if office.scan(full=full and number == 1).error is None:
            return number
    raise AssertionError("it never came to its end")


def aside(office: Office) -> list[tuple[str, int]]:
    """What is in quarantine because it breaks the line."""
    return [(row["folder"], row["uid"]) for row in office.rows("quarantine") if row["breaks"]]


def needs(office: Office) -> list[str]:
    with office.work.reading() as session:
        return list(problems(office.work, session))


# -- a message that breaks the line


@pytest.mark.usefixtures("short_stretches")
@pytest.mark.parametrize("uid", [1, 37, 100])
def test_promise_8_a_message_that_breaks_the_line_goes_to_quarantine_and_all_others_are_kept(
    office: Office, uid: int
) -> None:
    subjects = fill(office, 100)
    poison(office, uid)
    taken = visits(office)
    assert taken <= 7
    assert aside(office) == [("INBOX", uid)]
    assert office.subjects() == [s for s in subjects if s != f"INBOX {uid}"]
    [row] = office.rows("quarantine")
    assert "the server fails each time it is asked for it" in row["reason"]
    assert needs(office) == []
    assert office.read().total("read") == 0
    assert office.rows("mailbox")[0]["read"] == 100


@pytest.mark.usefixtures("short_stretches")
def test_the_visit_that_passes_it_says_so(office: Office) -> None:
    fill(office, 3)
    poison(office, 2)
    results = [office.scan() for _ in range(5)]
    assert [r.total("quarantined") for r in results] == [0, 0, 0, 1, 0]
    assert [isinstance(r.error, TryLater) for r in results] == [True] * 4 + [False]
    assert sum(r.total("read") for r in results) == 3


@pytest.mark.usefixtures("short_stretches")
def test_promise_8_several_of_them_side_by_side_are_passed_as_well(office: Office) -> None:
    subjects = fill(office, 60)
    for uid in (20, 21, 22, 60):
        poison(office, uid)
    for _ in range(5):
        with suppress(AssertionError):
            visits(office)
    assert aside(office) == [("INBOX", uid) for uid in (20, 21, 22, 60)]
    assert office.subjects() == [s for s in subjects if int(s.split()[1]) not in (20, 21, 22, 60)]


def test_other_folders_are_read_meanwhile(office: Office) -> None:
    fill(office, 3)
    sent = fill(office, 3, "Sent")
    later = fill(office, 3, "Zebra")
    poison(office, 1)
    assert office.scan().error is not None
    assert office.scan().error is not None
    assert set(office.subjects()) == {*sent, *later}
    assert visits(office) <= 3


def test_the_only_message_of_a_folder_is_compared_with_those_of_others(office: Office) -> None:
    fill(office, 1)
    fill(office, 2, "Sent")
    poison(office, 1)
    assert visits(office) == 5, "one for the others, three for this one, and one that comes to its end"
    assert aside(office) == [("INBOX", 1)]


def test_the_only_message_of_a_mailbox_is_passed_with_more_patience(office: Office) -> None:
    fill(office, 1)
    poison(office, 1)
    assert visits(office) == 10
    assert aside(office) == [("INBOX", 1)]


def test_one_that_breaks_the_line_says_nothing_about_another(office: Office) -> None:
    for folder in ("INBOX", "Sent"):
        fill(office, 1, folder)
        poison(office, 1, folder=folder)
    assert sum(office.scan().error is not None for _ in range(visit.TIRESOME)) < visit.TIRESOME
    assert sorted(aside(office)) == [("INBOX", 1), ("Sent", 1)]


def test_a_folder_that_is_there_no_more_is_not_asked_for_others(office: Office) -> None:
    fill(office, 1, "Attic")
    office.read()
    del office.server.folders["Attic"]
    fill(office, 1)
    poison(office, 1)
    assert visits(office) == 10
    assert aside(office) == [("INBOX", 1)]


def test_a_full_scan_tries_the_only_message_again_with_less_patience(office: Office) -> None:
    fill(office, 1)
    poison(office, 1)
    visits(office)
    assert visits(office, full=True) == 4
    assert aside(office) == [("INBOX", 1)]


def test_a_full_scan_tries_it_again_and_is_not_stopped_by_it_for_long(office: Office) -> None:
    subjects = fill(office, 10)
    poison(office, 4)
    visits(office)
    assert visits(office, full=True) == 2
    assert aside(office) == [("INBOX", 4)]
    assert len(office.rows("quarantine")) == 1
    office.server.folder("INBOX").messages[4].deadly = frozenset()
    assert visits(office, full=True) == 1
    assert aside(office) == []
    assert office.subjects() == subjects


def test_a_folder_that_is_renumbered_is_read_with_an_open_mind(office: Office) -> None:
    subjects = fill(office, 5)
    poison(office, 4)
    for _ in range(3):
        office.scan()
    office.server.renumber(backwards=True)
    visits(office)
    assert aside(office) == [("INBOX", 2)]
    assert office.subjects() == [s for s in subjects if s != "INBOX 4"]


# -- the second look


def meet(office: Office) -> int:
    """An invitation comes; gives its UID."""
    raw = invitation(MARIA, ME, event(NOW - timedelta(days=20)), NOW - timedelta(days=25))
    return office.server.deliver(raw, "INBOX", NOW - timedelta(days=25))


@pytest.mark.parametrize("call", ["structures", "parts"])
def test_promise_8_a_second_look_that_breaks_the_line_costs_only_the_second_look(office: Office, call: str) -> None:
    fill(office, 3)
    uid = meet(office)
    raw = message(MARIA, ME, "Two parts", at=NOW).replace(b"text/plain", b'multipart/mixed; boundary="x"')
    deadly = office.server.deliver(raw, "INBOX", NOW) if call == "structures" else uid
    fill(office, 3, "Sent")
    poison(office, deadly, call)
    visits(office)
    assert aside(office) == [("INBOX", deadly)]
    [row] = office.rows("quarantine")
    assert "all but its headers" in row["reason"]
    assert len(office.rows("invite")) == (1 if call == "structures" else 0)
    if call == "structures":
        assert "Two parts" in office.subjects(), "its headers say whom it touches"


def test_promise_8_going_back_for_a_new_person_is_not_stopped_by_a_message_either(office: Office) -> None:
    subjects = fill(office, 5)
    office.read()
    bob = office.add(BOB)
    at = NOW - timedelta(days=1)
    for number in range(3):
        office.server.deliver(message(BOB, ME, f"Bob {number}", at=at + timedelta(hours=number)), "INBOX", at)
    poison(office, 2)
    visits(office)
    assert office.subjects(1) == subjects, "what was read before stays"
    assert office.subjects(bob) == ["Bob 0", "Bob 1", "Bob 2"]
    assert aside(office) == [("INBOX", 2)]
    office.add("Carol <carol@example.org>")
    assert visits(office) == 1, "it is not asked for again for each new person"


@pytest.mark.usefixtures("short_stretches")
def test_new_mail_does_not_make_the_search_in_the_past_begin_anew(office: Office) -> None:
    fill(office, 100)
    office.read()
    office.add(BOB)
    poison(office, 50)
    for number in range(MOST_VISITS):
        office.server.deliver(message(MARIA, ME, f"New {number}", at=NOW), "INBOX", NOW)
        if office.scan().error is None:
            break
    assert aside(office) == [("INBOX", 50)]
    assert office.rows("folder")[0]["backfill_seq"] == 0


def test_going_back_for_a_new_person_lets_nothing_out_of_quarantine(office: Office) -> None:
    fill(office, 3)
    office.server.garbled.add(("INBOX", 2))
    office.read()
    office.server.garbled.clear()
    office.add(BOB)
    office.read()
    assert [row["uid"] for row in office.rows("quarantine")] == [2], "it was read for Bob's sake alone"
    office.read(full=True)
    assert office.rows("quarantine") == []


# -- what is no fault of a message


def cut(office: Office, *calls: str, times: int = 10**6, down: bool = False) -> Callable[[], int]:
    """The line is lost at some calls; down: and no new one can be opened after that. Gives how often that was."""
    count = 0

    def on_call(call: str) -> None:
        nonlocal count
        if count < times and (call in calls or (down and count and call == "open")):
            count += 1
            raise TryLater("personal: the line was lost")

    office.server.on_call = on_call
    return lambda: count


@pytest.mark.parametrize(
    ("calls", "down"),
    [(["headers"], True), (["headers"], False), (["structures", "parts", "raw", "headers"], False), (["uids"], False),
     (["open"], False), (["examine"], False), (["status"], False)],
)  # fmt: skip
def test_promise_2_an_outage_never_costs_a_message(office: Office, calls: list[str], down: bool) -> None:
    subjects = fill(office, 30)
    for _ in range(2 * MOST_VISITS):
        cut(office, *calls, down=down)
        office.scan()
        assert office.subjects() == []
    office.server.on_call = lambda _call: None
    assert office.rows("quarantine") == []
    office.clock.move(hours=1)
    office.read()
    assert office.subjects() == subjects
    assert office.rows("quarantine") == []


def test_promise_2_where_no_mail_can_be_fetched_though_headers_can_it_is_not_the_message(office: Office) -> None:
    """Servers have headers at hand while the disk behind them is away: then it is every message alike."""
    fill(office, 5)
    poison(office, 3)
    for uid in (1, 2, 4, 5):
        poison(office, uid, "raw")
    for _ in range(MOST_VISITS):
        assert office.scan().error is not None
    assert office.rows("quarantine") == []
    for kept in office.server.folder("INBOX").messages.values():
        kept.deadly = frozenset()
    office.read()
    assert len(office.subjects()) == 5


def test_a_message_that_broke_the_line_twice_and_comes_then_was_never_at_fault(office: Office) -> None:
    subjects = fill(office, 5)
    poison(office, 3)
    for _ in range(3):
        assert office.scan().error is not None
    assert {row["snag_strikes"] for row in office.rows("folder")} == {0, 6}
    office.server.folder("INBOX").messages[3].deadly = frozenset()
    office.read()
    assert office.subjects() == subjects
    assert {row["snag_upto"] for row in office.rows("folder")} == {0}


def test_a_database_that_is_busy_is_no_fault_of_a_message(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = fill(office, 3)

    def busy(*_arguments: object, **_more: object) -> tuple[int, int]:
        raise StoreFailed("the database refused a change (database is locked)")

    with monkeypatch.context() as patched:
        patched.setattr(visit, "keep", busy)
        for _ in range(MOST_VISITS):
            assert isinstance(office.scan().error, StoreFailed)
    assert office.rows("quarantine") == []
    assert {(row["breaks"], row["snag_upto"]) for row in office.rows("folder")} == {(0, 0)}
    office.read()
    assert office.subjects() == subjects


@pytest.mark.parametrize("mailbox", ["small", "large"])
def test_promise_3_wherever_the_search_dies_it_ends_where_it_would_have(
    tmp_path: Path, mailbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STRETCH", 3 if mailbox == "large" else 50)
    step, ends = 0, set()
    while True:
        step += 1
        with Office(tmp_path / f"{step}") as office:
            office.add(MARIA)
            fill(office, 7 if mailbox == "large" else 2)
            poison(office, 2)
            office.restart(Fate(step * 17))
            with suppress(Died):
                visits(office)
            if office.work.fate.steps < step * 17:
                return
            office.restart()
            visits(office)
            ends.add((tuple(aside(office)), tuple(office.subjects())))
            assert len(ends) == 1


def test_a_folder_that_breaks_off_for_ever_is_left_alone_for_a_while(office: Office) -> None:
    fill(office, 3)
    sent = fill(office, 3, "Sent")
    for uid in (1, 2, 3):
        poison(office, uid)
    for uid in (1, 2, 3):
        poison(office, uid, "raw", folder="Sent")
    for _ in range(visit.TIRESOME):
        assert office.scan().error is not None
    assert office.scan().error is None, "the mailbox is in order, but for this"
    assert office.subjects() == sent
    assert any("INBOX is set aside: reading it broke off 20 times" in told for told in needs(office))
    for folder in ("INBOX", "Sent"):
        for kept in office.server.folder(folder).messages.values():
            kept.deadly = frozenset()
    office.read()
    assert office.subjects() == sent, "not yet"
    office.clock.move(hours=1)
    office.read()
    assert len(office.subjects()) == 6
    assert needs(office) == []


# -- on a real server


@contextmanager
def by_proxy(office: Office, dovecot: Dovecot, timeout: float = 5) -> Iterator[tuple[str, RecordingProxy]]:
    """A mailbox on a real server, with something in between that fails on demand; gives its user."""
    user = office.use(dovecot)
    with RecordingProxy(dovecot.port) as proxy:
        account = wiring.account_of(office.work.config, office.work.config.mailbox[0])
        here: dict[str, Any] = {f.name: getattr(account, f.name) for f in fields(account)}
        here |= {"host": "127.0.0.1", "port": proxy.port, "user": user, "secret": lambda: PASSWORD}

        def open_source(_mailbox: object) -> Source:
            return connect(type(account)(**here), timeout)

        office.work = replace(office.work, open_source=open_source)
        yield user, proxy


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("items", ["HEADER.FIELDS", "BODYSTRUCTURE"])
def test_promise_8_on_a_real_server_that_fails_at_one_message_all_others_are_read(
    office: Office, dovecot: Dovecot, failure: Failure, items: str
) -> None:
    with by_proxy(office, dovecot, timeout=0.5) as (user, proxy):
        for number in range(1, 26):
            at = NOW - timedelta(days=100 - number)
            raw = invitation(MARIA, ME, event(at, uid=f"{number}@x"), at)
            dovecot.deliver(user, raw, at=at)
        deadly = fetching(17, items)
        proxy.fails_at = lambda command: failure if deadly(command) else None
        before = dovecot.snapshot(user)
        assert visits(office) <= 6
        assert aside(office) == [("INBOX", 17)]
        assert {row["uid"] for row in office.rows("message")} == set(range(1, 26)) - (
            {17} if items == "HEADER.FIELDS" else set()
        )
        assert len(office.rows("invite")) == 24
        assert dovecot.snapshot(user) == before


def test_a_server_that_only_refuses_one_message_for_now_each_time_is_got_over_as_well(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[SERVERBUG] and the like mean "later", but for a damaged message that is never."""
    subjects = fill(office, 5)

    def refused(self: fake_source.FakeSource, call: str, uids: list[int]) -> None:
        if call == "headers" and 3 in uids and self._name == "INBOX":
            raise TryLater("personal: imap.example.com is busy ([SERVERBUG] internal error)")

    monkeypatch.setattr(fake_source.FakeSource, "_survive", refused)
    visits(office)
    assert aside(office) == [("INBOX", 3)]
    assert office.subjects() == [s for s in subjects if s != "INBOX 3"]


# -- the service


def test_promise_8_the_service_gets_over_it(office: Office, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(watch, "LONGEST_PAUSE", 0.001)
    with by_proxy(office, dovecot) as (user, proxy), Service(office.work) as service:
        for number in range(1, 9):
            dovecot.deliver(user, message(MARIA, ME, f"Mail {number}", at=NOW), at=NOW)
        dovecot.deliver(user, message(ME, MARIA, "Answer", at=NOW), "Sent", at=NOW)
        deadly = fetching(5)
        proxy.fails_at = lambda command: Failure.EOF if deadly(command) and _is_open(proxy, "INBOX") else None
        for _ in range(MOST_VISITS):
            service.tick()
            time.sleep(0.005)  # its pause
        assert aside(office) == [("INBOX", 5)]
        assert sorted(office.subjects()) == ["Answer", *(f"Mail {n}" for n in range(1, 9) if n != 5)]
        assert needs(office) == []
        assert service.watches[0].is_idle
        dovecot.deliver(user, message(MARIA, ME, "News", at=NOW), at=NOW)
        time.sleep(1)  # by now the server has told of it
        service.wait()
        assert "News" in office.subjects()
        proxy.check_harmless()


def _is_open(proxy: RecordingProxy, folder: str) -> bool:
    opened = [command for command in proxy.commands if command.startswith("EXAMINE")]
    return bool(opened) and folder in opened[-1]


def test_a_snippet_that_breaks_the_line_stops_nobody_else_s(tmp_path: Path) -> None:
    with Office(tmp_path) as office:
        for who in (MARIA, BOB):
            office.add(who, every="1 week")
            at = NOW - timedelta(days=30)
            uid = office.server.deliver(message(who, ME, who.split()[0], at=at), "INBOX", at)
            if who is MARIA:
                poison(office, uid, "structures")
        assert visits(office) == 2
        assert {row["identity"] != "" and row["text"] for row in office.rows("snippet")} == {"", "Hello there."}


# -- what the database refuses


def refusing(monkeypatch: pytest.MonkeyPatch, subject: str, bad: object) -> None:
    """A value that no database takes comes into the row of one message."""
    kept = keep._message

    def spoilt(seen: Any) -> dict[str, Any]:
        row = kept(seen)
        return row | {"subject": bad} if row["subject"] == subject else row

    monkeypatch.setattr(keep, "_message", spoilt)


BAD_VALUES = {"half a surrogate pair": "\ud800", "nothing where something must be": None}


@pytest.mark.parametrize("bad", BAD_VALUES.values(), ids=BAD_VALUES)
def test_promise_8_what_the_database_refuses_goes_to_quarantine_and_all_others_are_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch, bad: object
) -> None:
    subjects = fill(office, 40)
    for number in range(5):
        office.server.deliver(message(f"Ann <ann{number}@example.net>", ME, "Hi", at=NOW), "INBOX", NOW)
    refusing(monkeypatch, "INBOX 23", bad)
    result = office.read()
    assert (result.total("read"), result.total("quarantined"), result.total("touches")) == (45, 1, 39)
    assert office.subjects() == [s for s in subjects if s != "INBOX 23"]
    [row] = office.rows("quarantine")
    assert (row["uid"], row["breaks"], "the database refuses" in row["reason"]) == (23, False, True)
    assert len(office.rows("stranger")) == 5
    assert office.rows("mailbox")[0]["read"] == 45
    monkeypatch.undo()
    office.read(full=True)
    assert office.subjects() == subjects
    assert office.rows("quarantine") == []


def test_promise_8_what_postgresql_refuses_goes_to_quarantine_too(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Office(tmp_path, url=postgres.new_database()) as office:
        office.add(MARIA)
        fill(office, 20)
        refusing(monkeypatch, "INBOX 7", "a NUL: \0")
        office.read()
        assert [row["uid"] for row in office.rows("quarantine")] == [7]
        assert len(office.subjects()) == 19
        assert "\0" not in office.rows("quarantine")[0]["reason"]


def test_a_stranger_whom_the_database_refuses_costs_no_message(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = fill(office, 10)
    for number in range(6):
        office.server.deliver(message(f"Ann <ann{number}@example.net>", ME, "Hi", at=NOW), "INBOX", NOW)
    count = strangers.count

    def spoilt(session: Any, owner_id: int, counts: Any) -> None:
        count(session, owner_id, {k: ("\ud800" if k.startswith("ann3") else v[0], *v[1:]) for k, v in counts.items()})

    monkeypatch.setattr(strangers, "count", spoilt)
    assert office.read().total("quarantined") == 0
    assert office.subjects() == subjects
    assert {row["key"] for row in office.rows("stranger")} == {f"ann{n}@example.net" for n in (0, 1, 2, 4, 5)}


def test_somebody_removed_just_then_costs_no_message(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row may name somebody who is gone a moment later; the same again finds them gone."""
    fill(office, 1)
    real, tried = visit.keep, 0

    def once(session: Any, *arguments: Any, **more: Any) -> tuple[int, int]:
        nonlocal tried
        tried += 1
        if tried == 1:
            session.connection().exec_driver_sql("INSERT INTO tag (owner_id, person_id, name) VALUES (1, 999, 'x')")
        return real(session, *arguments, **more)

    monkeypatch.setattr(visit, "keep", once)
    office.read()
    assert (tried, office.subjects(), office.rows("quarantine")) == (2, ["INBOX 1"], [])


# -- a round


def test_replies_are_answered_although_the_scan_breaks_off(tmp_path: Path) -> None:
    with Office(tmp_path) as office:
        owner = with_a_past(office)
        go_round_once(office.work, office.work.config.mailbox[0])
        owner.answer(owner.digest(), "Maria: lunch today")
        uid = office.server.deliver(message(BOB, ME, "Poison", at=NOW), "Work", NOW)
        poison(office, uid, folder="Work")
        assert all(go_round_once(office.work, office.work.config.mailbox[0]).error for _ in range(2))
        assert owner.said("Maria") == [("in-person", "2026-05-13")]
