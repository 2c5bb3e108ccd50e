"""Named queries about the outbox, digests, and replies."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, update
from sqlmodel import Session, col, select

from kith.store.rows import insert_new
from kith.store.tables import METADATA, DigestRow, InstructionRow, LetterRow, NumberRow, ReplyRow


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
    """The letter with this Message-ID; some mail programs change its capitals."""
    same = func.lower(LetterRow.message_id) == message_id.lower()
    query = select(LetterRow).where(LetterRow.owner_id == owner_id, same)
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


def told_at(session: Session, owner_id: int) -> datetime | None:
    """When the latest digest that was sent was composed."""
    query = select(LetterRow.created_at).where(LetterRow.owner_id == owner_id, LetterRow.kind == "digest")
    sent = query.where(LetterRow.state == "sent").order_by(col(LetterRow.created_at).desc())
    return session.exec(sent.limit(1)).first()


def digest(session: Session, owner_id: int, period: date) -> DigestRow | None:
    """The digest of a period, if that has been decided."""
    return session.exec(select(DigestRow).where(DigestRow.owner_id == owner_id, DigestRow.period == period)).first()


def claim_period(session: Session, owner_id: int, period: date, read: int, gaps: int, now: datetime) -> bool:
    """Takes a period for its one digest; False where it was taken before, also by another process just now."""
    row = {"owner_id": owner_id, "period": period, "read": read, "gaps": gaps, "made_at": now}
    return insert_new(session, DigestRow, [row]) == 1


def name_letter(session: Session, owner_id: int, period: date, letter_id: int) -> None:
    """Says which letter a period's digest is."""
    mine = (col(DigestRow.owner_id) == owner_id, col(DigestRow.period) == period)
    session.execute(update(DigestRow).where(*mine).values(letter_id=letter_id))


def digests_near(session: Session, owner_id: int, period: date) -> bool:
    """Whether a digest was decided for a period that begins less than a week before this one, or up to a week after.

    The day of digests was changed, or a clock that was ahead has been set back.
    """
    week = timedelta(days=7)
    query = select(DigestRow.id).where(DigestRow.owner_id == owner_id, DigestRow.period > period - week)
    return session.exec(query.where(DigestRow.period <= period + week).limit(1)).first() is not None


def latest_digest(session: Session, owner_id: int) -> DigestRow | None:
    """The digest of the latest period that has been decided."""
    query = select(DigestRow).where(DigestRow.owner_id == owner_id)
    return session.exec(query.order_by(col(DigestRow.period).desc()).limit(1)).first()


def add_replies(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keeps messages that may be replies, to be looked at; gives how many are new.

    One that was gone when it was to be read, or waits in a folder that was renumbered, is looked for where it is now.
    """
    if not rows:
        return 0
    new = insert_new(session, ReplyRow, rows)
    table = METADATA.tables["reply"]
    same = [table.c[name] == bindparam(f"its_{name}") for name in ("owner_id", "identity", "in_sent")]
    moved: dict[str, Any] = {name: bindparam(f"its_{name}") for name in ("mailbox", "folder", "uidvalidity", "uid")}
    here = [table.c[name] == bindparam(f"its_{name}") for name in ("mailbox", "folder")]
    lost = or_(table.c.state == "gone", and_(table.c.state == "found", *here))
    statement = table.update().where(*same, lost).values(state="found", **moved)
    session.connection().execute(statement, [{f"its_{name}": value for name, value in row.items()} for row in rows])
    return new


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
    """Lines that were not understood and are not filed yet, each once, oldest first."""
    query = select(InstructionRow).where(
        InstructionRow.owner_id == owner_id, InstructionRow.outcome == "not-understood"
    )
    rows = session.exec(query.order_by(col(InstructionRow.id).desc()))
    first = {(row.identity, row.line): row for row in rows}  # several instructions of one line may have failed
    return sorted(first.values(), key=lambda row: row.id)


def told_before(session: Session, owner_id: int, lines: Collection[str]) -> set[str]:
    """Those of some lines that came back as not understood in an earlier reply, whatever became of them."""
    told = col(InstructionRow.outcome).in_(("not-understood", "filed"))
    query = select(InstructionRow.line).where(InstructionRow.owner_id == owner_id, told)
    return set(session.exec(query.where(col(InstructionRow.line).in_(lines))))


def file_lines(session: Session, owner_id: int, rows: Sequence[InstructionRow]) -> None:
    """Lines that were not understood need not be listed any more: they were said again, or may be left."""
    for row in rows:
        mine = (
            col(InstructionRow.owner_id) == owner_id,
            col(InstructionRow.identity) == row.identity,
            col(InstructionRow.line) == row.line,
            col(InstructionRow.outcome) == "not-understood",
        )
        session.execute(update(InstructionRow).where(*mine).values(outcome="filed"))
