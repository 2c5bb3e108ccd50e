"""Archives: what an mbox file adds to a mailbox, that it adds it once, and that neither death nor damage changes it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kith.errors import NotFound, UsageError
from kith.jobs import reading
from kith.jobs.archive import import_mbox
from kith.jobs.post import nonce
from kith.jobs.scan import MailboxResult
from kith.jobs.view import health, problems
from support.invitations import event, invitation
from support.jobs import BOB, MARIA, ME, NOW, Office, deaths
from support.mail import answer, message, read

STRANGER = "Stranger <x@example.net>"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with Maria on it."""
    with Office(tmp_path / "office") as made:
        made.add(MARIA)
        yield made


def mail(sender: str, to: str, subject: str, days_ago: float, **headers: str) -> bytes:
    """A mail, the same whenever it is asked for."""
    message_id = f"<{subject.replace(' ', '.')}@mail.example>"
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return message(sender, to, subject, at=NOW - timedelta(days=days_ago), message_id=message_id, headers=more)


def mbox(path: Path, *raws: bytes, mark: bytes = b"From - Sun May 10 10:00:00 2026") -> Path:
    """A file with these messages."""
    path.write_bytes(b"".join(mark + b"\n" + raw.replace(b"\r\n", b"\n") + b"\n" for raw in raws))
    return path


def done(result: MailboxResult) -> tuple[int, int, int]:
    """Messages read, read again, and touches, of an import that came to its end."""
    if result.error:
        raise result.error
    return result.total("read"), result.total("reread"), result.total("touches")


FOUR = (
    mail(MARIA, ME, "The flat", 200),
    mail(ME, MARIA, "Take it", 190),
    mail(STRANGER, ME, "Buy", 180),
    mail(MARIA, ME, "To everybody", 170, List_Id="<club.example>"),
)


def test_touches_come_out_of_an_archive(office: Office, tmp_path: Path) -> None:
    result = import_mbox(office.work, mbox(tmp_path / "old.mbox", *FOUR))
    assert done(result) == (4, 0, 2)
    assert result.name == "mbox:old.mbox"
    assert office.touches() == [
        ("inbound", "The flat", NOW - timedelta(days=200)),
        ("outbound", "Take it", NOW - timedelta(days=190)),
    ]
    assert {row["source"] for row in office.rows("touch")} == {"mbox:old.mbox"}
    assert office.reasons()["To everybody"] == "bulk"


def test_importing_again_adds_nothing(office: Office, tmp_path: Path) -> None:
    path = mbox(tmp_path / "old.mbox", *FOUR)
    done(import_mbox(office.work, path))
    before = office.dump()
    assert done(import_mbox(office.work, path)) == (0, 0, 0)
    after = office.dump()
    assert after.pop("mailbox") != []
    before.pop("mailbox")
    assert after == before
    copy = mbox(tmp_path / "copy.mbox", *FOUR)
    assert done(import_mbox(office.work, copy)) == (4, 0, 0)
    assert (office.dump()["touch"], office.dump()["message"]) == (before["touch"], before["message"])


def test_a_mail_that_is_in_the_mailbox_too_counts_once_and_stays_where_it_is(office: Office, tmp_path: Path) -> None:
    for raw in FOUR[:2]:
        office.server.deliver(raw, "INBOX", NOW - timedelta(days=1))
    office.read()
    before = office.dump()
    assert done(import_mbox(office.work, mbox(tmp_path / "old.mbox", *FOUR)))[2] == 0
    assert office.dump()["touch"] == before["touch"]
    assert {row["mailbox"] for row in office.rows("message") if row["subject"] != "To everybody"} == {"personal"}


