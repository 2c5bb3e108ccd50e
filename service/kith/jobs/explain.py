"""Why a message counted or not: from what is kept, or, for a stranger's mail, by asking the mailbox again."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from kith.domain.explaining import NONE_OF_YOURS, RULED_OUT
from kith.domain.folders import Folder, readable
from kith.domain.message import identity
from kith.domain.person import Person
from kith.domain.touch import Circumstances, Found, Reason, Verdict, judge
from kith.errors import KithError
from kith.jobs.fate import fate
from kith.jobs.look import Eyes, Seen, glance, look_closer, telling
from kith.jobs.reading import eyes_on
from kith.jobs.scan import STOPS
from kith.jobs.work import Work
from kith.mail import headers
from kith.mail.source import RawHeader, Source
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

    people are those it touched, and, where it touched nobody, those who take part in it. mark is the verdict's
    (see kith.domain.touch.Verdict), and meeting what became of those that the message tells of.
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
    with work.reading() as session:
        found = [_as_kept(work, session, row) for row in kept(session, work.owner_id, message_id)]
    return sorted(found or _asked(work, message_id), key=lambda e: e.reason is not None)


def kept(session: Session, owner_id: int, message_id: str) -> list[MessageRow]:
    """The messages that are kept under this Message-ID, with its angle brackets or without; some have but one."""
    for spelling in _spellings(message_id):
        if rows := messages.by_message_id(session, owner_id, spelling):
            return rows
    return []


def _spellings(message_id: str) -> Iterable[str]:
    """As it is given first. White space inside brackets is not kept (see kith.mail.headers)."""
    bare = message_id.strip("<> ")
    whole = [f"{left}{bare}{right}" for left in ("<", "") for right in (">", "")]
    return dict.fromkeys([message_id, *whole, f"<{''.join(bare.split())}>"])


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
        mark=row.mark,
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
    """Nothing is kept about strangers' mail, nor of what no scan has met yet, so the mailboxes are asked.

    Raises what kept one from being asked, where no other has the message.
    """
    with work.reading() as session:
        here = work.circumstances(session, upto_seq=people.latest_seq(session, work.owner_id))
    found: dict[str, Explained] = {}
    failed: KithError | None = None
    for mailbox in work.config.mailbox:
        try:
            with closing(work.open_source(mailbox)) as source:
                chosen, _ = readable(source.folders(), mailbox.folders, mailbox.exclude)
                for folder in chosen:
                    for name, one in _in_folder(work, source, folder, message_id, here):
                        if one.reason is None or name not in found:  # of two copies the one that is a touch
                            found[name] = one
        except STOPS as error:
            failed = error
    if failed and not found:
        raise failed
    return list(found.values())


def _in_folder(
    work: Work, source: Source, folder: Folder, message_id: str, here: Circumstances
) -> Iterator[tuple[str, Explained]]:
    """What a scan of today makes of them, each with its identity."""
    eyes = eyes_on(work, folder, here)
    in_brackets = f"<{message_id.strip('<> ')}>"
    uids = source.find(folder.name, in_brackets)
    if not uids and message_id != in_brackets:
        uids = source.find(folder.name, message_id)
    for _covered, blocks, _unreadable in source.headers(uids):
        seen = {one.uid: one for one in look_closer(source, glance(blocks, eyes), blocks, eyes)}
        strangers = [raw for raw in blocks if raw.uid not in seen]
        with work.reading() as session:
            yield from ((one.identity, _as_seen(work, session, one)) for one in seen.values())
        yield from _of_strangers(source, strangers, eyes)


def _as_seen(work: Work, session: Session, one: Seen) -> Explained:
    """As it is kept, where it is, under another of its Message-IDs."""
    row = messages.by_identity(session, work.owner_id, [one.identity]).get(one.identity)
    if row:
        return _as_kept(work, session, row)
    verdict = one.verdict
    known = [person for person, _ in people.everyone(session, work.owner_id, verdict.known)]
    touched = verdict.people or verdict.known
    return replace(
        _as_judged(one.message_id, one.subject, verdict),
        people=tuple(p.name for p in known if p.id in touched),
        untouched=tuple(Untouched(p.name, Reason.BYSTANDER) for p in known if p.id not in touched),
    )


def _of_strangers(source: Source, blocks: Sequence[RawHeader], eyes: Eyes) -> Iterator[tuple[str, Explained]]:
    """A scan would not look closer at these; somebody who asks wants to know."""
    uids = [raw.uid for raw in blocks]
    parts, relayed = source.structures(uids), source.fields(uids, ["Received"])
    for raw in blocks:
        envelope = headers.envelope(raw.block, raw.received_at)
        more = Found(
            media_types=telling(parts.get(raw.uid, ()), ()),
            relayed_at=headers.received_time(relayed.get(raw.uid, b"")),
            in_drafts=eyes.in_drafts or raw.is_draft,
        )
        verdict = judge(envelope, eyes.here, eyes.now, more)
        yield (
            identity(envelope),
            replace(
                _as_judged(envelope.message_id, envelope.subject, verdict),
                meeting=NONE_OF_YOURS if verdict.reason is Reason.CALENDAR else "",
            ),
        )


def _as_judged(message_id: str, subject: str, verdict: Verdict) -> Explained:
    reason = verdict.reason or None
    return Explained(message_id, subject, verdict.at, str(verdict.direction), reason, mark=verdict.mark)
