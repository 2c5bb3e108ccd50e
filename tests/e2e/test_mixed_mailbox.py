"""A mailbox with all that the tables of the touch policy know, read from a real server, and asked about afterwards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from kith.domain.touch import may_be_reaction
from kith.mail.headers import envelope
from kith.store import people
from kith.store.tables import METADATA
from support.dovecot import PASSWORD, Dovecot
from support.terminal import Terminal
from support.touch_table import DRAFTS, HERE, IDS, LETTERS, NOW, TABLES, Case, cases

CONFIG = """
[owner]
name = "Alex Moreau"
addresses = ["alex@example.com", "alex@work.example", "alex.moreau@gmail.com", "alex@münchen.example"]
timezone = "Europe/Paris"

[[mailbox]]
name = "personal"
url = "{url}"
insecure = true
password = "env:KITH_IMAP_PASSWORD"
folders = ["INBOX", "Sent", "Drafts"]

[store]
url = "sqlite:///kith.db"
"""
PEOPLE = (
    ("maria", "maria@example.org", "maria.silva@gmail.com"),
    ("bob", "bob@work.example"),
    ("zoe", "zoe@bücher.example"),
    ("priya", "Priya.Nair@Post.Example"),
    ("tom", "tom@[192.0.2.7]"),
)
QUOTED = '"tom smith"@example.net'
BODIES = {"text/calendar": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nEND:VCALENDAR\r\n"}
TABLES_OF_MAIL = sorted(p.name for p in TABLES.glob("*.txt") if p.name not in ("absences.txt", "human_subjects.txt"))


@dataclass(frozen=True)
class Delivered:
    """A case as it lies in the mailbox."""

    case: Case
    name: str
    message_id: str
    raw: bytes

    @property
    def folder(self) -> str:
        """Where a mail program would have put it."""
        if self.case.found.in_drafts:
            return "Drafts"
        return "Sent" if self.case.direction == "outbound" else "INBOX"


def letters() -> Iterator[Delivered]:
    """Every case that a mailbox alone can tell: no other settings, nothing of Kith's own, and a server's time."""
    number = 0
    for table in TABLES_OF_MAIL:
        for case in cases(table):
            number += 1
            message_id, fields = _numbered(case.fields, number)
            raw = _raw(fields, case)
            parsed = envelope(raw.partition(b"\r\n\r\n")[0], None)
            ours = LETTERS | DRAFTS
            unread = case.found.opening and not may_be_reaction(parsed)  # its text is not looked at for so little
            if (
                case.here is HERE
                and case.received_at
                and not unread
                and not any(i in "".join(case.fields) for i in ours)
            ):
                yield Delivered(case, f"{table}: {case.title}", message_id, raw)


def _numbered(fields: list[str], number: int) -> tuple[str, list[str]]:
    """The fields with a Message-ID that no other case has."""
    found = next((f for f in fields if f.lower().startswith("message-id:")), None)
    if found is None or "<" not in found:
        message_id = f"<{number}@tables.example>"
        return message_id, [*(f for f in fields if f is not found), f"Message-ID: {message_id}"]
    message_id = found.partition(":")[2].strip().replace("<", f"<{number}.", 1)
    return message_id, [f"Message-ID: {message_id}" if f is found else f for f in fields]


def _raw(fields: list[str], case: Case) -> bytes:
    """The message, with parts of the types that the case knows of."""
    kind = next((f for f in fields if f.lower().startswith("content-type:")), "")
    types = sorted(case.found.media_types, key=lambda t: (t != "text/plain", t)) or ["text/plain"]
    several = len(types) > 1 or types[0] != "text/plain"
    if not kind and several:
        fields = [*fields, 'Content-Type: multipart/mixed; boundary="b"']
    elif "multipart/" in kind.lower() and "boundary" not in kind.lower():
        fields = [f + '; boundary="b"' if f is kind else f for f in fields]
    text = case.found.opening.replace("\n", "\r\n") or "Hello there.\r\n"
    if several or "multipart/" in kind.lower():
        parts = [
            f"--b\r\nContent-Type: {t}\r\n\r\n{text if t == 'text/plain' else BODIES.get(t, 'x')}\r\n" for t in types
        ]
        text = "".join(parts) + "--b--\r\n"
    return ("\r\n".join([*fields, "MIME-Version: 1.0", "", ""]) + text).encode()


DELIVERED = list(letters())


@pytest.fixture(scope="module")
def mixed(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """Kith at the moment that the tables were written for, after it has read them all from a mailbox."""
    terminal = Terminal(tmp_path_factory.mktemp("mixed"), now=NOW)
    terminal.config.write_text(CONFIG.format(url=dovecot.url("mixed")), encoding="utf-8")
    for name, *addresses in PEOPLE:
        assert terminal.json("people", "add", name, *addresses)["id"] == IDS[name]
    work = terminal.work()
    with work.writing() as session:  # no command takes an address with a space in it
        people.add_address(session, work.owner_id, IDS["tom"], QUOTED, work.key(QUOTED))
    work.engine.dispose()
    for one in DELIVERED:
        dovecot.deliver("mixed", one.raw, one.folder, one.case.received_at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITH_IMAP_PASSWORD", PASSWORD)
        before = dovecot.snapshot("mixed")
        read = terminal.json("scan")
        assert (read["read"], read["quarantined"]) == (len(DELIVERED), 0)
        assert dovecot.snapshot("mixed") == before
        yield terminal


def test_the_mailbox_is_large_and_mixed() -> None:
    assert len(DELIVERED) > 120
    assert len({one.case.outcome for one in DELIVERED}) >= 9
    assert {one.folder for one in DELIVERED} == {"INBOX", "Sent", "Drafts"}


@pytest.mark.parametrize("one", DELIVERED, ids=lambda one: re.sub(r"\W+", " ", one.name))
def test_explain_says_of_every_message_what_the_table_says(mixed: Terminal, one: Delivered) -> None:
    told = mixed.json("explain", one.message_id)
    case = one.case
    assert (told["reason"] or "touch", told["direction"]) == (case.outcome, case.direction)
    assert told["touch"] is (case.outcome == "touch")
    assert told["others"] == []
    people = {IDS[name] for name in told["people"]}
    assert people == case.people or case.outcome != "touch"
    if case.known is not None:
        assert people | {IDS[one["name"]] for one in told["untouched"]} == case.known
    if case.at is not None:
        assert datetime.fromisoformat(told["at"]) == case.at


def test_touches_are_kept_of_those_whom_the_tables_name_and_of_nobody_else(mixed: Terminal) -> None:
    work = mixed.work()
    message, touch = METADATA.tables["message"], METADATA.tables["touch"]
    with work.reading() as session:
        query = message.join(touch, message.c.identity == touch.c.identity).select()
        kept = {(row.message_id, row.person_id) for row in session.execute(query)}
        count = len(session.execute(touch.select()).all())
    work.engine.dispose()
    assert kept == {(one.message_id, person) for one in DELIVERED for person in one.case.people}
    assert count == len(kept)


def test_reading_it_all_again_changes_no_verdict(mixed: Terminal) -> None:
    def everything() -> dict[str, object]:
        tables = mixed.json("export")["tables"]
        return {name: tables[name] for name in ("message", "part", "touch", "person", "stranger", "invite")}

    before = everything()
    mixed.json("scan", "--full")
    assert everything() == before
