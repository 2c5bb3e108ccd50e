"""What is particular to a Maildir: its layouts, its names, and numbers that miss no file whatever it is called."""

import bz2
import gzip
import hashlib
import itertools
import lzma
import os
import stat
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kith.domain.folders import Role, readable
from kith.errors import ConfigError, MailboxFailed, NotFound
from kith.mail import maildir_files
from kith.mail.maildir import MaildirSource, place_of
from kith.mail.maildir_files import lasting
from support.maildir import PLAIN, PLUS_PLUS, Maildir, Remembered

AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def mail(subject: str, more: bytes = b"") -> bytes:
    """A mail with that subject."""
    return b"From: anna@example.org\nSubject: %s\nMessage-ID: <%s@x>\n%s\nbody\n" % (
        subject.encode(),
        subject.encode(),
        more,
    )


@pytest.fixture
def box(tmp_path: Path) -> Maildir:
    return Maildir(tmp_path / "Mail")


@pytest.fixture
def numbers(box: Maildir) -> Remembered:
    return Remembered(place_of(str(box.root)))


@pytest.fixture
def source(box: Maildir, numbers: Remembered) -> MaildirSource:
    return MaildirSource("local", str(box.root), numbers)


def subjects(source: MaildirSource, first: int = 1, folder: str = "INBOX") -> dict[int, str]:
    """Number and subject of the messages from a number upwards, as a scan would read them."""
    source.examine(folder)
    found = [header for _, headers, _ in source.headers(source.uids(first)) for header in headers]
    return {h.uid: line.removeprefix(b"Subject: ").decode().strip() for h in found for line in _lines(h.block)}


def _lines(block: bytes) -> Iterator[bytes]:
    return (line for line in block.splitlines() if line.startswith(b"Subject: "))


# -- layouts


@pytest.mark.parametrize(
    ("directory", "name", "role"),
    [
        (".", "INBOX", Role.INBOX),
        ("INBOX", "INBOX", Role.INBOX),
        ("Inbox", "INBOX", Role.INBOX),
        (".Sent", "Sent", Role.SENT),
        ("Sent", "Sent", Role.SENT),
        (".Archive.2020.Q1", "Archive/2020/Q1", Role.PLAIN),
        ("Archive/2020", "Archive/2020", Role.PLAIN),
        ("Archive/.2020/.Q1", "Archive/2020/Q1", Role.PLAIN),
        ("INBOX/.Sent", "INBOX/Sent", Role.SENT),
        ("INBOX.Sent", "INBOX.Sent", Role.SENT),
        ("[Gmail].Sent Mail", "[Gmail].Sent Mail", Role.SENT),
        ("[Gmail]/Drafts", "[Gmail]/Drafts", Role.DRAFTS),
        (".Entw&APw-rfe", "Entwürfe", Role.DRAFTS),
        ("Entwürfe", "Entwürfe", Role.DRAFTS),
        ("&ZeVnLIqe-", "日本語", Role.PLAIN),
        ("R&D", "R&D", Role.PLAIN),
        (".a &- b", "a & b", Role.PLAIN),
        ("&AAAAAA", "&AAAAAA", Role.PLAIN),
        ("new", "new", Role.PLAIN),
        ("line\nbreak", "line\ufffdbreak", Role.PLAIN),
        (os.fsdecode(b"caf\xe9"), "caf\ufffd", Role.PLAIN),
    ],
)
def test_a_folder_of_any_program_has_its_name_and_role(tmp_path: Path, directory: str, name: str, role: Role) -> None:
    (tmp_path / directory / "cur").mkdir(parents=True)
    [folder] = MaildirSource("local", str(tmp_path), Remembered(1)).folders()
    assert (folder.name, folder.role) == (name, role)


