"""Drafts: proposed in the database, placed in the Drafts folder once, seen when they are sent."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from kith.domain.address import Address, split
from kith.domain.cues import Cue
from kith.domain.digest import DraftLine, LastSaid
from kith.domain.names import enumerated
from kith.domain.occasion import Kind, Occasion, first_name, key_of
from kith.domain.person import Person
from kith.domain.touch import Reason
from kith.errors import ConfigError, NotFound, TryLater
from kith.jobs.post import nonce
from kith.jobs.work import Work
from kith.mail import compose
from kith.mail.source import Role, Source
from kith.store import messages, notes
from kith.store.engine import Session
from kith.store.tables import DraftRow, MessageRow

DRAFT = "\\Draft"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A draft as a letter tells of it, to whom it goes, and the day it was made if that was before."""

    line: DraftLine
    to: str
    made_on: date | None = None


def propose(
    work: Work,
    session: Session,
    kind: Kind,
    person: Person,
    what: str,
    now: datetime,
    whom: Person | None = None,
) -> Proposed:
    """Writes a draft for an occasion, unless that was ever done before.

    Raises NotFound where there is no address to write to.
    """
    receivers = [person, whom] if whom else [person]
    for one in receivers:
        if not one.addresses:
            raise NotFound(f"I have no address of {one.name}", f"kith people edit {one.name} --address …")
    to = enumerated([one.name for one in receivers])
    key = _key(kind, person, what, whom)
    before = notes.draft_by_key(session, work.owner_id, key)
    if before is not None:
        return Proposed(DraftLine(person.name, str(kind), before.subject), to, work.local(before.created_at))
    occasion, thread = _occasion(work, session, kind, key, person, what)
    if whom:
        occasion = replace(occasion, whom=whom.name, whom_address=next(iter(whom.addresses), ""))
    try:
        row = _write(work, occasion, thread, receivers, now)
    except ValueError as error:  # an address outside ASCII, which few servers take
        raise NotFound(f"I cannot write to {to}: {error}", "give them another address") from error
    session.add(row)
    session.flush()
    return Proposed(DraftLine(person.name, str(kind), row.subject), to)


def unasked(work: Work, session: Session, person: Person, cue: Cue, now: datetime) -> DraftRow | None:
    """A draft that nobody asked for, not kept yet; None where it cannot be written, or there was one already.

    A template of the owner's that is broken must not hold back the digest; `kith doctor` tells of it.
    """
    if notes.draft_by_key(session, work.owner_id, cue.key):
        return None
    try:
        occasion, thread = _prompted(work, session, person, cue, now)
        return _write(work, occasion, thread, [person], now)
    except (ValueError, ConfigError):  # an address outside ASCII, which few servers take; a broken template
        return None


def _prompted(
    work: Work, session: Session, person: Person, cue: Cue, now: datetime
) -> tuple[Occasion, MessageRow | None]:
    occasion, thread = _occasion(work, session, cue.kind, cue.key, person, cue.what)
    return replace(occasion, whom=cue.whom, on=cue.on, today=work.local(now)), thread


def ask_for(
    work: Work,
    session: Session,
    kind: Kind,
    person: Person,
    what: str,
    now: datetime,
    whom: Person | None = None,
) -> Proposed:
    """The same on the owner's own word: what was asked for long ago may be asked for again."""
    before = notes.draft_by_key(session, work.owner_id, _key(kind, person, what, whom))
    if before is not None and now - before.created_at > AGAIN:
        before.key = f"{before.key}:{before.id}"
        session.add(before)
        session.flush()
    return propose(work, session, kind, person, what, now, whom)


AGAIN = timedelta(days=30)
"""After so long, "ask Bob for coffee" is a new wish and no slip."""


def _key(kind: Kind, person: Person, what: str, whom: Person | None) -> str:
    return key_of(kind, person.id, what, str(whom.id) if whom else "")


def _occasion(
    work: Work, session: Session, kind: Kind, key: str, person: Person, what: str
) -> tuple[Occasion, MessageRow | None]:
    latest = messages.latest_mail(session, work.owner_id, [person.id]).get(person.id)
    thread = latest if latest and _belongs_to(latest, kind, work.now()) else None
    return Occasion(
        kind=kind,
        key=key,
        person_id=person.id,
        name=person.name,
        first_name=first_name(person.name),
        address=person.addresses[0],
        owner_name=work.config.owner.name,
        owner_first_name=first_name(work.config.owner.name),
        what=what,
        last_said=_said(work, session, person, latest),
        thread_subject=thread.subject if thread else "",
    ), thread


IN_THREAD = frozenset({Kind.THANKS, Kind.FOLLOW_UP})
"""What is written as an answer in the latest thread."""
IN_YOUNG_THREAD = frozenset({Kind.MEETING, Kind.INTRODUCTION})
"""What answers the latest thread if that is young, so that it is likely about it. Other occasions begin their own."""
YOUNG = timedelta(days=14)


def _belongs_to(mail: MessageRow, kind: Kind, now: datetime) -> bool:
    return kind in IN_THREAD or (kind in IN_YOUNG_THREAD and now - mail.at < YOUNG)


def _said(work: Work, session: Session, person: Person, latest: MessageRow | None) -> LastSaid | None:
    if latest is None:
        return None
    kept = messages.snippets(session, work.owner_id, [person.id]) if work.config.touch.snippets else {}
    snippet = kept.get(person.id)
    words = snippet.text if snippet and snippet.identity == latest.identity else ""
    return LastSaid(work.local(latest.at), latest.direction == "outbound", latest.subject, words)