def test_a_mailbox_scanned_after_the_archive_adds_only_what_is_new(office: Office, tmp_path: Path) -> None:
    done(import_mbox(office.work, mbox(tmp_path / "old.mbox", *FOUR)))
    office.server.deliver(FOUR[0], "INBOX", NOW - timedelta(days=200))
    office.server.deliver(mail(MARIA, ME, "New", 1), "INBOX", NOW - timedelta(days=1))
    assert office.read().total("touches") == 1
    assert office.subjects() == ["The flat", "Take it", "New"]
    places = {row["subject"]: row["mailbox"] for row in office.rows("message")}
    assert places["The flat"] == "personal"  # from there it can be fetched


def test_strangers_are_not_counted_twice(office: Office, tmp_path: Path) -> None:
    office.server.deliver(FOUR[2], "INBOX", NOW - timedelta(days=180))
    office.read()
    before = office.dump()["stranger"]
    done(import_mbox(office.work, mbox(tmp_path / "old.mbox", *FOUR)))
    assert len(before) == 1
    assert office.dump()["stranger"] == before


def test_somebody_added_later_gets_their_past_by_importing_again(office: Office, tmp_path: Path) -> None:
    path = mbox(tmp_path / "old.mbox", *FOUR, mail(BOB, ME, "Marathon", 100))
    done(import_mbox(office.work, path))
    office.add(BOB)
    assert done(import_mbox(office.work, path)) == (0, 5, 1)
    assert "Marathon" in office.subjects()
    assert done(import_mbox(office.work, path)) == (0, 0, 0)


def test_a_file_that_has_grown_is_read_again_and_adds_what_is_new(office: Office, tmp_path: Path) -> None:
    path = mbox(tmp_path / "old.mbox", *FOUR)
    done(import_mbox(office.work, path))
    mbox(path, *FOUR, mail(MARIA, ME, "Newer", 50))
    assert done(import_mbox(office.work, path)) == (5, 0, 1)
    with office.work.reading() as session:
        assert health(office.work, session).gaps == 0
        assert list(problems(office.work, session)) == []


def test_a_file_that_was_rewritten_is_read_again(office: Office, tmp_path: Path) -> None:
    path = mbox(tmp_path / "old.mbox", *FOUR)
    done(import_mbox(office.work, path))
    mbox(path, FOUR[3], mail(MARIA, ME, "Other", 60))
    assert done(import_mbox(office.work, path)) == (2, 0, 1)


def test_two_files_of_one_name_are_two_files(office: Office, tmp_path: Path) -> None:
    for number, raw in enumerate(FOUR[:2]):
        (tmp_path / str(number)).mkdir()
        assert done(import_mbox(office.work, mbox(tmp_path / str(number) / "Inbox", raw))) == (1, 0, 1)
    assert len(office.subjects()) == 2


def test_a_meeting_in_an_archive_was_held(office: Office, tmp_path: Path) -> None:
    at = NOW - timedelta(days=30)
    calendar = event(at, attendees={"alex@example.com": "ACCEPTED", "maria@example.org": "ACCEPTED"})
    raw = invitation(MARIA, ME, calendar, at - timedelta(days=2))
    done(import_mbox(office.work, mbox(tmp_path / "old.mbox", raw)))
    assert [(direction, when) for direction, _, when in office.touches()] == [("mutual", at)]


def test_the_latest_words_come_from_the_archive_while_it_is_open(office: Office, tmp_path: Path) -> None:
    with office.work.writing() as session:
        session.connection().exec_driver_sql("UPDATE person SET every = '2 weeks'")
    done(import_mbox(office.work, mbox(tmp_path / "old.mbox", *FOUR)))
    assert [row["text"] for row in office.rows("snippet")] == ["Hello there."]


def test_drafts_are_no_touches(office: Office, tmp_path: Path) -> None:
    assert done(import_mbox(office.work, mbox(tmp_path / "Drafts", *FOUR)))[2] == 0
    assert office.reasons()["Take it"] == "draft"


