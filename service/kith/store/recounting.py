"""What a full scan changes in what was kept of messages: touches that are none under the settings of today."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from kith.store import forgetting, messages, people, rulings
from kith.store.tables import FolderRow, InviteRow, MessageRow, PartRow, TouchRow


class Now(NamedTuple):
    """What all copies of a message together come to: whom it touches, who takes part, and why it is no touch."""

    touched: frozenset[int]
    known: frozenset[int]
    reason: str | None
    mark: str
    direction: str | None


def there(session: Session, row: FolderRow, first: int, last: int) -> dict[int, str]:
    """The messages that were last seen in a folder, identities by UID."""
    query = select(MessageRow.uid, MessageRow.identity).where(
        MessageRow.owner_id == row.owner_id,
        MessageRow.mailbox == row.mailbox,
        MessageRow.folder == row.name,
        MessageRow.uidvalidity == row.uidvalidity,
        col(MessageRow.uid).between(first, last),
    )
    return dict(session.exec(query).all())


def remove_invites(session: Session, owner_id: int, identities: Sequence[str]) -> None:
    """Calendar objects of messages that are kept anew."""
    for some in _at_once(identities):
        mine = (col(InviteRow.owner_id) == owner_id, col(InviteRow.identity).in_(some))
        session.execute(delete(InviteRow).where(*mine))


def meetings(session: Session, owner_id: int) -> int:
    """How many touches are meetings."""
    query = select(func.count()).select_from(TouchRow).where(TouchRow.owner_id == owner_id)
    return session.exec(query.where(TouchRow.source == "meeting")).one()


def settle(
    session: Session,
    owner_id: int,
    found: Mapping[str, Now],
    is_elsewhere: Callable[[str], bool],
    lost: Collection[int],
) -> int:
    """Takes back the touches that messages do not make any more, by identity; gives how many.

    Left alone are what the owner ruled, and touches whose source is elsewhere: it was not read again. lost are people
    who had an address that is theirs no more: what they wrote from it stays.
    """
    rows = messages.by_identity(session, owner_id, list(found))
    said = rulings.said(session, owner_id, rows)
    gone, kept = list[TouchRow](), set[str]()
    for touch in _touches(session, owner_id, list(rows)):
        if (touch.person_id, touch.identity) in said:
            continue  # whatever the rules make of the message
        if _is_none(touch, found[touch.identity], lost) and not is_elsewhere(touch.source):
            gone.append(touch)
        else:
            kept.add(touch.identity)
    concerned = {touch.person_id for touch in gone}
    _remove(session, owner_id, gone, found)
    for identity in rows.keys() - kept:
        _give_reason(session, rows[identity], found[identity])
    people.refresh(session, owner_id, concerned)
    return len(gone)


def _is_none(touch: TouchRow, now: Now, lost: Collection[int]) -> bool:
    return touch.person_id not in now.touched and (touch.person_id in now.known or touch.person_id not in lost)


def _give_reason(session: Session, row: MessageRow, now: Now) -> None:
    """What the rules make of a message that touches nobody by them, as they stand today."""
    if now.known and now.reason != row.reason:
        values = {"reason": now.reason, "mark": now.mark, "direction": now.direction}
        session.execute(update(MessageRow).where(col(MessageRow.id) == row.id).values(**values))


def _touches(session: Session, owner_id: int, identities: Sequence[str]) -> list[TouchRow]:
    found: list[TouchRow] = []
    for some in _at_once(identities):
        query = select(TouchRow).where(TouchRow.owner_id == owner_id, col(TouchRow.identity).in_(some))
        found += session.exec(query)
    return found


def _remove(session: Session, owner_id: int, gone: Sequence[TouchRow], found: Mapping[str, Now]) -> None:
    """Removes touches, and those who take no part any more from the messages."""
    for touch in gone:
        if touch.person_id not in found[touch.identity].known:
            mine = (col(PartRow.owner_id) == owner_id, col(PartRow.identity) == touch.identity)
            session.execute(delete(PartRow).where(*mine, col(PartRow.person_id) == touch.person_id))
        session.delete(touch)
    session.flush()
    forgetting.remove_orphans(session, owner_id, {touch.identity for touch in gone})


def _at_once(identities: Sequence[str]) -> Iterator[list[Any]]:
    for start in range(0, len(identities), messages.ASKED_AT_ONCE):
        yield list(identities[start : start + messages.ASKED_AT_ONCE])
