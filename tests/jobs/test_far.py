"""Reading a mailbox on a server far away, where each answer that is waited for costs a round trip."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kith import wiring
from kith.domain.folders import Folder, Role
from kith.jobs.prospect import Prospect
from kith.mail.imap import connect
from kith.mail.source import FolderState, Source
from kith.store.tables import FolderRow
from support.dovecot import PASSWORD, Dovecot
from support.invitations import event, invitation
from support.jobs import MARIA, ME, NOW, Office
from support.mail import message
from support.recording_proxy import Failure, RecordingProxy

FOLDERS = ("Archive", "INBOX", "Sent")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path) as made:
        made.add(MARIA, every="1 week")
        yield made


@pytest.fixture
def proxy(office: Office, dovecot: Dovecot) -> Iterator[RecordingProxy]:
    """What lies between; the mailbox behind it has three folders, in each of which a second look is needed."""
    user = office.use(dovecot)
    for folder in FOLDERS:
        put(dovecot, user, folder, 30)
    with RecordingProxy(dovecot.port) as line:
        account = wiring.account_of(office.work.config, office.work.config.mailbox[0])
        here = replace(account, host="127.0.0.1", port=line.port, user=user, secret=lambda: PASSWORD)

        def open_source(_mailbox: object) -> Source:
            return connect(here, 5)

        office.work = replace(office.work, open_source=open_source)
        yield line


def put(dovecot: Dovecot, user: str, folder: str, days_ago: int) -> None:
    """A mail and an invitation, from Maria or to her."""
    at = NOW - timedelta(days=days_ago + FOLDERS.index(folder))
    sender, to = (ME, MARIA) if folder == "Sent" else (MARIA, ME)
    dovecot.deliver(user, message(sender, to, f"{folder} {days_ago}", f"Hello from {folder}.\n", at=at), folder, at=at)
    lunch = event(NOW + timedelta(days=9), uid=f"{folder}{days_ago}@x")
    dovecot.deliver(user, invitation(sender, to, lunch, at - timedelta(minutes=9)), folder, at=at)


def test_a_first_scan_waits_for_few_answers(office: Office, proxy: RecordingProxy) -> None:
    result = office.read()
    assert (result.total("read"), len(office.subjects()), len(office.rows("invite"))) == (6, 3, 3)
    assert [row["text"] for row in office.rows("snippet")] == ["Hello from Archive."]
    proxy.check_harmless()
    opened = [command for command in proxy.commands if command.startswith("EXAMINE")]
    assert len(opened) == len(FOLDERS) + 2, "each once, and one for the words that were said last"
    # The login, the folders, the first of them; of each, headers, structures, and parts with the next folder behind
    # them; twice for the words; the goodbye.
    assert proxy.turns <= 3 + 3 * len(FOLDERS) + 2 + 1


def test_a_scan_of_little_that_is_new_waits_for_few_answers(
    office: Office, dovecot: Dovecot, proxy: RecordingProxy
) -> None:
    office.read()
    for folder in FOLDERS:
        put(dovecot, office.users["personal"], folder, 20)
    before = proxy.turns
    assert office.read().total("read") == 6
    assert len(office.subjects()) == 6
    assert proxy.turns - before <= 4 + 3 * len(FOLDERS) + 2 + 1


@pytest.mark.parametrize("failure", [Failure.EOF, Failure.BYE])
def test_promise_8_a_folder_over_which_the_server_hangs_up_costs_the_others_nothing(
    office: Office, proxy: RecordingProxy, failure: Failure
) -> None:
    """It is found out when nothing else is under way."""
    proxy.fails_at = lambda command: failure if command == 'EXAMINE "Sent"' else None
    for _ in range(4):
        assert office.scan().error is not None
    assert {row["name"]: row["breaks"] for row in office.rows("folder")} == {"INBOX": 0, "Archive": 0, "Sent": 3}
    assert sorted(office.subjects()) == ["Archive 30", "INBOX 30"]
    proxy.fails_at = lambda _command: None
    office.read()
    assert len(office.subjects()) == 3
    assert office.rows("quarantine") == []


# -- what can be said before a folder is opened

STATE = FolderState(5, 11)


@pytest.mark.parametrize(
    ("known", "told", "full", "first", "is_due"),
    [
        (None, None, False, 1, True),
        (None, STATE, True, 1, True),
        ({"last_uid": 8}, STATE, False, 9, True),
        ({"last_uid": 8}, None, False, 9, True),
        ({"last_uid": 10}, STATE, False, 11, False),
        ({"last_uid": 10}, STATE, True, 0, True),
        ({"last_uid": 10, "changes": 1}, STATE, False, 11, True),
        ({"last_uid": 8, "uidvalidity": 4}, STATE, False, 0, True),
        ({"last_uid": 8, "breaks": 1}, STATE, False, 0, True),
        ({"last_uid": 8, "snag_upto": 9}, STATE, False, 0, True),
        ({"last_uid": 12}, STATE, False, 0, True),
    ],
)
def test_what_is_foreseen_of_a_folder(
    known: dict[str, Any] | None, told: FolderState | None, full: bool, first: int, is_due: bool
) -> None:
    values: dict[str, Any] = {"owner_id": 1, "mailbox": "personal", "name": "INBOX", "uidvalidity": 5} | (known or {})
    row = None if known is None else FolderRow(**values)
    prospect = Prospect(Folder("INBOX", Role.INBOX), row, told, full)
    assert (prospect.first, prospect.is_due) == (first, is_due)
