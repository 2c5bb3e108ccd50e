"""Drafts: proposed in the database, placed in the Drafts folder once, seen when they are sent."""

from datetime import datetime

from kith.domain.address import Address, split
from kith.domain.digest import DraftLine, LastSaid
from kith.domain.occasion import Kind, Occasion, first_name, key_of
from kith.domain.person import Person
from kith.errors import NotFound
from kith.jobs.post import nonce
from kith.jobs.work import Work
from kith.mail import compose
from kith.mail.source import Role, Source
from kith.store import messages, notes
from kith.store.engine import Session
from kith.store.tables import DraftRow, MessageRow

DRAFT = "\\Draft"


def propose(
    work: Work,
    session: Session,
    kind: Kind,
    person: Person,
    what: str,
    now: datetime,
    whom: Person | None = None,
) -> DraftLine:
    """Writes a draft for an occasion, unless that was done before; gives its line for a letter.

    Raises NotFound where there is no address to write to.
    """
    if not person.addresses:
        raise NotFound(f"I have no address of {person.name}", f"kith people edit {person.name} --address …")
    key = key_of(kind, person.id, what, whom.name if whom else "")
    before = notes.draft_by_key(session, work.owner_id, key)
    if before is None:
        occasion, thread = _occasion(work, session, kind, key, person, what, whom)
        try:
            before = _write(work, occasion, thread, [person, whom] if whom else [person], now)
        except ValueError as error:  # an address outside ASCII, which few servers take
            raise NotFound(f"I cannot write to {person.name}: {error}", "give them another address") from error
        session.add(before)
        session.flush()
    return DraftLine(person.name, str(kind), before.subject)


def _occasion(
    work: Work, session: Session, kind: Kind, key: str, person: Person, what: str, whom: Person | None
) -> tuple[Occasion, MessageRow | None]:
    latest = messages.latest_mail(session, work.owner_id, [person.id]).get(person.id)
    thread = latest if kind in IN_THREAD else None
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
        whom=whom.name if whom else "",
        whom_address=whom.addresses[0] if whom and whom.addresses else "",
        last_said=_said(work, latest),
        thread_subject=thread.subject if thread else "",
    ), thread


IN_THREAD = frozenset({Kind.THANKS, Kind.MEETING, Kind.FOLLOW_UP, Kind.INTRODUCTION})
"""What is written as an answer in the latest thread; the other occasions begin one of their own."""


def _said(work: Work, latest: MessageRow | None) -> LastSaid | None:
    if latest is None:
        return None
    return LastSaid(work.local(latest.at), latest.direction == "outbound", latest.subject, "")


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


def place(work: Work, source: Source) -> int:
    """Puts proposed drafts into an open mailbox's Drafts folder; gives how many.

    A draft whose APPEND was cut off is looked for by its Message-ID before it is placed again; one
    that was placed is never placed a second time, whatever became of it.
    """
    with work.reading() as session:
        waiting = notes.drafts(session, work.owner_id, "proposed", "placing")
    if not waiting:
        return 0
    folder = next((f.name for f in source.folders() if f.role is Role.DRAFTS), None)
    if folder is None:
        return 0
    return sum(_place_one(work, source, folder, row) for row in waiting)


def _place_one(work: Work, source: Source, folder: str, row: DraftRow) -> bool:
    there = row.state == "placing" and bool(source.find(folder, row.message_id))
    if not there:
        _mark(work, row, "placing")
        source.append(folder, row.raw, (DRAFT,))
    _mark(work, row, "placed")
    return not there


def _mark(work: Work, row: DraftRow, state: str) -> None:
    with work.writing() as session:
        kept = session.get_one(DraftRow, row.id)
        kept.state = state
        if state == "placed":
            kept.placed_at, kept.raw = work.now(), b""
        session.add(kept)


def note_sent(work: Work) -> int:
    """Drafts whose mail was seen among the owner's: they were sent. Gives how many are new."""
    sent = 0
    with work.writing() as session:
        for row in notes.drafts(session, work.owner_id, "placed"):
            if _was_sent(session, work.owner_id, row):
                row.state = "sent"
                session.add(row)
                sent += 1
    return sent


def _was_sent(session: Session, owner_id: int, row: DraftRow) -> bool:
    """By its Message-ID, or, where the mail program gave it another, by its subject to its person."""
    if messages.by_message_id(session, owner_id, row.message_id):
        return True
    since = row.placed_at or row.created_at
    newer = messages.of_person(session, owner_id, row.person_id, 20)
    return any(m.at >= since and m.direction == "outbound" and m.subject == row.subject for m in newer)
