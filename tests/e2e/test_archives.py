"""Mail that lies on this machine: the installed command on a Maildir, and on mbox files beside it."""

import gzip
import json
import signal
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.kith import Kith
from support.mail import answer, message, plain, read
from support.maildir import PLAIN, PLUS_PLUS, Maildir
from support.postgres import Postgres

ME, MARIA, BOB = "Alex Moreau <alex@example.com>", "Maria Silva <maria@example.org>", "Bob Stone <bob@example.org>"
NOW = datetime.now(UTC).replace(microsecond=0)

CONFIG = """
[owner]
name = "Alex Moreau"
addresses = ["alex@example.com"]
timezone = "Europe/Paris"

[[mailbox]]
name = "local"
url = "{url}"

[circle.friends]
every = "2 months"

[store]
url = "{store}"
"""


def ago(days: float) -> datetime:
    """An instant so many days back."""
    return NOW - timedelta(days=days)


class Life:
    """An owner whose mail lies in a Maildir."""

    def __init__(self, folder: Path, layout: str = PLUS_PLUS, store: str = "sqlite:///kith.db") -> None:
        self.box = Maildir(folder / "Mail", layout)
        self.kith = Kith(folder)
        self.kith.write(CONFIG.format(url=self.box.url, store=store))
        self.kith("people", "add", "Maria Silva", "maria@example.org", "--circle", "friends")

    def put(self, sender: str, to: str, subject: str, days: float, folder: str = "INBOX", **more: str) -> Path:
        """A mail of so many days ago."""
        raw = message(sender, to, subject, f"About {subject}.\n", at=ago(days))
        return self.box.deliver(raw.replace(b"\r\n", b"\n"), folder, ago(days), **more)

    def scan(self) -> tuple[int, int]:
        """Messages read and touches of one scan, all well."""
        scanned = self.kith.json("scan")
        assert scanned["mailboxes"][0]["error"] is None
        assert scanned["quarantined"] == sum(f["gaps"] for f in scanned["mailboxes"][0]["folders"]) == 0
        return scanned["read"], scanned["touches"]

    def letters(self) -> list[bytes]:
        """Kith's letters in INBOX, oldest first."""
        return [raw for raw in self.box.messages() if b"Message-ID: <kith." in raw]

    def person(self, name: str) -> dict[str, object]:
        """A person as the list has them."""
        return next(p for p in self.kith.json("people", "list") if p["name"] == name)


@pytest.fixture(params=[PLUS_PLUS, PLAIN])
def life(request: pytest.FixtureRequest, tmp_path: Path) -> Life:
    """The same life in both layouts."""
    return Life(tmp_path, request.param)


def test_a_maildir_is_read_completely_whatever_happens_to_its_files(life: Life) -> None:
    first = life.put(MARIA, ME, "The flat", 200)
    life.put(ME, MARIA, "Take it", 190, "Sent", flags="S")
    life.put(MARIA, ME, "Buy", 5, "Junk", flags="")
    life.put(ME, MARIA, "Unfinished", 4, "Drafts", flags="D")
    before = life.box.tree()
    assert life.scan() == (2, 2)
    assert life.scan() == (0, 0)
    assert life.box.tree() == before

    first.rename(life.box.directory("INBOX") / "cur" / f"{first.name}:2,RS")
    assert life.scan() == (0, 0)
    life.put(MARIA, ME, "New", 1)
    assert life.scan() == (1, 1)
    life.put(MARIA, ME, "Came late", 300, name="1000000000.M1P1.elsewhere", flags="S")
    life.put(MARIA, ME, "In another folder", 150, "Archive/2020", flags="S")
    assert life.scan() == (2, 2)

    moved = life.box.files("Archive/2020")[0]
    moved.rename(life.box.directory("Archive") / "cur" / f"9.moved.here,U=3{moved.name[-4:]}")
    assert life.scan() == (1, 0)  # seen once more in its new place, and known
    life.box.files()[0].unlink()
    assert life.scan() == (0, 0)
    assert life.person("Maria Silva")["touches"] == 5


