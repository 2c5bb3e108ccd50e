"""A whole life of the service, every command recorded: it never changes mail, and never shows a secret."""

import base64
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support import dovecot as dovecot_support
from support.dovecot import Dovecot
from support.kith import Kith
from support.mail import answer, message, read
from support.need import need
from support.recording_proxy import RecordingProxy

ME, MARIA, BOB = "Alex Moreau <alex@example.com>", "Maria Silva <maria@example.org>", "Bob Stone <bob@example.org>"
STRANGER = "Sam Far <sam@example.net>"
NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = "Zq7-hunter+4711"  # password and token; nothing else has it in it
WORDS = "the-private-words-of-a-mail"
USER = "alex"

CONFIG = """
[owner]
name = "Alex Moreau"
addresses = ["alex@example.com"]
timezone = "Europe/Paris"

[[mailbox]]
name = "personal"
url = "imap://alex@127.0.0.1:{port}"
password = "env:IMAP_PASSWORD"
insecure = true

[[mailbox]]
name = "work"
url = "imap://work@127.0.0.1:{port}"
password = "file:token"
auth = "xoauth2"
insecure = true
poll = "1 minute"

[store]
url = "sqlite:///kith.db"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """A server whose password can be looked for."""
    need(dovecot_support.missing())
    made = Dovecot(SECRET)
    yield made
    made.stop()


class Life:
    """The command and its mailbox, with a recorder between them, and all that was ever printed."""

    def __init__(self, folder: Path, server: Dovecot, proxy: RecordingProxy) -> None:
        self.server, self.proxy = server, proxy
        self.kith = Kith(folder, {"IMAP_PASSWORD": SECRET})
        self.kith.write(CONFIG.format(port=proxy.port))
        (folder / "token").write_text(SECRET)
        (folder / "token").chmod(0o600)
        self.printed = ""

    def __call__(self, *words: str, code: int | None = 0) -> str:
        """Runs a command to its end, as talkative as it can be."""
        ran = self.kith("--debug", *words, code=code)
        self.printed += ran.out + ran.err
        return ran.out

    @contextmanager
    def service(self) -> Iterator[subprocess.Popen[str]]:
        """`kith run`, until the block ends."""
        process = self.kith.start("run", "--debug")
        try:
            yield process
        finally:
            process.terminate()
            out, err = process.communicate(timeout=30)
            self.printed += out + err
        assert process.returncode == 0, err

    def put(self, sender: str, to: str, subject: str, days_ago: float, folder: str = "INBOX") -> None:
        """A mail from somebody to somebody, with private words."""
        at = NOW - timedelta(days=days_ago)
        raw = message(sender, to, subject, f"Hello, {WORDS}.\n", at=at, message_id=f"<{subject}@example.org>")
        self.server.deliver(USER, raw, folder, at)

    def subjects(self) -> list[str]:
        """Subjects of touches."""
        with closing(sqlite3.connect(f"file:{self.kith.folder / 'kith.db'}?mode=ro", uri=True)) as database:
            return [row[0] for row in database.execute("SELECT subject FROM touch ORDER BY at")]

    def letters(self) -> list[bytes]:
        """Kith's letters in INBOX, oldest first."""
        with self.server.client(USER) as client:
            client.select_folder("INBOX", readonly=True)
            uids = client.search(["HEADER", "Message-ID", "<kith."])
            return [client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"] for uid in uids]


@pytest.fixture
def life(server: Dovecot, tmp_path: Path) -> Iterator[Life]:
    with RecordingProxy(server.port) as proxy:
        yield Life(tmp_path, server, proxy)


def until(true: Callable[[], object], seconds: float = 20) -> None:
    """Waits until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Command lines of all processes that show the secret meanwhile."""
    seen: list[str] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            for line in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    text = line.read_bytes()
                except OSError:  # it has ended
                    continue
                seen.extend([text.decode(errors="replace")] if SECRET.encode() in text else [])

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def lived(life: Life) -> None:
    """Everything that Kith ever does with a mailbox, on the command line and as a service."""
    life("doctor", code=None)
    life("people", "add", "Maria Silva", "maria@example.org", "--every", "1w")
    life("scan")
    life("scan", "--full")
    life("explain", "<Stranger@example.org>")
    life("people", "add", "Bob Stone", "bob@example.org", "--every", "1w")
    life("scan")  # Bob's past
    assert life.subjects() == ["Bob.before", "Maria.before", "Maria.answered"]
    life("digest", "--send")
    [digest] = life.letters()
    reply = answer(read(digest), ME, "1 called, all is well\nthank Maria for the intro to Bob", at=NOW)
    with life.service():
        until(lambda: "IDLE" in life.proxy.verbs)
        life.server.deliver(USER, reply, "Sent", NOW)
        life.put(MARIA, ME, "While.it.waited", 0.01)
        until(lambda: "While.it.waited" in life.subjects())
        life.proxy.cut()
        life.put(BOB, ME, "After.the.cut", 0.005)
        until(lambda: "After.the.cut" in life.subjects(), 40)
    life("run", "--once")
    life.server.renumber(USER, "Archive")
    life("scan")
    life("drafts")


def test_promise_1_and_9_a_whole_life_changes_no_mail_and_shows_no_secret(life: Life) -> None:
    life.put(MARIA, ME, "Maria.before", 40, "Archive")
    life.put(ME, MARIA, "Maria.answered", 39, "Sent")
    life.put(BOB, ME, "Bob.before", 50)
    life.put(STRANGER, ME, "Stranger", 30)
    before = life.server.contents(USER)
    with watched() as command_lines:
        lived(life)
    after = life.server.contents(USER)

    placed = [command.split('"')[1] for command in life.proxy.commands if command.startswith("APPEND")]
    assert {*placed} == {"INBOX", "Drafts"}, "letters and a draft"
    life.proxy.check_harmless(*placed)
    assert {"EXAMINE", "UID FETCH", "UID SEARCH", "IDLE", "DONE", "LOGOUT", "LOGIN", "AUTHENTICATE"} <= {
        *life.proxy.verbs
    }
    for folder, messages in before.items():
        if folder != "Archive":  # whose numbers the server itself has changed
            assert messages.items() <= after[folder].items(), folder
    assert sorted(before["Archive"].values()) == sorted(after["Archive"].values())
    more = {folder: len(messages) - len(before[folder]) for folder, messages in after.items()}
    assert more == dict.fromkeys(more, 0) | {
        "INBOX": placed.count("INBOX") + 2,  # and the two that came in
        "Drafts": 1,  # though the line may have been cut while it was placed
        "Sent": 1,  # the owner's own answer
    }

    assert command_lines == []
    sasl = base64.b64encode(f"user=work\x01auth=Bearer {SECRET}\x01\x01".encode()).decode()
    for needle in (SECRET, base64.b64encode(SECRET.encode()).decode(), sasl, WORDS):
        assert needle not in life.printed, needle
    for path in life.kith.folder.rglob("*"):
        if path.is_file() and path.name != "token":
            assert SECRET.encode() not in path.read_bytes(), path
            assert path.name == "kith.toml" or not path.stat().st_mode & 0o077, path


@pytest.mark.parametrize("wrong", ["IMAP_PASSWORD", "token"])
def test_promise_9_a_refused_secret_is_shown_to_nobody(life: Life, wrong: str) -> None:
    refused = "Wrong-" + SECRET
    if wrong == "token":
        (life.kith.folder / "token").write_text(refused)
    else:
        life.kith.environment[wrong] = refused
    for words in (["scan"], ["doctor"], ["run", "--once"], ["status"]):
        life(*words, code=None)
    assert "refused the login" in life.printed
    assert SECRET not in life.printed
    with closing(sqlite3.connect(life.kith.folder / "kith.db")) as database:
        assert SECRET not in "\n".join(database.iterdump())
