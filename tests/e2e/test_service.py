"""The service as a process of its own, against a real IMAP server: noticing, stopping, dying, starting again."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.dovecot import Dovecot
from support.kith import Kith
from support.mail import answer, message, read
from support.recording_proxy import RecordingProxy
from support.smtp import SmtpServer

ME, MARIA = "Alex Moreau <alex@example.com>", "Maria Silva <maria@example.org>"
NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = "secret"

CONFIG = """
[owner]
name = "Alex Moreau"
addresses = ["alex@example.com"]
timezone = "Europe/Paris"

{mailboxes}

[store]
url = "sqlite:///kith.db"
{more}
"""

MAILBOX = """
[[mailbox]]
name = "{name}"
url = "{url}"
password = "env:{secret}"
insecure = true
"""


@pytest.fixture
def kith(tmp_path: Path) -> Kith:
    return Kith(tmp_path, {"IMAP_PASSWORD": SECRET, "WRONG_PASSWORD": "wrong-" + SECRET})


@pytest.fixture
def user() -> str:
    return f"alex-{uuid.uuid4().hex[:8]}"


def configure(kith: Kith, *mailboxes: tuple[str, str, str], more: str = "") -> None:
    """kith.toml with mailboxes (name, url, the variable of the password)."""
    written = "".join(MAILBOX.format(name=name, url=url, secret=secret) for name, url, secret in mailboxes)
    kith.write(CONFIG.format(mailboxes=written, more=more))


def by(dovecot: Dovecot, user: str) -> tuple[str, str, str]:
    """The one mailbox most tests have."""
    return ("personal", dovecot.url(user), "IMAP_PASSWORD")


def until(true: Callable[[], object], seconds: float = 15.0) -> float:
    """Waits until something is true; gives how long that took."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, "it did not come true in time"
        time.sleep(0.05)
    return time.monotonic() - started