def test_somebody_added_later_gets_their_past(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.put(BOB, ME, "Marathon", 100)
    assert life.scan() == (1, 0)
    life.kith("people", "add", "Bob Stone", "bob@example.org")
    assert life.scan() == (0, 1)


def test_what_is_renamed_while_it_is_read_is_not_missed(tmp_path: Path) -> None:
    """A mail program sets flags on everything while the scan is at it."""
    life, count = Life(tmp_path), 2000
    for n in range(count):
        life.put(MARIA, ME, f"m{n}", n / 10)
    over = threading.Event()

    def flag() -> None:
        flags = 0
        while not over.is_set():
            flags += 1
            for path in life.box.files():
                path.rename(life.box.root / "cur" / f"{path.name.partition(':')[0]}:2,{'FRS'[: flags % 4]}")

    program = threading.Thread(target=flag)
    program.start()
    try:
        read_, touches = life.scan()
        again, more = life.scan()
    finally:
        over.set()
        program.join()
    assert (touches + more, read_ + again) == (count, count)


def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path) -> None:
    life, count = Life(tmp_path), 20_000
    text = message(MARIA, ME, "m0", at=ago(1), message_id="<0@x>").replace(b"\r\n", b"\n")
    for n in range(count):  # one in four is Maria's
        raw = text.replace(b"m0", b"m%d" % n).replace(b"<0@x>", b"<%d@x>" % n)
        path = life.box.root / "cur" / f"{n}.here:2,S"
        path.write_bytes(raw if n % 4 == 0 else raw.replace(b"maria@", b"somebody%d@" % n))
    killed_at = killed(life, "scan")
    assert 0 < killed_at < count // 4
    read_, rest = life.scan()
    assert (killed_at + rest, touches(life)) == (count // 4, count // 4)
    assert read_ < count


def touches(life: Life) -> int:
    """How many touches are kept; asked of the database, because a command takes longer than a stretch."""
    with closing(sqlite3.connect(f"file:{life.kith.folder / 'kith.db'}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT count(*) FROM touch").fetchone()[0])


def killed(life: Life, *words: str) -> int:
    """Starts a command and kills it when it has kept something; gives how many touches that were."""
    process = life.kith.start(*words)
    while process.poll() is None and not touches(life):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return touches(life)


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_a_whole_life_in_a_maildir(tmp_path: Path, request: pytest.FixtureRequest, store: str) -> None:
    """Digest, answer, receipt and draft, all through files."""
    url = "sqlite:///kith.db"
    if store == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database()
    life = Life(tmp_path, store=url)
    kith = life.kith
    kith("people", "add", "Bob Stone", "bob@example.org", "--every", "6w")
    life.put(MARIA, ME, "The flat", 200, flags="S")
    life.put(BOB, ME, "Marathon", 100, flags="S")
    assert life.scan() == (2, 2)
    shown = kith.json("digest")
    assert "About The flat." in shown["letter"]["text"]

    before = life.box.tree()
    assert kith.json("digest", "--send")["period"] == shown["period"]
    [raw] = life.letters()
    assert not set(before) - set(life.box.tree())
    letter = read(raw)
    numbers = {p["name"]: p["number"] for p in shown["people"]}
    assert b"\r\n" not in raw
    assert all(f"{number}   {name}" in plain(letter) for name, number in numbers.items())

    words = f"xyzzy Lisbon\n{numbers['Bob Stone']} lunch today\nMaria: she moves to Lisbon\nthank Maria for the flat\n"
    life.box.deliver(answer(letter, ME, words, at=NOW), "Sent", NOW, flags="S")
    kith("run", "--once")
    assert life.person("Bob Stone")["days_overdue"] == 0
    assert kith.json("people", "show", "Maria")["notes"][0]["text"] == "she moves to Lisbon"
    [_, receipt] = sorted(life.letters(), key=lambda raw: b"In-Reply-To" in raw)
    assert "xyzzy Lisbon" in plain(read(receipt))
    [draft] = life.box.files("Drafts")
    assert draft.name.endswith(":2,D")
    assert read(draft.read_bytes())["To"] == MARIA

    kith("run", "--once")  # everything once more: nothing comes twice
    assert len(life.letters()) == 2
    assert life.box.files("Drafts") == [draft]
    after = life.box.tree()
    assert {name: after[name] for name in before} == before
    doctor = kith("doctor").out
    assert f"reads the Maildir in {life.box.root}" in doctor
    assert "fail" not in doctor


def test_a_maildir_that_is_not_there_is_told_and_costs_nothing(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.put(MARIA, ME, "The flat", 200)
    life.scan()
    life.box.root.rename(tmp_path / "unplugged")
    ran = life.kith("scan", code=78)
    assert "there" in ran.out + ran.err
    assert "fail" in life.kith("doctor", code=1).out
    (tmp_path / "unplugged").rename(life.box.root)
    assert life.scan() == (0, 0)


# -- archives


def mbox(path: Path, *raws: bytes) -> str:
    """A file with these messages; its name."""
    text = b"".join(b"From - Sun May 10 10:00:00 2020\n" + raw.replace(b"\r\n", b"\n") + b"\n" for raw in raws)
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return str(path)


def test_archives_are_imported_and_told_as_a_scan_is(tmp_path: Path) -> None:
    life = Life(tmp_path)
    labels = {"X-GM-THRID": "1", "X-Gmail-Labels": "=?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception?="}
    spam = {"X-Gmail-Labels": "Spam"}
    takeout = mbox(
        tmp_path / "All mail Including Spam and Trash.mbox",
        message(MARIA, ME, "The flat", at=ago(900), headers=labels),
        message(ME, MARIA, "Take it", at=ago(890), headers={"X-Gmail-Labels": "Sent"}),
        message(MARIA, ME, "Buy", at=ago(880), headers=spam),
    )
    inbox = mbox(
        tmp_path / "Inbox.gz",
        message(MARIA, ME, "Old", at=ago(2000), headers={"X-Mozilla-Status": "0001", "Received": "by mx; broken"}),
        message(BOB, ME, "Stranger", at=ago(1000)),
    )
    done = life.kith.json("import", "mbox", takeout, inbox)
    assert (done["read"], done["touches"], done["quarantined"]) == (5, 3, 0)
    names = [box["name"] for box in done["mailboxes"]]
    assert names == ["mbox:All mail Including Spam and Trash.mbox", "mbox:Inbox.gz"]
    assert [box["error"] for box in done["mailboxes"]] == [None, None]
    shown = life.kith.json("people", "show", "Maria")
    assert sorted({t["source"] for t in shown["recent_touches"]}) == names
    assert life.person("Maria Silva")["last_touched"] == life.person("Maria Silva")["last_outbound"]

    again = life.kith("import", "mbox", inbox, takeout)
    assert "read 0 messages, 0 touches" in again.out
    assert life.kith.json("status")["mailboxes"][0]["name"] == "local"


def test_the_same_mail_in_a_mailbox_and_an_archive_counts_once(tmp_path: Path) -> None:
    life = Life(tmp_path)
    path = life.put(MARIA, ME, "The flat", 200)
    archive = mbox(tmp_path / "old.mbox", path.read_bytes(), message(MARIA, ME, "Only here", at=ago(300)))
    assert life.scan() == (1, 1)
    assert life.kith.json("import", "mbox", archive)["touches"] == 1
    assert life.kith.json("scan", "--full")["touches"] == 0
    assert life.person("Maria Silva")["touches"] == 2


def test_one_bad_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    life = Life(tmp_path)
    (tmp_path / "takeout.zip").write_bytes(b"PK\x03\x04")
    good = mbox(tmp_path / "good.mbox", message(MARIA, ME, "The flat", at=ago(900)))
    ran = life.kith("import", "mbox", "takeout.zip", good, "--json", code=64)
    assert (ran.json["touches"], [bool(box["error"]) for box in ran.json["mailboxes"]]) == (1, [True, False])
    assert "unpack" in ran.json["mailboxes"][0]["error"]["hint"]
    assert life.kith("import", "mbox", "nowhere.mbox", code=66).out.startswith("mbox:nowhere.mbox: read 0")


def test_a_long_import_shows_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    life, count = Life(tmp_path), 48_000
    text = message(MARIA, ME, "m0", at=ago(1), message_id="<0@x>")
    archive = mbox(
        tmp_path / "old.mbox",
        *(text.replace(b"m0", b"m%d" % n).replace(b"<0@x>", b"<%d@x>" % n) for n in range(count)),
    )
    killed_at = killed(life, "import", "mbox", archive)
    assert 0 < killed_at < count
    ran = life.kith("import", "mbox", archive, "--json")
    done = json.loads(ran.out)
    assert (killed_at + done["touches"], touches(life)) == (count, count)
    assert done["read"] == count - killed_at
    assert "mbox/old.mbox: " in ran.err