def test_an_answer_in_an_archive_is_no_instruction(office: Office, tmp_path: Path) -> None:
    token = office.work.tokens.message_id(nonce(), "example.com")
    letter = read(message(ME, ME, "Your week", at=NOW, message_id=token))
    raws = answer(letter, ME, "1 lunch today", at=NOW), mail(ME, ME, "kith: Maria: called", 1)
    done(import_mbox(office.work, mbox(tmp_path / "old.mbox", *raws)))
    assert office.rows("reply") == []
    for raw in raws:
        office.server.deliver(raw, "Sent", NOW)
    office.read()
    assert len(office.rows("reply")) == 2


def test_when_it_was(office: Office, tmp_path: Path) -> None:
    """Outbound by Date; inbound by the topmost Received, the From_ line, Date, in this order."""
    at = datetime(2026, 3, 20, 10, tzinfo=UTC)
    received = "by mx; Sat, 21 Mar 2026 08:00:00 +0000"
    raws = [
        message(ME, MARIA, "mine", at=at, message_id="<1@x>"),
        message(MARIA, ME, "relayed", at=at, message_id="<2@x>", headers={"Received": received}),
        message(MARIA, ME, "put there", at=at, message_id="<3@x>"),
    ]
    mark = b"From x Sat Mar 21 09:30:00 2026"
    done(import_mbox(office.work, mbox(tmp_path / "dated", *raws, mark=mark)))
    bare = message(MARIA, ME, "bare", at=at - timedelta(days=1), message_id="<4@x>")
    done(import_mbox(office.work, mbox(tmp_path / "bare", bare, mark=b"From ")))
    assert {subject: when for _, subject, when in office.touches()} == {
        "mine": at,
        "relayed": datetime(2026, 3, 21, 8, tzinfo=UTC),
        "put there": datetime(2026, 3, 21, 9, 30, tzinfo=UTC),
        "bare": at - timedelta(days=1),
    }


def test_a_broken_message_is_quarantined_once_and_its_neighbours_count(office: Office, tmp_path: Path) -> None:
    path = mbox(tmp_path / "old.mbox", FOUR[0], b"X-More: x\n" * 200_000, FOUR[1])
    result = import_mbox(office.work, path)
    assert (done(result), result.total("quarantined")) == ((3, 0, 2), 1)
    [row] = office.rows("quarantine")
    assert row["mailbox"] == "mbox:old.mbox"
    assert import_mbox(office.work, path).total("quarantined") == 0


def test_files_whose_names_are_no_utf8_are_read_and_their_names_shown(office: Office, tmp_path: Path) -> None:
    paths = [mbox(tmp_path / os.fsdecode(name), FOUR[at]) for at, name in enumerate((b"b\xfc.mbox", b"b\xf6.mbox"))]
    assert [done(import_mbox(office.work, path)) for path in paths] == [(1, 0, 1)] * 2
    assert [row["mailbox"] for row in office.rows("folder")] == [r"mbox:b\xfc.mbox", r"mbox:b\xf6.mbox"]
    assert [done(import_mbox(office.work, path)) for path in paths] == [(0, 0, 0)] * 2


def test_what_cannot_be_read_is_the_results_error(office: Office, tmp_path: Path) -> None:
    (tmp_path / "some.zip").write_bytes(b"PK\x03\x04")
    assert isinstance(import_mbox(office.work, tmp_path / "some.zip").error, UsageError)
    assert isinstance(import_mbox(office.work, tmp_path / "nowhere").error, NotFound)
    assert office.rows("folder") == []


def test_wherever_it_dies_the_next_import_ends_as_one_without_death(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STRETCH", 2)
    path = mbox(tmp_path / "old.mbox", *FOUR, mail(MARIA, ME, "Five", 20), mail(ME, MARIA, "Six", 10))
    for _ in deaths(office, lambda office: done(import_mbox(office.work, path))):
        pass
    straight = office.dump()
    assert len(straight["touch"]) == 4
    for step, name in deaths(office, lambda office: done(import_mbox(office.work, path))):
        done(import_mbox(office.work, path))
        assert office.dump() == straight, f"died at step {step}, {name}"
