"""`kith status` and what files commands write, where the disk is full or the service is gone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kith.store import folders
from support.disk import fill
from support.terminal import NOW, Terminal


@pytest.fixture
def on_a_small_disk(small_disk: Path) -> Terminal:
    kith = Terminal(small_disk / "home")
    kith("people", "add", "Ann Roe", "ann@example.com", "--every", "1 week")
    return kith


def read(kith: Terminal, at: datetime) -> None:
    """The mailbox was read then."""
    work = kith.work()
    with work.writing() as session:
        folders.note_success(session, work.owner_id, "personal", at)
    work.engine.dispose()


def test_a_service_that_is_long_dead_needs_its_owner(kith: Terminal) -> None:
    read(kith, NOW)
    assert kith("status").endswith("All is well.\n")
    kith.now = NOW + timedelta(days=44)  # a Friday
    status = kith.json("status", code=1)
    [needed] = status["needs_you"]
    assert "personal was last read on 13 May 2026" in needed
    assert "the digest of 2026-06-22 has not come" in needed
    assert status["service"]["alive"] is False


def test_a_full_disk_is_told_by_status_and_doctor_and_they_leave_nothing(
    on_a_small_disk: Terminal, small_disk: Path
) -> None:
    on_a_small_disk("status")
    fill(small_disk, but=500_000)
    before = sorted(small_disk.rglob("*"))
    [needed] = on_a_small_disk.json("status", code=1)["needs_you"]
    assert "No space left on device; make room" in needed
    checks = {c["check"]: c for c in on_a_small_disk.json("doctor", code=1)}
    assert checks["database"]["result"] == "fail"
    assert "make room" in checks["database"]["cure"]
    assert [path for path in sorted(small_disk.rglob("*")) if path.suffix not in (".db-wal", ".db-shm")] == [
        path for path in before if path.suffix not in (".db-wal", ".db-shm")
    ]


@pytest.mark.parametrize("words", ["digest --out FILE", "people export --out FILE", "backup FILE"])
def test_on_a_full_disk_a_file_is_written_whole_or_not_at_all_and_the_older_one_stays(
    kith: Terminal, small_disk: Path, words: str
) -> None:
    kith("people", "add", "Ann Roe", "ann@example.com", "--every", "1 week")
    file = small_disk / "file.json"
    command = [str(file) if word == "FILE" else word for word in words.split()]
    if "--out" in command:
        file.write_text("precious")
    fill(small_disk)
    before = sorted(path.name for path in small_disk.iterdir())
    said = kith(*command, code=75)
    assert said.startswith(f"error: {file} c")
    assert "hint: " in said
    assert sorted(path.name for path in small_disk.iterdir()) == before
    assert "--out" not in command or file.read_text() == "precious"


def test_a_link_stays_a_link_and_a_pipe_a_pipe(kith: Terminal, tmp_path: Path) -> None:
    kith("people", "add", "Ann Roe", "ann@example.com")
    (tmp_path / "link.json").symlink_to("people.json")
    kith("people", "export", "--format", "json", "--out", str(tmp_path / "link.json"))
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "people.json").read_text())
    assert kith("people", "export", "--format", "json", "--out", "/dev/null")
    assert Path("/dev/null").is_char_device()
    assert kith("people", "export", "--out", str(tmp_path), code=64).startswith(f"error: {tmp_path} cannot be written")


def checks(kith: Terminal, *whats: str) -> list[tuple[str, str, str]]:
    """Result, words and cure of some of the doctor's checks."""
    found = {c["check"]: (c["result"], c["said"], c["cure"] or "") for c in kith.json("doctor", code=1)}
    return [found[what] for what in whats]


def test_an_empty_key_is_told_as_that(kith: Terminal) -> None:
    kith("status")
    (kith.folder / "kith.key").write_text("")
    [(result, said, cure)] = checks(kith, "key")
    assert result == "fail"
    assert said == "the key that signs letters cannot be had: there is no secret at file:kith.key"
    assert cure.startswith("put your copy of it back")
    assert kith("status", code=78).startswith(f"error: {said}")


def test_where_letters_are_refused_the_cure_is_that_of_the_refusal(
    kith: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KITH_SMTP_PASSWORD", raising=False)
    kith.config.write_text(
        kith.config.read_text() + '[smtp]\nurl = "smtps://alex@127.0.0.1:1"\npassword = "env:KITH_SMTP_PASSWORD"\n'
    )
    assert "url" in checks(kith, "letters")[0][2], "nobody listens there"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITH_SMTP_PASSWORD", "x")
        assert checks(kith, "letters DNS")[0][:2] == ("ok", "127.0.0.1 is 127.0.0.1")


def test_the_schedule_tells_the_same_next_digest_as_status(kith: Terminal) -> None:
    kith.now = datetime(2026, 5, 19, 10, 0, tzinfo=UTC)
    kith("digest", "--send", code=75)
    kith.config.write_text(kith.config.read_text() + '[digest]\nday = "friday"\n')
    kith.now += timedelta(days=4)
    assert kith.json("status", code=1)["next_digest"] == "2026-05-29T07:30:00+02:00"
    assert "Friday 29 May 07:30" in checks(kith, "schedule")[0][1]
