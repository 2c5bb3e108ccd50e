"""Why a message counted or not: from what is kept, or, for a stranger's mail, by asking the mailbox again."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kith.domain.explaining import RULED_OUT
from kith.domain.folders import Folder, Role, readable
from kith.domain.person import Person
from kith.domain.touch import Circumstances, Found, Reason, Verdict, judge
from kith.errors import KithError
from kith.jobs.fate import fate
from kith.jobs.scan import STOPS
from kith.jobs.work import Work
from kith.mail import headers
from kith.mail.source import Source
from kith.store import messages, people, rulings
from kith.store.engine import Session
from kith.store.tables import MessageRow


class Untouched(NamedTuple):
    """Somebody who takes part in a message that touched others, and why it did not touch them."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explained:
    """The verdict on one message. reason is None where it is a touch; ruled: the owner had a word in it.

    people are those it touched, and, where it touched nobody, those who take part in it. mark is the header field
    that gave a machine or a list away, and meeting what became of those that the message tells of.
    """

    message_id: str
    subject: str
    at: datetime
    direction: str
    reason: str | None
    people: tuple[str, ...] = ()
    untouched: tuple[Untouched, ...] = ()
    ruled: bool = False
    mark: str = ""
    meeting: str = ""


def explain(work: Work, message_id: str) -> list[Explained]:
    """The verdicts on all messages with this Message-ID, touches first; empty where there is no such message.

    Raises TryLater or LoginRefused where a mailbox had to be asked and could not be.
    """
    found = _kept(work, message_id) or _asked(work, message_id)
    return sorted(found, key=lambda e: e.reason is not None)


def _kept(work: Work, message_id: str) -> list[Explained]:
    with work.reading() as session:
        rows = messages.by_message_id(session, work.owner_id, message_id)
        return [_as_kept(work, session, row) for row in rows]


def _as_kept(work: Work, session: Session, row: MessageRow) -> Explained:
    said = {part.person_id: part.ruling for part in rulings.parts(session, row.owner_id, row.identity)}
    touched = {touch.person_id for touch in messages.touches_of(session, row.owner_id, row.identity)}
    known = [person for person, _ in people.everyone(session, row.owner_id, said.keys() | touched)]
    return Explained(
        message_id=row.message_id,
        subject=row.subject,
        at=row.at,
        direction=row.direction or "",
        reason=None if touched else _reason_of(row, ruling=False if False in said.values() else None),
        people=tuple(p.name for p in known if p.id in touched or not touched),
        untouched=tuple(
            Untouched(p.name, _reason_of(row, said[p.id])) for p in known if touched and p.id not in touched
        ),
        ruled=any(ruling is not None for ruling in said.values()),
        mark=row.mark if row.reason else "",
        meeting=fate(work, session, row.identity),
    )


def _reason_of(row: MessageRow, ruling: bool | None) -> str:
    """Why a message is no touch of somebody in it: by the owner's word, or by the rules."""
    return RULED_OUT if ruling is False else row.reason or Reason.BYSTANDER


def uncounted(session: Session, person: Person, owner_id: int, since: datetime | None) -> list[tuple[str, str]]:
    """Why newer messages with a person were no touch of theirs: the reason and its mark of each, newest first."""
    found = messages.not_counted_since(session, owner_id, person.id, since, MOST_UNCOUNTED)
    return [(str(_reason_of(row, ruling)), row.mark) for row, ruling in found]


MOST_UNCOUNTED = 1000
"""Messages that are looked at for reasons."""


def _asked(work: Work, message_id: str) -> list[Explained]:
    """Nothing is kept about strangers' mail, so the mailboxes are asked.

    Raises what kept one from being asked, where no other has the message.
    """
    with work.reading() as session:
        here = work.circumstances(session, upto_seq=people.latest_seq(session, work.owner_id))
    found: list[Explained] = []
    failed: KithError | None = None
    for mailbox in work.config.mailbox:
        try:
            with closing(work.open_source(mailbox)) as source:
                chosen, _ = readable(source.folders(), mailbox.folders, mailbox.exclude)
                for folder in chosen:
                    found += _in_folder(source, folder, message_id, here, work.now())
        except STOPS as error:
            failed = error
    if failed and not found:
        raise failed
    return found


def _in_folder(source: Source, folder: Folder, message_id: str, here: Circumstances, now: datetime) -> list[Explained]:
    found = []
    for _covered, blocks, _unreadable in source.headers(source.find(folder.name, message_id)):
        uids = [raw.uid for raw in blocks]
        parts, relayed = source.structures(uids), source.fields(uids, ["Received"])
        for raw in blocks:
            envelope = headers.envelope(raw.block, raw.received_at)
            more = Found(
                media_types=frozenset(part.media_type for part in parts.get(raw.uid, [])),
                relayed_at=headers.received_time(relayed.get(raw.uid, b"")),
                in_drafts=folder.role is Role.DRAFTS,
            )
            found.append(_as_judged(message_id, envelope.subject, judge(envelope, here, now, more)))
    return found


def _as_judged(message_id: str, subject: str, verdict: Verdict) -> Explained:
    reason = verdict.reason or None
    return Explained(message_id, subject, verdict.at, str(verdict.direction), reason, mark=verdict.mark)
