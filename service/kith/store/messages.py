"""Named queries about messages with people in them, and the touches that come of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, func, literal, update
from sqlmodel import Session, SQLModel, col, select

from kith.domain.touch import BY_REPLY_TO
from kith.store.rows import insert_new
from kith.store.tables import METADATA, Instant, InviteRow, MessageRow, PartRow, SnippetRow, TouchRow

ASKED_AT_ONCE = 500
"""How many values one IN (…) holds: well under SQLite's limit of 32,766."""

SAME_MESSAGE: dict[type[SQLModel], ColumnElement[bool]] = {
    table: and_(col(table.identity) == col(MessageRow.identity), col(table.owner_id) == col(MessageRow.owner_id))
    for table in (PartRow, TouchRow)
}
"""How a row that names a message by its identity finds it."""


def by_identity(session: Session, owner_id: int, identities: Collection[str]) -> dict[str, MessageRow]:
    """The messages among these that are known already."""
    found: dict[str, MessageRow] = {}
    asked = list(identities)
    for start in range(0, len(asked), ASKED_AT_ONCE):
        some = asked[start : start + ASKED_AT_ONCE]
        query = select(MessageRow).where(MessageRow.owner_id == owner_id, col(MessageRow.identity).in_(some))
        found |= {row.identity: row for row in session.exec(query)}
    return found


def by_message_id(session: Session, owner_id: int, message_id: str) -> list[MessageRow]:
    """All messages that carry this Message-ID."""
    query = select(MessageRow).where(MessageRow.owner_id == owner_id, MessageRow.message_id == message_id)
    return list(session.exec(query))


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keeps new messages."""
    return insert_new(session, MessageRow, rows)


def place(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Notes where messages lie now: rows name them by owner_id and identity, and give the columns of a place."""
    if not rows:
        return
    table = METADATA.tables["message"]
    same = (table.c.owner_id == bindparam("its_owner_id"), table.c.identity == bindparam("its_identity"))
    places: dict[str, Any] = {n: bindparam(f"its_{n}") for n in ("mailbox", "folder", "uidvalidity", "uid")}
    statement = table.update().where(*same).values(places)
    session.connection().execute(statement, [{f"its_{name}": value for name, value in row.items()} for row in rows])


