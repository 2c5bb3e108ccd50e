"""`kith status` and what files commands write, where the disk is full or the service is gone."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kith.store import folders
from support.disk import fill
from support.terminal import NOW, Terminal, at_a_terminal


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


def test_a_key_that_may_be_guessed_is_warned_of_and_serves(kith: Terminal) -> None:
    key = kith.folder / "kith.key"
    key.write_text("a-machines-name\n", encoding="utf-8")
    kith("status")
    [(result, said, cure)] = checks(kith, "key")
    assert (result, "guess" in said, "store.key" in cure) == ("warn", True, True)
    assert "a-machines-name" not in said + cure
    key.write_text("a-machines-name-\n", encoding="utf-8")
    with pytest.raises(KeyError):
        checks(kith, "key")


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


def test_where_letters_are_appended_nobody_asks_the_smtp_server(
    kith: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KITH_SMTP_PASSWORD", raising=False)
    smtp = '[smtp]\nurl = "smtps://alex@127.0.0.1:1"\npassword = "env:KITH_SMTP_PASSWORD"\n'
    kith.config.write_text(f'{kith.config.read_text()}[digest]\ndelivery = "append"\n{smtp}')
    assert checks(kith, "letters") == [("ok", "are appended to INBOX; the server of [smtp] is not used", "")]


def test_a_line_that_cannot_be_had_is_told_in_words_and_without_a_number(kith: Terminal) -> None:
    kith("scan", code=75)
    [needs] = kith.json("status", code=1)["needs_you"]
    assert needs == "personal could not be read since 13 May: the line was lost while connecting (Connection refused)"
    assert "Errno" not in kith("digest")


def test_since_when_it_cannot_be_had_is_a_day_of_the_owners(kith: Terminal) -> None:
    kith.now = datetime(2026, 5, 12, 22, 30, tzinfo=UTC)  # past midnight in Paris
    kith("scan", code=75)
    assert "could not be read since 13 May" in kith.json("status", code=1)["needs_you"][0]


@pytest.fixture
def at_a_maildir(kith: Terminal, tmp_path: Path) -> Terminal:
    """Kith at a Maildir that is there, with a folder for sent mail in it."""
    for folder in ("Mail", "Mail/.Sent"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / folder / part).mkdir(parents=True)
    login = (
        'url = "imap://alex@127.0.0.1:1"  # nobody listens there\ninsecure = true\npassword = "env:KITH_IMAP_PASSWORD"'
    )
    kith.config.write_text(kith.config.read_text().replace(login, f'url = "maildir://{tmp_path}/Mail"'))
    return kith


def test_a_folder_that_is_not_there_is_told_with_what_cannot_be(at_a_maildir: Terminal) -> None:
    def said(check: str) -> str:
        return str({c["check"]: c["said"] for c in at_a_maildir.json("doctor")}[f"personal {check}"])

    assert (said("sent"), said("drafts")) == ("Sent", "there is none, where drafts would be placed")
    at_a_maildir.config.write_text(
        at_a_maildir.config.read_text().replace("[[mailbox]]", '[[mailbox]]\nsent = "Nope"', 1)
    )
    assert said("sent") == "there is no folder Nope, where your replies would be found"


def test_the_doctor_says_all_it_has_to_say_on_a_narrow_screen(at_a_maildir: Terminal) -> None:
    table, _, _ = at_a_terminal(at_a_maildir, "doctor", columns=40).replace("\r", "").partition("What to do:")
    assert not any(line.endswith("…") for line in table.splitlines())
    assert "there is none, where drafts would be placed" in " ".join(table.split())


def jwt(claims: object) -> str:
    """A JSON Web Token that nobody signed."""
    parts = ({"alg": "none"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + ".x"


def test_status_tells_when_a_token_ends_and_needs_the_owner_once_it_has(
    kith: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    kith.config.write_text(kith.config.read_text().replace("insecure = true", 'insecure = true\nauth = "xoauth2"'))
    monkeypatch.setenv("KITH_IMAP_PASSWORD", "an opaque token")
    assert kith.json("status")["token_expires"] is None
    monkeypatch.setenv("KITH_IMAP_PASSWORD", jwt({"exp": (NOW + timedelta(hours=1)).timestamp()}))
    assert kith.json("status")["token_expires"] == "2026-05-13T13:00:00+02:00"
    assert "login token: until 2026-05-13 13:00\n" in kith("status")
    kith.now += timedelta(hours=1)
    assert kith.json("status", code=1)["needs_you"] == [
        "the token at env:KITH_IMAP_PASSWORD ended on 13 May 2026, 13:00; put a new one there"
    ]
    monkeypatch.delenv("KITH_IMAP_PASSWORD")
    assert kith.json("status")["token_expires"] is None


def test_a_token_that_a_command_gives_is_not_asked_for_by_status(kith: Terminal) -> None:
    """It may ask its owner something, and gives a new one at each login."""
    asked = f'password = "command:touch {kith.folder}/asked"\nauth = "xoauth2"'
    kith.config.write_text(kith.config.read_text().replace('password = "env:KITH_IMAP_PASSWORD"', asked))
    assert kith.json("status")["token_expires"] is None
    assert not (kith.folder / "asked").exists()


def test_the_schedule_tells_the_same_next_digest_as_status(kith: Terminal) -> None:
    kith.now = datetime(2026, 5, 19, 10, 0, tzinfo=UTC)
    kith("digest", "--send", code=75)
    kith.config.write_text(kith.config.read_text() + '[digest]\nday = "friday"\n')
    kith.now += timedelta(days=4)
    assert kith.json("status", code=1)["next_digest"] == "2026-05-29T07:30:00+02:00"
    assert "Friday 29 May 07:30" in checks(kith, "schedule")[0][1]