def test_each_account_below_the_root_has_folders_of_its_own_that_are_not_read(tmp_path: Path) -> None:
    folders = ("Inbox", "Drafts", "Junk", "Trash", "Archive", ".Trash.sub", "[Gmail]/Drafts")
    for account in ("personal", "work"):
        for folder in folders:
            (tmp_path / account / folder / "cur").mkdir(parents=True)
    (tmp_path / "Projects" / "Drafts" / "cur").mkdir(parents=True)
    read, _ = readable(MaildirSource("local", str(tmp_path), Remembered(1)).folders())
    assert sorted(folder.name for folder in read) == [
        "Projects/Drafts", "personal/Archive", "personal/INBOX", "work/Archive", "work/INBOX"
    ]  # fmt: skip


def test_folders_with_one_name_are_all_read(tmp_path: Path) -> None:
    for directory in (".", "INBOX", ".Zo&AOs-", "Zoë"):
        (tmp_path / directory / "cur").mkdir(parents=True)
    found = MaildirSource("local", str(tmp_path), Remembered(1)).folders()
    assert sorted(folder.name for folder in found) == ["INBOX", "INBOX (2)", "Zoë", "Zoë (2)"]


def test_what_is_no_folder_is_passed_over(box: Maildir, source: MaildirSource) -> None:
    before = source.folders()
    for name in (".git/objects/cur", ".notmuch/xapian", "notes", "cur/sub/cur"):
        (box.root / name).mkdir(parents=True)
    (box.root / "dovecot-uidlist").write_text("3 V1\n")
    assert source.folders() == before


def test_links_in_a_circle_end(box: Maildir, source: MaildirSource) -> None:
    before = source.folders()
    (box.root / ".Loop").symlink_to(box.root)
    (box.root / ".Other").symlink_to(box.root / ".Sent")
    (box.root / ".Self").symlink_to(".Self")
    assert len(source.folders()) == len(before)


def test_a_folder_behind_a_link_is_read(box: Maildir, source: MaildirSource, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "cur").mkdir(parents=True)
    (box.root / ".Linked").symlink_to(tmp_path / "elsewhere")
    assert "Linked" in [folder.name for folder in source.folders()]


def test_the_owner_names_sent_and_drafts(box: Maildir, numbers: Remembered) -> None:
    box.make("Mine")
    source = MaildirSource("local", str(box.root), numbers, sent="Mine", drafts="Archive")
    roles = {folder.name: folder.role for folder in source.folders()}
    assert (roles["Mine"], roles["Archive"]) == (Role.SENT, Role.DRAFTS)


@pytest.mark.parametrize("what", ["nothing", "a file", "an empty folder"])
def test_where_there_is_no_maildir_the_owner_is_told(tmp_path: Path, what: str) -> None:
    place = tmp_path / "Mail"
    if what == "a file":
        place.write_text("x")
    elif what == "an empty folder":
        place.mkdir()
    with pytest.raises(ConfigError, match=r"local.*Mail") as caught:
        MaildirSource("local", str(place), Remembered(1))
    assert "url" in caught.value.hint


# -- names


@pytest.mark.parametrize(
    ("name", "is_draft"),
    [("cur/1.M1P1.host:2,DS", True), ("cur/1.host;2,D", True), ("cur/1.host:2,S", False), ("new/1.D.host", False),
     ("cur/D:2,", False), ("cur/1.host:2,D.S", False)],
)  # fmt: skip
def test_a_draft_is_known_by_the_flags_behind_its_name(name: str, is_draft: bool) -> None:
    assert maildir_files.is_draft(name.encode()) is is_draft


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("1700000000.M1P2.host", "1700000000.M1P2.host"),
        ("1700000000.M1P2.host:2,", "1700000000.M1P2.host"),
        ("1700000000.M1P2.host:2,FRS", "1700000000.M1P2.host"),
        ("1700000000.M1P2.host,S=12,W=13:2,Sab", "1700000000.M1P2.host,S=12,W=13"),
        ("1700000000.1_2.host,U=7:2,S", "1700000000.1_2.host"),
        ("1700000000_0.2.host,U=7,FMD5=7e33:2,S", "1700000000_0.2.host,FMD5=7e33"),
        ("1700000000.M1P2.host!2,S", "1700000000.M1P2.host"),
        ("1700000000.M1P2.host;2,", "1700000000.M1P2.host"),
        ("12,S", "12,S"),
        ("x:1,experimental", "x"),
    ],
)
def test_a_name_lasts_without_flags_and_the_servers_number(name: str, base: str) -> None:
    assert lasting(name.encode()) == base.encode()


