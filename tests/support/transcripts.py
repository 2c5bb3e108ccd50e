"""Transcripts of servers in the wild, as text files: what they said, and what Kith must keep of it.

A file begins with what it is about and where that is known from, in comment lines. Then come

    know Maria Silva <maria@example.org>              a person Kith knows
    mail LUNCH Maria <maria@example.org> to alex@example.com on Tue, 5 May 2026 10:00:00 +0200
                                                      header fields, which <<LUNCH>> stands for
    -- scan                                           what the server says at one visit (support.scripted_imap)
    -- kept                                           what must be so after it, line by line

The lines of a -- kept: touches (direction and subject, oldest first), folders (those that were read), cursors (folder
UIDVALIDITY:last UID), quarantine (folder, UID, reason), gaps, error (words of what stopped the visit). Where there is
no error, nothing stopped the visit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kith import wiring
from kith.config import MailboxSection
from kith.mail.imap import connect
from kith.mail.source import Source
from support.jobs import Office
from support.scripted_imap import ScriptedImap

FOLDER: Final = Path(__file__).parent.parent / "faults" / "transcripts"
_FIELDS: Final = "From: {sender}|To: {to}|Subject: {name}|Date: {date}|Message-ID: <{name}@example.org>||"


@dataclass(slots=True)
class Transcript:
    """One file."""

    title: str = ""
    sources: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)


def names() -> list[str]:
    """All transcripts there are."""
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def read(name: str) -> Transcript:
    """One transcript. Raises AssertionError where a line makes no sense."""
    found = Transcript()
    mails: dict[str, str] = {}
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    for place, line in _with_sections(lines):
        word, _, rest = line.partition(" ")
        if place == "scan":
            found.visits[-1] += _with_mails(line, mails) + "\n"
        elif place == "kept" and line.strip():
            key, colon, value = line.partition(":")
            assert colon, line
            assert key in _TOLD, line
            found.kept[-1][key] = value.strip()
        elif line == "-- scan":
            found.visits.append("")
        elif line == "-- kept":
            found.kept.append({})
        elif word == "know":
            found.people.append(rest)
        elif word == "mail":
            mails |= _mail(rest)
        elif line.startswith("# Source: "):
            found.sources.append(line.removeprefix("# Source: "))
        elif line.startswith("# "):
            found.title = found.title or line[2:]
        else:
            assert not line.strip(), line
    assert len(found.visits) == len(found.kept), "each -- scan has its -- kept"
    return found


def _with_sections(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each line with the section it stands in; heads of sections stand in none."""
    place = ""
    for line in lines:
        if line in {"-- scan", "-- kept"}:
            yield "", line
            place = line[3:]
        else:
            yield place, line


def _mail(written: str) -> dict[str, str]:
    name, _, rest = written.partition(" ")
    people, _, date = rest.rpartition(" on ")
    sender, _, to = people.partition(" to ")
    return {name: _FIELDS.format(sender=sender, to=to, name=name, date=date)}


def _with_mails(line: str, mails: dict[str, str]) -> str:
    for name, fields in mails.items():
        line = line.replace(f"<<{name}>>", f"{{{{{fields}}}}}").replace(f"<{name}>", fields)
    return line


class Desk(Office):
    """An owner whose mailbox is on a server that follows a transcript; the n-th visit is its n-th connection."""

    script: ScriptedImap

    def open(self, mailbox: MailboxSection) -> Source:
        """The next connection."""
        account = wiring.account_of(self.work.config, mailbox)
        here = replace(account, host=self.script.host, port=self.script.port, tls="none", secret=lambda: "secret")
        return connect(here, 2)


def replay(transcript: Transcript, folder: Path) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """After each visit, what must be so and what is so, of the same things."""
    with Desk(folder, touch__snippets="false") as desk, ScriptedImap(*transcript.visits) as desk.script:
        for person in transcript.people:
            desk.add(person)
        for expected in transcript.kept:
            result = desk.scan()
            assert not desk.script.failure, desk.script.failure
            told = {
                "error": result.error.message if result.error else "",
                "folders": ", ".join(f.name for f in result.folders),
            }
            yield expected, {name: (told | _kept(desk))[name] for name in {"error", *expected}}


def _kept(desk: Desk) -> dict[str, str]:
    folders = desk.rows("folder")
    quarantine = [(row["folder"], row["uid"], row["reason"]) for row in desk.rows("quarantine")]
    return {
        "touches": ", ".join(f"{direction} {subject}" for direction, subject, _ in desk.touches()),
        "cursors": ", ".join(f"{row['name']} {row['uidvalidity']}:{row['last_uid']}" for row in folders),
        "quarantine": ", ".join(f"{name} {uid} {reason}" for name, uid, reason in quarantine),
        "gaps": str(sum(row["gaps"] for row in folders)),
    }


_TOLD: Final = {"touches", "cursors", "quarantine", "gaps", "folders", "error"}
