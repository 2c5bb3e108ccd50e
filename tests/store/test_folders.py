"""Named queries about mailboxes, cursors and the quarantine."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from kith.domain.scan_plan import Cursor
from kith.store import folders
from kith.store.engine import reading, writing
from kith.store.tables import FolderRow
from support.store import NOW


@pytest.fixture
def inbox(engine: Engine, owner: int) -> FolderRow:
    with writing(engine) as session:
        row = FolderRow(owner_id=owner, mailbox="personal", name="INBOX", uidvalidity=7, last_uid=10)
        session.add(row)
    return row


def test_a_folder_keeps_the_largest_numbers_that_imap_has(engine: Engine, owner: int, inbox: FolderRow) -> None:
    largest = 2**32 - 1
    with writing(engine) as session:
        numbers = {"uidvalidity": largest, "last_uid": largest, "uidnext": largest, "backfill_uid": largest}
        row = FolderRow(owner_id=owner, mailbox="work", name="&AOk-ntré/日本", highestmodseq=2**63 - 1, **numbers)
        session.add(row)
        session.flush()
        folders.quarantine(session, row, [(largest, "why")], NOW)
    with reading(engine) as session:
        kept = folders.of_mailbox(session, owner, "work")["&AOk-ntré/日本"]
        assert folders.cursor(kept) == Cursor(largest, largest)
        assert kept.highestmodseq == 2**63 - 1
        assert [(f.mailbox, f.name) for f in folders.every(session, owner)] == [
            ("personal", "INBOX"),
            ("work", "&AOk-ntré/日本"),
        ]


def test_a_folder_that_was_never_read_has_no_cursor(engine: Engine, owner: int) -> None:
    assert folders.cursor(None) is None
    with reading(engine) as session:
        assert folders.of_mailbox(session, owner, "personal") == {}


def test_how_reading_a_mailbox_went(engine: Engine, owner: int) -> None:
    hours = [NOW + timedelta(hours=n) for n in range(3)]
    with writing(engine) as session:
        folders.note_failure(session, owner, "personal", "no answer", hours[0])
        folders.note_failure(session, owner, "personal", "login refused", hours[1])
        row = folders.mailbox(session, owner, "personal")
        assert (row.error, row.failing_since, row.scanned_at) == ("login refused", hours[0], None)
        folders.note_success(session, owner, "personal", hours[2])
        assert (row.error, row.failing_since, row.scanned_at) == ("", None, hours[2])
        other = folders.mailbox(session, owner, "archive")
        row.read, row.gaps, other.read = 412, 1, 8
        session.flush()
        assert [m.name for m in folders.mailboxes(session, owner)] == ["archive", "personal"]
        assert folders.totals(session, owner) == (420, 1)
        assert folders.totals(session, owner + 1) == (0, 0)


def test_what_could_not_be_read_is_kept_once_and_released(engine: Engine, owner: int, inbox: FolderRow) -> None:
    with writing(engine) as session:
        assert folders.quarantine(session, inbox, [(3, "no end"), (5, "broken")], NOW) == 2
        assert folders.quarantine(session, inbox, [(5, "broken again"), (9, "no end")], NOW) == 1
        assert folders.quarantine(session, inbox, [], NOW) == 0
        assert folders.quarantined_count(session, owner) == 3
        assert [(q.uid, q.reason) for q in folders.quarantined(session, owner)] == [
            (9, "no end"),
            (5, "broken"),
            (3, "no end"),
        ]
        folders.release(session, inbox, [5, 77])
        folders.release(session, inbox, [])
        assert [q.uid for q in folders.quarantined(session, owner)] == [9, 3]
        renumbered = FolderRow(owner_id=owner, mailbox="personal", name="INBOX", uidvalidity=8)
        folders.release(session, renumbered, [3, 9])  # the same numbers under another UIDVALIDITY are others
        assert folders.quarantine(session, renumbered, [(3, "no end")], NOW) == 1
        assert folders.quarantined_count(session, owner) == 3


def test_a_long_quarantine_is_counted_and_its_newest_shown(engine: Engine, owner: int, inbox: FolderRow) -> None:
    with writing(engine) as session:
        assert folders.quarantine(session, inbox, [(uid, "broken") for uid in range(1, 251)], NOW) == 250
        assert folders.quarantined_count(session, owner) == 250
        assert [q.uid for q in folders.quarantined(session, owner)] == list(range(250, 150, -1))
