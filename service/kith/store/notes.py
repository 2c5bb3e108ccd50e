"""Named queries about notes, follow-ups, drafts, and the changes that can be taken back (see undoing)."""

from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from kith.store.tables import ChangeRow, DraftRow, FollowUpRow, NoteRow, TouchRow


def add_note(session: Session, owner_id: int, person_id: int, text: str, now: datetime, source: str) -> int:
    """Keeps the owner's words about a person; gives the note's id."""
    row = NoteRow(owner_id=owner_id, person_id=person_id, text=text, at=now, source=source)
    session.add(row)
    session.flush()
    return row.id


def of_person(
    session: Session, owner_id: int, person_id: int, limit: int, upto: datetime | None = None
) -> list[NoteRow]:
    """The newest notes about a person (up to an instant)."""
    query = select(NoteRow).where(NoteRow.owner_id == owner_id, NoteRow.person_id == person_id)
    if upto is not None:
        query = query.where(NoteRow.at <= upto)
    return list(session.exec(query.order_by(col(NoteRow.at).desc(), col(NoteRow.id).desc()).limit(limit)))


def since(session: Session, owner_id: int, at: datetime) -> list[NoteRow]:
    """The notes after an instant, oldest first."""
    query = select(NoteRow).where(NoteRow.owner_id == owner_id, NoteRow.at > at)
    return list(session.exec(query.order_by(col(NoteRow.at), col(NoteRow.id))))


def add_follow_up(session: Session, owner_id: int, person_id: int, text: str, due_on: date, now: datetime) -> int:
    """Keeps a promise with a date; gives its id."""
    row = FollowUpRow(owner_id=owner_id, person_id=person_id, text=text, due_on=due_on, created_at=now)
    session.add(row)
    session.flush()
    return row.id


def open_follow_ups(session: Session, owner_id: int, until: date | None = None) -> list[FollowUpRow]:
    """Promises that are not kept yet, soonest first."""
    query = select(FollowUpRow).where(FollowUpRow.owner_id == owner_id, col(FollowUpRow.done_at).is_(None))
    if until is not None:
        query = query.where(FollowUpRow.due_on <= until)
    return list(session.exec(query.order_by(col(FollowUpRow.due_on), col(FollowUpRow.id))))


def follow_ups_of(session: Session, owner_id: int, person_id: int) -> list[FollowUpRow]:
    """All promises about a person, newest first."""
    query = select(FollowUpRow).where(FollowUpRow.owner_id == owner_id, FollowUpRow.person_id == person_id)
    return list(session.exec(query.order_by(col(FollowUpRow.due_on).desc())))


def close_follow_up(session: Session, row: FollowUpRow, now: datetime) -> None:
    """The owner says that a promise is kept."""
    row.done_at, row.by_touch = now, False
    session.add(row)


def settle_follow_ups(session: Session, owner_id: int, now: datetime, zone: tzinfo) -> None:
    """Closes promises whose person was touched on or after their day, which begins where the owner lives.

    Opens those again whose touch is gone: it was taken back, or was none. What was there before the promise was made
    does not keep it.
    """
    later = and_(col(TouchRow.person_id) == FollowUpRow.person_id, col(TouchRow.at) > FollowUpRow.created_at)
    query = (
        select(FollowUpRow, func.max(TouchRow.at))
        .join(TouchRow, later, isouter=True)
        .where(FollowUpRow.owner_id == owner_id, or_(col(FollowUpRow.done_at).is_(None), col(FollowUpRow.by_touch)))
        .group_by(col(FollowUpRow.id))
    )
    for row, latest in session.exec(query).all():
        is_kept = latest is not None and latest.astimezone(zone).date() >= row.due_on
        if is_kept != row.by_touch:
            row.done_at, row.by_touch = (now, True) if is_kept else (None, False)
            session.add(row)


def draft_by_key(session: Session, owner_id: int, key: str) -> DraftRow | None:
    """The draft of an occasion, if it was ever made."""
    return session.exec(select(DraftRow).where(DraftRow.owner_id == owner_id, DraftRow.key == key)).first()


def drafts(session: Session, owner_id: int, *states: str) -> list[DraftRow]:
    """Drafts in some states (all where none is named), oldest first."""
    query = select(DraftRow).where(DraftRow.owner_id == owner_id)
    if states:
        query = query.where(col(DraftRow.state).in_(states))
    return list(session.exec(query.order_by(col(DraftRow.created_at), col(DraftRow.id))))


def keep_change(session: Session, owner_id: int, what: str, undo: list[dict[str, Any]], now: datetime) -> int:
    """Remembers how to take a change back: steps to delete, set or insert rows; gives the change's id."""
    row = ChangeRow(owner_id=owner_id, what=what, undo=undo, at=now)
    session.add(row)
    session.flush()
    return row.id


def change(session: Session, owner_id: int, change_id: int | None) -> ChangeRow | None:
    """A change by id, or the latest, that was not taken back yet."""
    query = select(ChangeRow).where(ChangeRow.owner_id == owner_id, col(ChangeRow.undone_at).is_(None))
    if change_id is not None:
        query = query.where(ChangeRow.id == change_id)
    return session.exec(query.order_by(col(ChangeRow.id).desc()).limit(1)).first()


def latest_merge(session: Session, owner_id: int, person_id: int) -> ChangeRow | None:
    """The latest change that merged somebody into this person, if it was not taken back."""
    query = select(ChangeRow).where(ChangeRow.owner_id == owner_id, col(ChangeRow.undone_at).is_(None))
    for row in session.exec(query.order_by(col(ChangeRow.id).desc())):
        merged = any(step["do"] == "insert" and step["table"] == "person" for step in row.undo)
        if merged and any(step.get("person") == person_id for step in row.undo):
            return row
    return None