def add_parts(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keeps who takes part in what."""
    return insert_new(session, PartRow, rows)


def add_touches(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keeps touches; one that is there already stays."""
    return insert_new(session, TouchRow, rows)


def add_invites(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keeps calendar objects."""
    return insert_new(session, InviteRow, rows)


def answered_elsewhere(session: Session, owner_id: int) -> list[tuple[int, int]]:
    """Pairs of people, each once: who wrote, and who stood in Reply-To instead of them."""
    same = and_(col(TouchRow.owner_id) == col(PartRow.owner_id), col(TouchRow.identity) == col(PartRow.identity))
    query = (
        select(TouchRow.person_id, PartRow.person_id)
        .join(TouchRow, same)
        .where(PartRow.owner_id == owner_id, col(PartRow.reply_to), TouchRow.person_id != PartRow.person_id)
    )
    return sorted(set(session.exec(query).all()))


def of_person(session: Session, owner_id: int, person_id: int, limit: int) -> list[MessageRow]:
    """The newest messages in which a person takes part."""
    query = (
        select(MessageRow)
        .join(PartRow, SAME_MESSAGE[PartRow])
        .where(PartRow.owner_id == owner_id, PartRow.person_id == person_id)
        .order_by(col(MessageRow.at).desc())
        .limit(limit)
    )
    return list(session.exec(query))


def not_counted_since(
    session: Session, owner_id: int, person_id: int, since: datetime | None, limit: int
) -> list[tuple[MessageRow, bool | None]]:
    """Messages with a person that were no touch of theirs, newer than since, each with what the owner said of it.

    One without a reason touched others, or nobody by the owner's word.
    """
    hers = and_(SAME_MESSAGE[TouchRow], col(TouchRow.person_id) == person_id)
    query = (
        select(MessageRow, PartRow.ruling)
        .join(PartRow, SAME_MESSAGE[PartRow])
        .join(TouchRow, hers, isouter=True)
        .where(PartRow.owner_id == owner_id, PartRow.person_id == person_id, col(TouchRow.id).is_(None))
    )
    if since is not None:
        query = query.where(MessageRow.at > since)
    return list(session.exec(query.order_by(col(MessageRow.at).desc()).limit(limit)).all())


def touches(session: Session, owner_id: int, person_id: int, limit: int) -> list[TouchRow]:
    """The newest touches of a person."""
    query = select(TouchRow).where(TouchRow.owner_id == owner_id, TouchRow.person_id == person_id)
    return list(session.exec(query.order_by(col(TouchRow.at).desc(), col(TouchRow.id).desc()).limit(limit)))


def touch_id(session: Session, owner_id: int, person_id: int, identity: str) -> int:
    """The number of one touch."""
    query = select(TouchRow.id).where(TouchRow.owner_id == owner_id, TouchRow.person_id == person_id)
    return session.exec(query.where(TouchRow.identity == identity)).one()


def touches_of(session: Session, owner_id: int, identity: str) -> list[TouchRow]:
    """The touches that one message made, a person each."""
    query = select(TouchRow).where(TouchRow.owner_id == owner_id, TouchRow.identity == identity)
    return list(session.exec(query.order_by(col(TouchRow.person_id))))


def touches_since(session: Session, owner_id: int, since: datetime) -> list[TouchRow]:
    """All touches after an instant, newest first."""
    query = select(TouchRow).where(TouchRow.owner_id == owner_id, TouchRow.at > since)
    return list(session.exec(query.order_by(col(TouchRow.at).desc())))


def heard_since(session: Session, owner_id: int, since: datetime, channel: str) -> list[tuple[int, datetime, str, str]]:
    """Person, time, subject and identity of what came from people (or was mutual) through a channel, oldest first."""
    query = (
        select(TouchRow.person_id, TouchRow.at, TouchRow.subject, TouchRow.identity)
        .where(TouchRow.owner_id == owner_id, TouchRow.at > since)
        .where(TouchRow.channel == channel, TouchRow.direction != "outbound")
        .order_by(col(TouchRow.at))
    )
    return list(session.exec(query).all())


def balance(session: Session, owner_id: int, person_id: int, since: datetime) -> dict[str, int]:
    """How many touches there were with a person, by direction."""
    query = (
        select(TouchRow.direction, func.count())
        .where(TouchRow.owner_id == owner_id, TouchRow.person_id == person_id, TouchRow.at > since)
        .group_by(col(TouchRow.direction))
    )
    return dict(session.exec(query).all())


def remove_touches(session: Session, owner_id: int, identity: str, person_id: int | None = None) -> list[int]:
    """Removes the touches a message (or a meeting, or a word) made; gives the people concerned."""
    mine = [col(TouchRow.owner_id) == owner_id, col(TouchRow.identity) == identity]
    if person_id is not None:
        mine.append(col(TouchRow.person_id) == person_id)
    ids = list(session.exec(select(TouchRow.person_id).where(*mine)))
    session.execute(delete(TouchRow).where(*mine))
    return ids


def now_a_touch(session: Session, owner_id: int, identity: str, mark: str = "") -> None:
    """Changes the verdict on a message of which another copy is a touch, with that copy's mark."""
    mine = (col(MessageRow.owner_id) == owner_id, col(MessageRow.identity) == identity)
    session.execute(update(MessageRow).where(*mine).values(reason=None, mark=mark))


def snippets(session: Session, owner_id: int, ids: Collection[int]) -> dict[int, SnippetRow]:
    """Snippets by person."""
    query = select(SnippetRow).where(SnippetRow.owner_id == owner_id, col(SnippetRow.person_id).in_(list(ids)))
    return {row.person_id: row for row in session.exec(query)}


def keep_snippet(session: Session, owner_id: int, person_id: int, identity: str, text: str) -> None:
    """The snippet of the latest exchange with a person, in place of the one before."""
    session.execute(
        delete(SnippetRow).where(col(SnippetRow.owner_id) == owner_id, col(SnippetRow.person_id) == person_id)
    )
    session.add(SnippetRow(owner_id=owner_id, person_id=person_id, identity=identity, text=text))


def latest_mail(
    session: Session, owner_id: int, ids: Collection[int], upto: datetime | None = None
) -> dict[int, MessageRow]:
    """For each person the message behind their latest touch by mail (up to an instant) whose words are their own."""
    found: dict[int, MessageRow] = {}
    for person_id in ids:  # one look into the index on (person, at) each
        query = (
            select(MessageRow)
            .join(TouchRow, SAME_MESSAGE[TouchRow])
            .where(TouchRow.owner_id == owner_id, TouchRow.person_id == person_id, MessageRow.mark != BY_REPLY_TO)
            .order_by(col(TouchRow.at).desc())
            .limit(1)
        )
        row = session.exec(query.where(TouchRow.at <= upto) if upto else query).first()
        if row:
            found[person_id] = row
    return found


def invites(session: Session, owner_id: int, uids: Collection[str] | None = None) -> list[InviteRow]:
    """Calendar objects in the order they were seen."""
    query = select(InviteRow).where(InviteRow.owner_id == owner_id)
    if uids is not None:
        query = query.where(col(InviteRow.uid).in_(list(uids)))
    return list(session.exec(query.order_by(col(InviteRow.seen_at), col(InviteRow.id))))


def invites_of(session: Session, owner_id: int, identity: str) -> list[InviteRow]:
    """The calendar objects of one message."""
    return list(session.exec(select(InviteRow).where(InviteRow.owner_id == owner_id, InviteRow.identity == identity)))


def invites_due(session: Session, owner_id: int, now: datetime) -> list[InviteRow]:
    """All calendar objects of series that were heard of, or of which a meeting ended, since they were looked at."""
    due = select(InviteRow.uid).where(InviteRow.owner_id == owner_id, col(InviteRow.look_at) <= now)
    query = select(InviteRow).where(InviteRow.owner_id == owner_id, col(InviteRow.uid).in_(due))
    return list(session.exec(query.order_by(col(InviteRow.seen_at), col(InviteRow.id))))


def invites_to_come(session: Session, owner_id: int) -> list[InviteRow]:
    """The calendar objects of series that are not over."""
    query = select(InviteRow).where(InviteRow.owner_id == owner_id, col(InviteRow.look_at).is_not(None))
    return list(session.exec(query.order_by(col(InviteRow.seen_at), col(InviteRow.id))))


def look_again(session: Session, owner_id: int, times: Mapping[str, datetime | None]) -> None:
    """When series are to be looked at again, by uid."""
    table = METADATA.tables["invite"]
    statement = table.update().where(table.c.owner_id == owner_id, table.c.uid == bindparam("series"))
    rows = [{"series": uid, "at": at} for uid, at in times.items()]
    if rows:
        session.connection().execute(statement.values(look_at=bindparam("at")), rows)


def look_at_every_series(session: Session, owner_id: int, now: datetime) -> None:
    """All series are to be looked at from their beginning: somebody is known now who may have been there.

    So is what came just now: its look_at is not after its seen_at (which may lie ahead of a clock that was set back).
    """
    at_once = case((col(InviteRow.seen_at) < now, col(InviteRow.seen_at)), else_=literal(now, Instant))
    session.execute(update(InviteRow).where(col(InviteRow.owner_id) == owner_id).values(look_at=at_once))


def meeting_identity(uid: str, starts_at: datetime) -> str:
    """What names the touch of one meeting."""
    return f"{MEETING}{uid}:{starts_at.isoformat()}"


MEETING = "meeting:"


def series_of(identity: str) -> str:
    """The uid in a meeting's identity; it may hold colons, and so does the time at the end."""
    return identity.removeprefix(MEETING)[: -len("2026-11-22T06:00:00+00:00") - 1]
