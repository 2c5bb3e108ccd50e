"""Named queries about the outbox, digests, and replies."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from kith.store.rows import insert_new
from kith.store.tables import DigestRow, InstructionRow, LetterRow, NumberRow, ReplyRow


def add_letter(session: Session, row: LetterRow, numbers: Mapping[int, int]) -> int:
    """Queues a letter with the people its numbers mean; gives its id."""
    session.add(row)
    session.flush()
    session.add_all(
        NumberRow(owner_id=row.owner_id, letter_id=row.id, person_id=person, number=number)
        for number, person in numbers.items()
    )
    session.flush()
    return row.id


def letter_by_key(session: Session, owner_id: int, kind: str, key: str) -> LetterRow | None:
    """The letter of a kind about one thing, if it was ever written."""
    query = select(LetterRow).where(LetterRow.owner_id == owner_id, LetterRow.kind == kind, LetterRow.key == key)
    return session.exec(query).first()


def letter_by_message_id(session: Session, owner_id: int, message_id: str) -> LetterRow | None:
    """The letter with this Message-ID."""
    query = select(LetterRow).where(LetterRow.owner_id == owner_id, LetterRow.message_id == message_id)
    return session.exec(query).first()


def numbers(session: Session, letter_id: int) -> dict[int, int]:
    """The people a letter's numbers mean."""
    query = select(NumberRow.number, NumberRow.person_id).where(NumberRow.letter_id == letter_id)
    return dict(session.exec(query).all())


def in_state(session: Session, owner_id: int, *states: str) -> list[LetterRow]:
    """Letters in some states, oldest first."""
    query = select(LetterRow).where(LetterRow.owner_id == owner_id, col(LetterRow.state).in_(states))
    return list(session.exec(query.order_by(col(LetterRow.id))))


def claim(session: Session, letter_id: int, now: datetime) -> bool:
    """Takes a queued letter for sending; False where somebody else was first."""
    mine = (col(LetterRow.id) == letter_id, col(LetterRow.state) == "queued")
    values = {"state": "sending", "tried_at": now, "attempts": col(LetterRow.attempts) + 1}
    return bool(getattr(session.execute(update(LetterRow).where(*mine).values(**values)), "rowcount", 0))


def newest(session: Session, owner_id: int, kind: str) -> LetterRow | None:
    """The newest letter of a kind."""
    query = select(LetterRow).where(LetterRow.owner_id == owner_id, LetterRow.kind == kind)
    return session.exec(query.order_by(col(LetterRow.id).desc()).limit(1)).first()


def digest(session: Session, owner_id: int, period: date) -> DigestRow | None:
    """The digest of a period, if that has been decided."""
    return session.exec(select(DigestRow).where(DigestRow.owner_id == owner_id, DigestRow.period == period)).first()


def latest_digest(session: Session, owner_id: int) -> DigestRow | None:
    """The digest of the latest period that has been decided."""
    query = select(DigestRow).where(DigestRow.owner_id == owner_id)
    return session.exec(query.order_by(col(DigestRow.period).desc()).limit(1)).first()


def add_replies(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keeps messages that may be replies, to be looked at."""
    return insert_new(session, ReplyRow, rows)


def replies(session: Session, owner_id: int, mailbox: str, *states: str) -> list[ReplyRow]:
    """Replies of a mailbox in some states, oldest first."""
    query = select(ReplyRow).where(
        ReplyRow.owner_id == owner_id, ReplyRow.mailbox == mailbox, col(ReplyRow.state).in_(states)
    )
    return list(session.exec(query.order_by(col(ReplyRow.id))))


def instructions(session: Session, owner_id: int, identity: str) -> dict[int, InstructionRow]:
    """What was done with the instructions of one reply, by position."""
    query = select(InstructionRow).where(InstructionRow.owner_id == owner_id, InstructionRow.identity == identity)
    return {row.position: row for row in session.exec(query)}


def unfiled(session: Session, owner_id: int) -> list[InstructionRow]:
    """Lines that were not understood and are not filed yet, oldest first."""
    query = select(InstructionRow).where(
        InstructionRow.owner_id == owner_id, InstructionRow.outcome == "not-understood"
    )
    return list(session.exec(query.order_by(col(InstructionRow.id))))


def file_lines(session: Session, owner_id: int, identity: str) -> None:
    """The lines of a reply that were not understood have been said again, and need not be listed any more."""
    mine = (
        col(InstructionRow.owner_id) == owner_id,
        col(InstructionRow.identity) == identity,
        col(InstructionRow.outcome) == "not-understood",
    )
    session.execute(update(InstructionRow).where(*mine).values(outcome="filed"))