def test_a_late_file_with_an_old_name_is_new(box: Maildir, source: MaildirSource) -> None:
    box.deliver(mail("one"), name="1700000000.M1P1.host", flags="S")
    state = source.examine("INBOX")
    box.deliver(mail("older"), name="1000000000.M1P1.host", flags="S", at=datetime(2001, 9, 9, tzinfo=UTC))
    assert state.uidnext == 2
    assert subjects(source, first=2) == {2: "older"}
    assert source.examine("INBOX").uidvalidity == state.uidvalidity


@pytest.mark.parametrize(
    "becomes",
    ["cur/1.M1P1.host:2,S", "cur/1.M1P1.host:2,", "cur/1.M1P1.host,U=8:2,RS", "new/1.M1P1.host,U=8", "cur/1.M1P1.host"],
)
def test_a_file_that_is_moved_or_flagged_stays_the_same_message(
    box: Maildir, source: MaildirSource, becomes: str
) -> None:
    path = box.deliver(mail("one"), name="1.M1P1.host")
    assert subjects(source) == {1: "one"}
    path.rename(box.root / becomes)
    assert subjects(source) == {1: "one"}
    assert source.status(["INBOX"])["INBOX"].uidnext == 2


def test_two_files_under_one_lasting_name_are_two_messages(box: Maildir, source: MaildirSource) -> None:
    box.deliver(mail("one"), name="m,U=1", flags="")
    assert subjects(source) == {1: "one"}
    second = box.deliver(mail("two"), name="m,U=2", flags="S")
    third = box.deliver(mail("three"), name="m,U=2")
    assert set(subjects(source, first=2).values()) == {"one", "two", "three"}
    assert set(subjects(source).values()) == {"one", "two", "three"}
    second.unlink()
    third.unlink()
    assert subjects(source) == {1: "one"}


def test_what_is_no_message_is_passed_over(box: Maildir, source: MaildirSource) -> None:
    (box.root / "cur" / "a directory").mkdir()
    (box.root / "cur" / ".hidden").write_bytes(mail("hidden"))
    (box.root / "tmp" / "unfinished").write_bytes(mail("unfinished"))
    (box.root / "cur" / "dangling").symlink_to("nowhere")
    os.mkfifo(box.root / "new" / "pipe")
    box.deliver(mail("real"))
    assert subjects(source) == {1: "real"}


def test_a_folder_may_lack_new(box: Maildir, source: MaildirSource) -> None:
    (box.root / ".Sent" / "new").rmdir()
    (box.root / ".Sent" / "cur" / "1:2,S").write_bytes(mail("sent"))
    assert subjects(source, folder="Sent") == {1: "sent"}


# -- numbers


def test_numbers_are_the_same_for_the_next_process(box: Maildir, numbers: Remembered, source: MaildirSource) -> None:
    for n in range(5):
        box.deliver(mail(f"m{n}"), name=f"{9 - n}.host")
        source.examine("INBOX")
    source.close()
    box.files()[2].unlink()
    again = MaildirSource("local", str(box.root), numbers)
    assert subjects(again) == {1: "m0", 2: "m1", 4: "m3", 5: "m4"}
    assert again.status(["INBOX"])["INBOX"].messages == 4


def test_another_maildir_has_another_uidvalidity_and_no_server_has_it() -> None:
    assert place_of("/home/a/Mail") != place_of("/home/b/Mail")
    assert place_of("/home/a/Mail") >= 2**32


