"""Named queries about mailboxes, the cursors of their folders, and what could not be read."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from kith.domain.scan_plan import Cursor
from kith.domain.snag import Snag
from kith.store.rows import insert_new
from kith.store.tables import FolderRow, MailboxRow, QuarantineRow


def mailbox(session: Session, owner_id: int, name: str) -> MailboxRow:
    """How reading a mailbox goes; made at the first call."""
    row = session.exec(select(MailboxRow).where(MailboxRow.owner_id == owner_id, MailboxRow.name == name)).first()
    if row is None:
        row = MailboxRow(owner_id=owner_id, name=name)
        session.add(row)
        session.flush()
    return row


def mailboxes(session: Session, owner_id: int) -> list[MailboxRow]:
    """All mailboxes that were ever read."""
    return list(session.exec(select(MailboxRow).where(MailboxRow.owner_id == owner_id).order_by(MailboxRow.name)))


def note_success(session: Session, owner_id: int, name: str, now: datetime) -> None:
    """The mailbox was read to its end."""
    row = mailbox(session, owner_id, name)
    row.scanned_at, row.error, row.failing_since = now, "", None
    session.add(row)


def note_failure(session: Session, owner_id: int, name: str, error: str, now: datetime) -> None:
    """The mailbox could not be read to its end."""
    row = mailbox(session, owner_id, name)
    row.error, row.failing_since = error, row.failing_since or now
    session.add(row)


def of_mailbox(session: Session, owner_id: int, name: str) -> dict[str, FolderRow]:
    """The folders of a mailbox that have been read, by name."""
    query = select(FolderRow).where(FolderRow.owner_id == owner_id, FolderRow.mailbox == name)
    return {row.name: row for row in session.exec(query)}


def every(session: Session, owner_id: int) -> list[FolderRow]:
    """All folders that have been read."""
    query = select(FolderRow).where(FolderRow.owner_id == owner_id).order_by(FolderRow.mailbox, FolderRow.name)
    return list(session.exec(query))


def cursor(row: FolderRow | None) -> Cursor | None:
    """The cursor of a folder, None where it was never read, as one that never had a UIDVALIDITY."""
    return Cursor(row.uidvalidity, row.last_uid, row.changes) if row and row.uidvalidity else None


def snag(row: FolderRow) -> Snag:
    """Where reading a folder broke off."""
    return Snag(row.snag_after, row.snag_upto, row.snag_at_once, row.snag_strikes)


def set_snag(row: FolderRow, found: Snag) -> None:
    """Says where reading a folder broke off; the caller keeps the row."""
    row.snag_after, row.snag_upto, row.snag_at_once, row.snag_strikes = (
        found.after,
        found.upto,
        found.at_once,
        found.strikes,
    )


def follow(row: FolderRow, kept: FolderRow) -> None:
    """Brings a row that was loaded before to what another session has committed."""
    for name in FolderRow.model_fields:
        set_committed_value(row, name, getattr(kept, name))


def quarantine(session: Session, row: FolderRow, found: Iterable[tuple[int, str]], now: datetime) -> int:
    """Keeps (uid, reason) of messages that could not be read; gives how many are new."""
    place = {"owner_id": row.owner_id, "mailbox": row.mailbox, "folder": row.name, "uidvalidity": row.uidvalidity}
    rows = [{**place, "uid": uid, "reason": reason, "breaks": False, "at": now} for uid, reason in found]
    return insert_new(session, QuarantineRow, rows)


def empty_quarantine(session: Session, row: FolderRow) -> None:
    """Forgets what could not be read of a folder that is read anew: its UIDs may mean other messages now."""
    session.execute(
        delete(QuarantineRow).where(
            col(QuarantineRow.owner_id) == row.owner_id,
            col(QuarantineRow.mailbox) == row.mailbox,
            col(QuarantineRow.folder) == row.name,
        )
    )


def quarantined_uids(session: Session, row: FolderRow) -> set[int]:
    """The messages of a folder that could not be read, by UID."""
    return set(session.exec(select(QuarantineRow.uid).where(*_of_folder(row))))


def breakers(session: Session, row: FolderRow) -> set[int]:
    """The messages of a folder that are in quarantine because asking for them breaks the line, by UID."""
    query = select(QuarantineRow.uid).where(*_of_folder(row), col(QuarantineRow.breaks))
    return set(session.exec(query))


def note_breakers(session: Session, row: FolderRow, found: Iterable[tuple[int, str]]) -> None:
    """Says of (uid, reason) in quarantine that asking for them breaks the line."""
    for uid, reason in found:
        mine = (*_of_folder(row), col(QuarantineRow.uid) == uid)
        session.execute(update(QuarantineRow).where(*mine).values(breaks=True, reason=reason))


def _of_folder(row: FolderRow) -> tuple[ColumnElement[bool], ...]:
    return (
        col(QuarantineRow.owner_id) == row.owner_id,
        col(QuarantineRow.mailbox) == row.mailbox,
        col(QuarantineRow.folder) == row.name,
        col(QuarantineRow.uidvalidity) == row.uidvalidity,
    )


def release(session: Session, row: FolderRow, uids: Iterable[int]) -> None:
    """Takes messages out of quarantine that could be read after all."""
    session.execute(delete(QuarantineRow).where(*_of_folder(row), col(QuarantineRow.uid).in_(list(uids))))


def quarantined(session: Session, owner_id: int) -> list[QuarantineRow]:
    """What could not be read, newest first, at most a hundred."""
    query = select(QuarantineRow).where(QuarantineRow.owner_id == owner_id)
    return list(session.exec(query.order_by(col(QuarantineRow.at).desc(), col(QuarantineRow.uid).desc()).limit(100)))


def quarantined_count(session: Session, owner_id: int) -> int:
    """How many messages could not be read."""
    return session.exec(select(func.count()).where(QuarantineRow.owner_id == owner_id)).one()


def totals(session: Session, owner_id: int) -> tuple[int, int]:
    """Messages read and gaps found, ever."""
    rows = mailboxes(session, owner_id)
    return sum(r.read for r in rows), sum(r.gaps for r in rows)