@contextmanager
def running(kith: Kith, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The service, until the block ends."""
    process = kith.start("run", *words)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told(kith: Kith, query: str) -> list[tuple[object, ...]]:
    """What the database says, asked beside the service."""
    with closing(sqlite3.connect(f"file:{kith.folder / 'kith.db'}?mode=ro", uri=True)) as database:
        return list(database.execute(query))


def touches(kith: Kith) -> list[str]:
    """Subjects of touches."""
    return [str(row[0]) for row in told(kith, "SELECT subject FROM touch ORDER BY at")]


def is_watching(kith: Kith) -> bool:
    """Whether the first look is over."""
    there = (kith.folder / "kith.db").exists()
    return there and bool(told(kith, "SELECT 1 FROM mailbox WHERE scanned_at IS NOT NULL"))


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has had (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_service_lives_notices_and_ends(kith: Kith, dovecot: Dovecot, user: str) -> None:
    configure(kith, by(dovecot, user))
    kith("people", "add", "Maria Silva", "maria@example.org", "--every", "1w")
    dovecot.deliver(user, message(MARIA, ME, "Before", at=NOW - timedelta(days=30)), at=NOW - timedelta(days=30))
    assert kith("status", "--live", code=1).out.strip() == "no sign of life"
    kith("scan")
    kith("digest", "--send")
    with dovecot.client(user) as client:
        client.select_folder("INBOX", readonly=True)
        [uid] = client.search(["HEADER", "Message-ID", "<kith."])
        letter = read(client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"])
    reply = answer(letter, ME, "1 called, she paints\nMaria: forget", at=NOW)
    dovecot.deliver(user, reply, "Sent", at=NOW)

    with running(kith, "--debug") as service:
        until(lambda: len(touches(kith)) == 2)  # the answer, at the first look
        assert kith.json("status", "--live")["alive"] is True
        started = time.monotonic()
        assert kith.json("scan")["mailboxes"][0]["error"] is None, "a command beside it has its turn"
        assert time.monotonic() - started < 20
        time.sleep(0.5)

        before = cpu(service.pid)
        time.sleep(3)
        assert cpu(service.pid) - before < 0.2, "waiting costs nothing"

        dovecot.deliver(user, message(MARIA, ME, "News", at=NOW))
        assert until(lambda: "News" in touches(kith)) < 5

        service.send_signal(signal.SIGTERM)
        out, err = service.communicate(timeout=5)
        assert (service.returncode, out) == (0, "")
        assert "kith has stopped" in err
        assert SECRET not in err
        assert "Traceback" not in err
    assert kith("status", "--live", code=1).out.strip() == "no sign of life"
    assert kith("status").code == 0
    assert kith.json("people", "show", "Maria")["notes"][0]["text"] == "she paints"


FOLDERS = ("INBOX", "Archive", "Sent", "Travel", "Work", "Year")


def put(place: Path, raw: bytes, at: datetime) -> None:
    """A message behind the server's back, come in at that time; nothing is too late for a file."""
    owner = place.stat()
    path = place / f"{int(at.timestamp())}.M{uuid.uuid4().hex}.here:2,S"
    path.write_bytes(raw)
    os.utime(path, (at.timestamp(), at.timestamp()))
    os.chown(path, owner.st_uid, owner.st_gid)


def fill(dovecot: Dovecot, user: str, each: int) -> None:
    """Some thousands of messages, a tenth of them Maria's, written where the server keeps them."""
    for number, folder in enumerate(FOLDERS):
        dovecot.deliver(user, message(MARIA, ME, f"First in {folder}", at=NOW - timedelta(days=400)), folder)
        place = dovecot.home / "mail" / user / ("" if folder == "INBOX" else f".{folder}") / "cur"
        for n in range(number * each, (number + 1) * each):
            at = NOW - timedelta(hours=n + 1)
            who = MARIA if n % 10 == 0 else f"Somebody <s{n}@example.net>"
            sender, to = (ME, who) if folder == "Sent" else (who, ME)
            put(place, message(sender, to, f"Number {n}", at=at, message_id=f"<n{n}@example.org>"), at)


def outcome(kith: Kith) -> dict[str, list[tuple[object, ...]]]:
    """What a scan leaves, whatever the way it took."""
    return {
        "touches": told(kith, "SELECT identity, at, direction, subject FROM touch ORDER BY identity"),
        "messages": told(kith, "SELECT identity, reason FROM message ORDER BY identity"),
        "cursors": told(kith, "SELECT name, last_uid, gaps FROM folder ORDER BY name"),
        "read": told(kith, "SELECT read, gaps, error FROM mailbox"),
        "people": told(kith, "SELECT name, touches, last_touched FROM person"),
        "strangers": told(kith, "SELECT key, inbound, outbound FROM stranger ORDER BY key"),
    }


def a_life(kith: Kith, direct: str, slow: str, way: str) -> dict[str, list[tuple[object, ...]]]:
    """What comes of a mailbox that is read straight through, or is interrupted in the middle, twice."""
    configure(kith, ("personal", slow, "IMAP_PASSWORD"))
    kith("people", "add", "Maria Silva", "maria@example.org")
    for _ in range(0 if way == "straight" else 2):
        before = len(touches(kith))
        with running(kith) as service:
            until(lambda before=before: len(touches(kith)) > before)
            assert not is_watching(kith), "it was to be interrupted, and is done"
            service.send_signal(signal.SIGKILL if way == "killed" else signal.SIGINT)
            assert service.wait(5) == (0 if way == "stopped" else -signal.SIGKILL)
    configure(kith, ("personal", direct, "IMAP_PASSWORD"))
    kith("scan")
    return outcome(kith)


def test_promise_2_killed_or_stopped_in_the_middle_of_a_scan_it_ends_where_it_would_have(
    tmp_path: Path, kith: Kith, dovecot: Dovecot, user: str
) -> None:
    fill(dovecot, user, 500)
    lives = {}
    with RecordingProxy(dovecot.port, delay=0.02) as proxy:  # so that there is a middle to be caught in
        slow = f"imap://{user}@127.0.0.1:{proxy.port}"
        for way in ("straight", "killed", "stopped"):
            (tmp_path / way).mkdir()
            lives[way] = a_life(Kith(tmp_path / way, kith.environment), dovecot.url(user), slow, way)
    assert len(lives["straight"]["touches"]) == 306
    assert lives["killed"] == lives["straight"]
    assert lives["stopped"] == lives["straight"]


def test_where_the_server_goes_and_comes_back_the_service_goes_on(kith: Kith, user: str, tmp_path: Path) -> None:
    server = Dovecot()
    try:
        configure(kith, by(server, user))
        kith("people", "add", "Maria Silva", "maria@example.org")
        with running(kith) as service:
            until(lambda: is_watching(kith))
            time.sleep(0.5)
            server.restart()
            server.deliver(user, message(MARIA, ME, "After", at=NOW))
            until(lambda: touches(kith) == ["After"], 30)
            assert service.poll() is None
        assert kith("status").code == 0
    finally:
        server.stop()


def test_a_refused_login_is_told_and_ends_once_with_77(kith: Kith, dovecot: Dovecot, user: str) -> None:
    configure(kith, ("personal", dovecot.url(user), "WRONG_PASSWORD"))
    kith("status")
    with running(kith, "--debug") as service:
        until(lambda: told(kith, "SELECT 1 FROM mailbox WHERE error != ''"))
        assert service.poll() is None
        service.send_signal(signal.SIGTERM)
        _, err = service.communicate(timeout=5)
    assert service.returncode == 0
    assert "refused the login" in err
    status = kith.json("status", code=1)
    assert "personal could not be read" in status["needs_you"][0]
    once = kith("run", "--once", "--json", "--debug", code=77)
    assert "refused the login" in once.json["mailboxes"][0]["error"]["error"]
    assert "wrong-" + SECRET not in err + once.err + once.out + json.dumps(status)


def test_promise_8_of_two_mailboxes_the_one_that_works_is_read(kith: Kith, dovecot: Dovecot, user: str) -> None:
    configure(
        kith,
        ("broken", "imap://alex@127.0.0.1:1", "IMAP_PASSWORD"),
        ("locked", dovecot.url(user), "WRONG_PASSWORD"),
        by(dovecot, user),
    )
    kith("people", "add", "Maria Silva", "maria@example.org")
    dovecot.deliver(user, message(MARIA, ME, "News", at=NOW))
    for words in (["run", "--once"], ["scan"]):
        ran = kith.json(*words, code=77)
        errors = {m["name"]: m["error"] and m["error"]["exit_code"] for m in ran["mailboxes"]}
        assert errors == {"broken": 75, "locked": 77, "personal": None}
        ran = kith(*words, code=77)
        assert re.findall("^error: ([a-z]+): ", ran.err, re.MULTILINE) == ["broken", "locked"]
        assert "error: " not in ran.out
    assert touches(kith) == ["News"]
    needs = " | ".join(kith.json("status", code=1)["needs_you"])
    assert "broken could not be read" in needs
    assert "locked could not be read" in needs
    assert "personal" not in needs


def test_once_ends_with_77_while_a_letter_waits_for_a_login_and_with_75_while_its_server_is_away(
    kith: Kith, dovecot: Dovecot, user: str, smtp: SmtpServer
) -> None:
    more = f'[smtp]\nurl = "smtp://alex@127.0.0.1:{smtp.port}"\npassword = "env:IMAP_PASSWORD"\ninsecure = true\n'
    configure(kith, by(dovecot, user), more=more)
    kith("people", "add", "Maria Silva", "maria@example.org", "--every", "1w")
    smtp.login = ("alex", "another password")
    assert "refused the login" in kith("digest", "--send", code=77).out
    once = kith("run", "--once", code=77)
    assert once.err.startswith("error: “")
    assert "refused the login" in once.err
    assert "refused the login" in kith.json("status", code=1)["needs_you"][0]
    smtp.stop()
    kith("digest", "--send", code=75)
    assert "could not be reached" in kith("run", "--once", code=75).err


# -- doctor


def check(kith: Kith, code: int) -> dict[str, tuple[str, str, str]]:
    """What the doctor found, by what was looked at."""
    found = kith.json("doctor", code=code)
    return {c["check"]: (c["result"], c["said"], c["cure"] or "") for c in found}


def test_the_doctor_finds_nothing_where_all_is_well(kith: Kith, dovecot: Dovecot, user: str, smtp: SmtpServer) -> None:
    more = f'[smtp]\nurl = "smtp://alex@127.0.0.1:{smtp.port}"\npassword = "env:IMAP_PASSWORD"\ninsecure = true\n'
    configure(kith, by(dovecot, user), more=more)
    dovecot.deliver(user, message(MARIA, ME, at=NOW))
    put(dovecot.home / "mail" / user / "cur", message(MARIA, ME, at=NOW), NOW + timedelta(days=20_000))
    before = dovecot.snapshot(user)
    found = check(kith, 0)
    assert {result for result, _, _ in found.values()} == {"ok"}
    assert set(found) == {
        "config", "database", "templates", "personal DNS", "personal TLS", "personal", "personal folders",
        "personal sent", "personal drafts", "letters DNS", "letters TLS", "letters", "clock", "schedule",
    }  # fmt: skip
    assert "shows when the first is placed" in found["personal drafts"][1], "what was not tried is not promised"
    assert dovecot.snapshot(user) == before


def test_the_doctor_tells_each_thing_that_fails_with_its_cure(kith: Kith, dovecot: Dovecot, user: str) -> None:
    (kith.folder / "templates").mkdir()
    (kith.folder / "templates" / "receipt.txt.j2").write_text("{{ nothing_there }}")
    dovecot.deliver(user, message(MARIA, ME, at=NOW))
    for days in (2, 3):  # one message alone may have any date
        put(dovecot.home / "mail" / user / "cur", message(MARIA, ME, at=NOW), NOW + timedelta(days=days))
    configure(
        kith,
        ("nowhere", "imaps://alex@host.invalid", "IMAP_PASSWORD"),
        ("plain", f"imaps://alex@127.0.0.1:{dovecot.port}", "IMAP_PASSWORD"),
        ("locked", dovecot.url(user), "WRONG_PASSWORD"),
        ("unset", dovecot.url(user), "NO_SUCH_VARIABLE"),
        by(dovecot, user),
        more='[smtp]\nurl = "smtps://alex@127.0.0.1:1"\npassword = "env:IMAP_PASSWORD"\n',
    )
    text = (kith.folder / "kith.toml").read_text()
    insecure = re.sub(r'(url = "imaps://.*\n.*\n)insecure = true\n', r"\1", text)
    (kith.folder / "kith.toml").write_text(insecure)
    found = check(kith, 1)
    for what, words in {
        "templates": "receipt.txt.j2",
        "nowhere DNS": "no address for host.invalid",
        "nowhere": "no address for host.invalid",
        "plain TLS": "TLS",
        "plain": "TLS",
        "locked": "refused the login",
        "unset": "NO_SUCH_VARIABLE",
        "clock": "has mail of",
        "letters": "could not be reached",
    }.items():
        result, said, cure = found[what]
        assert (what, result) == (what, "fail")
        assert words in said
        assert cure
    assert found["personal"][0] == "ok"
    assert "nowhere TLS" not in found
    assert found["locked TLS"][0] == "ok"
    told = kith("doctor", code=1).out
    assert told.count("check the host in `url`, and whether this machine is online") == 1


def test_the_doctor_warns_where_the_last_draft_was_refused(kith: Kith, dovecot: Dovecot, user: str) -> None:
    configure(kith, by(dovecot, user))
    kith("people", "add", "Maria Silva", "maria@example.org")
    columns = "owner_id, person_id, key, kind, message_id, subject, raw, state, error, created_at"
    values = "1, 1, 'k', 'thanks', '<d@x>', 'Thanks', x'', 'placing', 'personal: no room', '2026-11-01 00:00:00'"
    with closing(sqlite3.connect(kith.folder / "kith.db")) as database:
        database.execute(f"INSERT INTO draft ({columns}) VALUES ({values})")  # noqa: S608 -- the test's own words
        database.commit()
    result, said, cure = check(kith, 0)["personal drafts"]
    assert (result, said, "kith drafts place" in cure) == ("warn", "Drafts: no room", True)


def test_of_two_services_the_second_gives_up_and_the_first_lives_on(kith: Kith, dovecot: Dovecot, user: str) -> None:
    configure(kith, by(dovecot, user))
    kith("status")
    with running(kith) as service:
        until(lambda: is_watching(kith))
        second = kith("run", code=75)
        assert second.err.startswith("error: another `kith run` is at work here already")
        assert kith.json("status", "--live")["alive"] is True
        service.send_signal(signal.SIGHUP)
        assert service.wait(5) == 0
    assert kith("status", "--live", code=1).out.strip() == "no sign of life"


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("[owner]\nname = 3\n", "config"),
        (
            CONFIG.format(mailboxes=MAILBOX.format(name="a", url="imap://a@127.0.0.1", secret="X"), more="").replace(
                "sqlite:///kith.db", "sqlite:////proc/none/kith.db"
            ),
            "database",
        ),
    ],
)
def test_the_doctor_tells_what_keeps_everything_from_working(kith: Kith, written: str, what: str) -> None:
    kith.write(written)
    result, _, cure = check(kith, 78 if what == "config" else 1)[what]
    assert (result, bool(cure)) == ("fail", True)


def test_the_doctor_warns_where_a_folder_that_is_named_is_not_there(kith: Kith, dovecot: Dovecot, user: str) -> None:
    name, url, secret = by(dovecot, user)
    configure(kith, (name, url, f'{secret}"\ndrafts = "Nowhere'))
    result, said, cure = check(kith, 0)["personal drafts"]
    assert (result, "Nowhere" in said, "drafts =" in cure) == ("warn", True, True)