def test_a_quiet_folder_is_not_listed_again(
    box: Maildir, source: MaildirSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.deliver(mail("one"))
    monkeypatch.setattr(maildir_files, "SETTLED", -1.0)  # as if some seconds had passed
    before = source.status(["INBOX", "Sent"])
    (box.root / "cur").chmod(0o700)  # changes no name, but the looks of the directory
    assert source.status(["INBOX", "Sent"]) == before
    monkeypatch.setattr(maildir_files, "listing", lambda _folder: pytest.fail("it was listed"))
    assert source.status(["INBOX", "Sent"]) == before
    assert source.examine("INBOX") == before["INBOX"]


@pytest.mark.parametrize("settled", [2.0, -1.0])
def test_a_change_is_seen_at_once(
    box: Maildir, source: MaildirSource, monkeypatch: pytest.MonkeyPatch, settled: float
) -> None:
    """Right after a listing the directory's time may still be the same, so it is believed only when it is old."""
    monkeypatch.setattr(maildir_files, "SETTLED", settled)
    for n in range(1, 40):
        box.deliver(mail(f"m{n}"))
        time.sleep(0.005 if settled < 0 else 0)  # the clock of a file system goes in steps
        assert source.status(["INBOX"])["INBOX"].uidnext == n + 1


class Exact:
    """Whatever programs do to the files, each message is considered exactly once."""

    def __init__(self, source: MaildirSource) -> None:
        self.source = source
        self.cursor = 0
        self.considered: list[str] = []

    def scan(self) -> None:
        """One pass, as jobs/scan does it."""
        state = self.source.status(["INBOX"])["INBOX"]
        if state.uidnext == self.cursor + 1:
            return
        state = self.source.examine("INBOX")
        self.considered += subjects(self.source, self.cursor + 1).values()
        self.cursor = (state.uidnext or 1) - 1


class Programs(RuleBasedStateMachine):
    """Mail programs at work between scans."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.box = Maildir(Path(self._folder.name) / "Mail")
        self.numbers = Remembered(7)
        self.life = Exact(MaildirSource("local", str(self.box.root), self.numbers))
        self.delivered = 0

    def teardown(self) -> None:
        self._folder.cleanup()

    @rule(stamp=st.integers(0, 50), flags=st.sampled_from([None, "", "S"]), number=st.integers(0, 3))
    def deliver(self, stamp: int, flags: str | None, number: int) -> None:
        """A file comes, under any name."""
        self.delivered += 1
        suffix = f",U={number}" if number else ""
        self.box.deliver(mail(f"m{self.delivered}"), name=f"{stamp}.M{self.delivered}P1.host{suffix}", flags=flags)

    @precondition(lambda self: self.box.files())
    @rule(data=st.data(), flags=st.sampled_from(["", "S", "FS"]), number=st.integers(0, 9))
    def rename(self, data: st.DataObject, flags: str, number: int) -> None:
        """A file is moved to cur, flagged, numbered by the server."""
        path = data.draw(st.sampled_from(self.box.files()))
        base = path.name.partition(":")[0].partition(",U=")[0]
        path.rename(self.box.root / "cur" / (f"{base},U={number}:2,{flags}" if number else f"{base}:2,{flags}"))

    @precondition(lambda self: self.box.files())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """A file goes; one that no scan has seen may."""
        data.draw(st.sampled_from(self.box.files())).unlink()

    @rule()
    def restart(self) -> None:
        """Kith is started anew, with the numbers it has kept."""
        self.life.source = MaildirSource("local", str(self.box.root), self.numbers)

    @invariant()
    def each_message_is_considered_exactly_once(self) -> None:
        self.life.scan()
        there = {line.partition(b": ")[2].decode() for raw in self.box.messages() for line in _lines(raw)}
        assert there <= set(self.life.considered)
        assert len(self.life.considered) == len(set(self.life.considered))


TestPrograms = Programs.TestCase
TestPrograms.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)


# -- reading


def test_a_file_that_is_renamed_while_it_is_read_is_found(box: Maildir, source: MaildirSource) -> None:
    paths = [box.deliver(mail(f"m{n}")) for n in range(3)]
    source.examine("INBOX")
    paths[1].rename(box.root / "cur" / f"{paths[1].name}:2,S")
    [(_, headers, unreadable)] = source.headers(source.uids(1))
    assert ([header.uid for header in headers], unreadable) == ([1, 2, 3], [])


def test_what_one_listing_passes_by_while_files_are_renamed_is_met_by_the_next(
    box: Maildir, source: MaildirSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [box.deliver(mail(f"m{n}")) for n in range(3)]
    listed, turn = maildir_files._paths, itertools.cycle(range(3))

    def without_one(folder: bytes) -> Iterator[bytes]:
        passed_by = paths[next(turn)].name.encode()
        return (path for path in listed(folder) if not path.endswith(passed_by))

    monkeypatch.setattr(maildir_files, "_paths", without_one)
    assert subjects(source) == {1: "m0", 2: "m1", 3: "m2"}
    paths[1].rename(box.root / "cur" / paths[1].name)
    assert subjects(source) == {1: "m0", 2: "m1", 3: "m2"}


def test_files_that_vanish_while_they_are_read_are_left_out(box: Maildir, source: MaildirSource) -> None:
    paths = [box.deliver(mail(f"m{n}")) for n in range(5)]
    source.examine("INBOX")
    for path in paths[1:4]:
        path.unlink()
    box.deliver(mail("late"))
    [(covered, headers, unreadable)] = source.headers(source.uids(1))
    assert (covered, [header.uid for header in headers], unreadable) == ([1, 2, 3, 4, 5], [1, 5], [])
    assert subjects(source, first=6) == {6: "late"}


def test_a_folder_that_vanishes_is_not_found(box: Maildir, source: MaildirSource) -> None:
    box.deliver(mail("one"), "Family")
    assert source.status(["Family"])
    for path in sorted((box.root / ".Family").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert source.status(["Family", "INBOX"]).keys() == {"INBOX"}
    with pytest.raises(NotFound, match="Family"):
        source.examine("Family")


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may read everything: for these tests it is somebody else."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    yield
    os.seteuid(was)


@pytest.fixture
def open_place(box: Maildir, tmp_path: Path) -> None:
    """Others may look in."""
    for path in (tmp_path, *tmp_path.parents[:3], *box.root.rglob("*"), box.root):
        path.chmod(0o755)


@pytest.fixture
def locked(box: Maildir, open_place: None) -> Iterator[Callable[[Path], None]]:
    """Closes files and folders to everybody; opens them again at the end."""
    closed: list[Path] = []

    def close(path: Path) -> None:
        path.chmod(0)
        closed.append(path)

    yield close
    for path in closed:
        path.chmod(0o700)


def test_a_file_that_may_not_be_read_costs_itself_only(
    request: pytest.FixtureRequest, box: Maildir, source: MaildirSource, locked: Callable[[Path], None]
) -> None:
    paths = [box.deliver(mail(f"m{n}")) for n in range(3)]
    locked(paths[1])
    source.examine("INBOX")
    request.getfixturevalue("nobody")
    [(_, headers, [unreadable])] = source.headers(source.uids(1))
    assert [header.uid for header in headers] == [1, 3]
    assert (unreadable.uid, unreadable.reason) == (2, "its file cannot be read: Permission denied")
    assert source.structures([1, 2]).keys() == {1}
    with pytest.raises(MailboxFailed, match="message 2 of INBOX"):
        source.raw(2, 100)


def test_a_link_to_itself_costs_itself_only(box: Maildir, source: MaildirSource) -> None:
    box.deliver(mail("one"), name="1.host")
    (box.root / "cur" / "2.host:2,S").symlink_to("2.host:2,S")
    box.deliver(mail("three"), name="3.host")
    source.examine("INBOX")
    [(_, headers, [unreadable])] = source.headers(source.uids(1))
    assert [header.uid for header in headers] == [1, 3]
    assert (unreadable.uid, unreadable.reason) == (2, "its file cannot be read: Too many levels of symbolic links")


def test_a_folder_that_may_not_be_read_is_left_out_and_told(
    request: pytest.FixtureRequest, box: Maildir, source: MaildirSource, locked: Callable[[Path], None]
) -> None:
    locked(box.root / ".Sent" / "cur")
    request.getfixturevalue("nobody")
    assert source.status(["Sent", "INBOX"]).keys() == {"INBOX"}
    with pytest.raises(MailboxFailed, match=r"Sent.*Permission denied"):
        source.examine("Sent")


@pytest.mark.parametrize("size", [8190, 8191, 8192, 8193, 20_000, 900_000])
def test_a_header_of_any_length_is_read(box: Maildir, source: MaildirSource, size: int) -> None:
    filler = b"X-Filler: %s\n" % (b"x" * (size - 12))
    box.deliver(filler + mail("after it"))
    assert subjects(source) == {1: "after it"}


@pytest.mark.parametrize("limit", [1, 999, 1000, 1001, 200_000])
@pytest.mark.parametrize("size", [0, 1000, 150_000])
def test_so_much_of_a_file_is_read_as_is_wanted(tmp_path: Path, size: int, limit: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(size))
    assert maildir_files.beginning(os.fsencode(path), limit) == path.read_bytes()[:limit]


def test_what_is_added_to_a_file_while_it_is_read_is_read_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"begun")
    told = os.fstat

    def grown(handle: int) -> os.stat_result:
        before = told(handle)
        path.write_bytes(b"begun" + b" and ended" * 20_000)
        return before

    monkeypatch.setattr(maildir_files.os, "fstat", grown)
    assert maildir_files.beginning(os.fsencode(path), 10**6) == b"begun" + b" and ended" * 20_000


def test_a_header_without_an_end_is_cut(box: Maildir, source: MaildirSource) -> None:
    box.deliver(b"Subject: begun\n" + b"X-More: x\n" * 300_000)
    assert subjects(source) == {1: "begun"}


@pytest.mark.parametrize("seconds", [0, -5, 86_400, 2**40])
def test_a_time_that_nobody_set_is_no_time_of_arrival(box: Maildir, source: MaildirSource, seconds: int) -> None:
    os.utime(box.deliver(mail("one")), (seconds, seconds))
    source.examine("INBOX")
    [(_, [header], _)] = source.headers([1])
    assert header.received_at is None


# -- packed files, and what is no mail


@pytest.mark.parametrize("level", [1, 9])
@pytest.mark.parametrize("size", [0, 100, 9_000, 300_000])
def test_a_packed_file_is_read_as_the_plain_one(box: Maildir, source: MaildirSource, size: int, level: int) -> None:
    filler = b"X-Filler: %s\n" % os.urandom(size // 2).hex().encode()
    raw = filler + mail("packed", b"X-More: this\n") + b"text\n" * size
    box.deliver(gzip.compress(raw, level), name="1.host,S=300,W=310", flags="S")
    box.deliver(raw, name="2.host", flags="S")
    source.examine("INBOX")
    [(_, [packed, plain], [])] = source.headers([1, 2])
    assert packed.block == plain.block
    fields = source.fields([1, 2], ["X-More"])
    assert fields[1] == fields[2] == b"X-More: this\n\r\n"
    assert source.structures([1]).keys() == {1}
    assert source.raw(1, 10**6) == source.raw(2, 10**6)
    assert source.raw(1, 7) == source.raw(2, 7)
    assert source.find("INBOX", "<packed@x>") == [1, 2]


def test_of_a_file_that_is_packed_to_hurt_no_more_is_unpacked_than_is_read(box: Maildir, source: MaildirSource) -> None:
    box.deliver(gzip.compress(b"Subject: small\n" + bytes(300_000_000), 9))
    tracemalloc.start()
    found = subjects(source)
    whole = source.raw(1, 1000)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(found), len(whole or b"")) == (1, 1000)
    assert most < 20_000_000


def test_a_damaged_packed_file_gives_what_it_holds(box: Maildir, source: MaildirSource) -> None:
    packed = gzip.compress(mail("damaged") + hashlib.shake_256().hexdigest(5000).encode())
    box.deliver(packed[:3000])
    box.deliver(packed[:2000] + b"\xff" * 200 + packed[2200:])
    assert subjects(source) == {1: "damaged", 2: "damaged"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bz2.compress(mail("x")), "packed with bzip2"),
        (lzma.compress(mail("x")), "packed with xz"),
        (b"\x28\xb5\x2f\xfd\x04\x00" + mail("x"), "packed with zstd"),
        (b"Dovecot-LZ4\r\x2a\x9b\xc5" + mail("x"), "packed with lz4"),
        (b"\x7fELF\x02\x01\x01\0\0\0\n\n" + bytes(range(256)), "something else than mail"),
        (gzip.compress(b"\0" * 100), "something else than mail"),
    ],
)
def test_what_is_no_mail_is_told_with_its_reason(
    box: Maildir, source: MaildirSource, content: bytes, reason: str
) -> None:
    box.deliver(content, name="1.host")
    box.deliver(mail("two"), name="2.host")
    source.examine("INBOX")
    [(_, [header], [unreadable])] = source.headers([1, 2], lambda block: b"two" in block)
    assert (header.uid, unreadable.uid) == (2, 1)
    assert reason in unreadable.reason


# -- delivering


@pytest.mark.parametrize("layout", [PLUS_PLUS, PLAIN])
def test_what_is_placed_lies_there_as_other_programs_expect_it(tmp_path: Path, layout: str) -> None:
    box = Maildir(tmp_path / "Mail", layout)
    source = MaildirSource("local", str(box.root), Remembered(1))
    source.append("Drafts", b"Subject: draft\r\n\r\nwords\r\n", ["\\Draft"])
    source.append("INBOX", b"Subject: digest\r\n\r\nwords\r\n", [])
    [draft], [digest] = box.files("Drafts"), box.files("INBOX")
    assert (draft.parent.name, draft.name[-4:]) == ("cur", ":2,D")
    assert (digest.parent.name, ":" in digest.name) == ("new", False)
    assert draft.read_bytes() == b"Subject: draft\n\nwords\n"
    assert stat.S_IMODE(draft.stat().st_mode) == 0o600
    assert draft.stat().st_uid == box.root.stat().st_uid
    assert not list(box.root.rglob("tmp/*"))


def test_what_is_placed_twice_lies_there_twice(box: Maildir, source: MaildirSource) -> None:
    for _ in range(20):
        source.append("INBOX", mail("same"), [])
    assert len(box.files()) == 20


def test_a_full_or_broken_disk_leaves_nothing_behind(box: Maildir, source: MaildirSource) -> None:
    drafts = box.root / ".Drafts"
    (drafts / "cur").rmdir()
    (drafts / "cur").write_text("in the way")
    source.folders()
    with pytest.raises((MailboxFailed, NotFound)):
        source.append("Drafts", mail("draft"), ["\\Draft"])
    (box.root / "new").rmdir()
    (box.root / "new").write_text("in the way")
    with pytest.raises(MailboxFailed, match="placing a message in INBOX"):
        source.append("INBOX", mail("digest"), [])
    assert not list(box.root.rglob("tmp/*"))


def test_a_draft_is_found_again_by_its_message_id(box: Maildir, source: MaildirSource) -> None:
    source.append("Drafts", mail("draft"), ["\\Draft"])
    assert source.find("Drafts", "<draft@x>") == [1]
    assert source.find("Drafts", "<raft@x>") == []