def _write(
    work: Work, occasion: Occasion, thread: MessageRow | None, receivers: list[Person], now: datetime
) -> DraftRow:
    rendered = work.letters.draft(occasion)
    message_id = work.tokens.draft_id(nonce(), split(work.config.owner.addresses[0])[1])
    raw = compose.draft(
        sender=Address(work.config.owner.name, work.config.owner.addresses[0]),
        to=[Address(p.name, p.addresses[0]) for p in receivers if p.addresses],
        subject=rendered.subject,
        text=rendered.text,
        message_id=message_id,
        date=now.astimezone(work.config.owner.timezone),
        in_reply_to=thread.message_id if thread else "",
        references=[thread.message_id] if thread and thread.message_id else [],
    )
    return DraftRow(
        owner_id=work.owner_id,
        person_id=occasion.person_id,
        key=occasion.key,
        kind=str(occasion.kind),
        message_id=message_id,
        subject=rendered.subject,
        raw=raw,
        created_at=now,
    )


def place(work: Work, source: Source, mailbox: str) -> int:
    """Puts the proposed drafts that belong to an open mailbox into its Drafts folder; gives how many.

    A draft whose APPEND was cut off is looked for by its Message-ID before it is placed again; one that
    was placed is never placed a second time, whatever became of it. What cannot be placed waits and is told.
    """
    with work.reading() as session:
        rows = notes.drafts(session, work.owner_id, "proposed", "placing")
        waiting = [row for row in rows if _home(work, session, row) == mailbox]
    if not waiting:
        return 0
    folders = source.folders()
    drafts = next((f.name for f in folders if f.role is Role.DRAFTS), None)
    if drafts is None:
        for row in waiting:
            _mark(work, row, row.state, NO_FOLDER)
        return 0
    seen_in = [f.name for f in folders if f.role in (Role.DRAFTS, Role.SENT, Role.TRASH)]
    return sum(_place_one(work, source, drafts, seen_in, row) for row in waiting)


NO_FOLDER = "its mailbox has no Drafts folder; name one in `drafts` of its [[mailbox]] section"


def _home(work: Work, session: Session, row: DraftRow) -> str:
    """The mailbox that holds the latest mail with the person, else the first."""
    latest = messages.latest_mail(session, work.owner_id, [row.person_id]).get(row.person_id)
    names = [m.name for m in work.config.mailbox]
    return latest.mailbox if latest and latest.mailbox in names else names[0]


def _place_one(work: Work, source: Source, drafts: str, seen_in: list[str], row: DraftRow) -> bool:
    there = row.state == "placing" and any(source.find(folder, row.message_id) for folder in seen_in)
    if not there:
        _mark(work, row, "placing")
        try:
            source.append(drafts, row.raw, (DRAFT,))
        except (TryLater, NotFound) as error:  # it may be there all the same: the next round looks
            _mark(work, row, "placing", error.message)
            return False
    _mark(work, row, "placed")
    return not there


def _mark(work: Work, row: DraftRow, state: str, error: str = "") -> None:
    if (row.state, row.error) == (state, error):
        return
    with work.writing() as session:
        kept = session.get_one(DraftRow, row.id)
        kept.state, kept.error = state, error
        if state == "placed":
            kept.placed_at, kept.raw = work.now(), b""
        session.add(kept)
    row.state, row.error = state, error


def note_gone(work: Work, source: Source, mailbox: str) -> int:
    """Drafts that are no more where they were placed: edited, sent or thrown away. Gives how many."""
    with work.reading() as session:
        there = [r for r in notes.drafts(session, work.owner_id, "placed") if _home(work, session, r) == mailbox]
    drafts = next((f.name for f in source.folders() if f.role is Role.DRAFTS), None) if there else None
    if drafts is None:
        return 0
    gone = [row for row in there if not source.find(drafts, row.message_id)]
    for row in gone:
        _mark(work, row, "gone")
    return len(gone)


def note_sent(work: Work) -> int:
    """Drafts of the last months whose mail was seen among the owner's: they were sent. Gives how many are new."""
    sent, since = 0, work.now() - LOOKED_FOR
    with work.writing() as session:
        for row in notes.drafts(session, work.owner_id, "placed", "gone"):
            if (row.placed_at or row.created_at) > since and _was_sent(session, work.owner_id, row):
                row.state = "sent"
                session.add(row)
                sent += 1
    return sent


LOOKED_FOR = timedelta(days=90)
"""How long a draft may lie before it is sent, and be seen to be: every round asks for each, and there are ever more."""


def _was_sent(session: Session, owner_id: int, row: DraftRow) -> bool:
    """By its Message-ID, or, where the mail program gave it another, by its subject to its person."""
    since = (row.placed_at or row.created_at).replace(microsecond=0)  # Date knows only seconds
    newer = messages.of_person(session, owner_id, row.person_id, MOST_LOOKED_THROUGH)
    mine = [m for m in newer if m.at >= since and m.direction == "outbound"]
    same = [m for m in mine if row.subject and m.subject == row.subject]  # none: it named somebody who is forgotten
    found = [*messages.by_message_id(session, owner_id, row.message_id), *same]
    return any(m.reason not in (Reason.DRAFT, Reason.OWN) for m in found)  # those lie in Drafts


MOST_LOOKED_THROUGH = 20
"""The newest messages with a person, among which a draft that was sent is looked for."""
