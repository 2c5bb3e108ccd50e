"""What was seen, into the database: rows and cursor in one transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kith.domain.touch import BY_REPLY_TO, Channel, Reason, Verdict
from kith.jobs.look import Seen, Stretch
from kith.jobs.strangers import Counts
from kith.store import folders, letters, messages, people, rulings, strangers
from kith.store.engine import Session
from kith.store.forgetting import forgotten_hash
from kith.store.tables import FolderRow, MessageRow

LONGEST_SUBJECT = 500
"""Characters of a subject that are kept."""
ARCHIVE = "mbox:"
"""How the mailbox is called that is an archive. Nothing is fetched from it later, and nobody answers in it."""


def keep(session: Session, row: FolderRow, stretch: Stretch, *, in_sent: bool, now: datetime) -> tuple[int, int]:
    """Keeps a stretch; gives how many touches and quarantined messages are new.

    Reading the same again changes nothing. Where a message was no touch and another copy of it is
    one (a direct copy beside a list's), the touch wins; what the owner ruled stays.
    """
    stretch.seen = _of_those_still_there(session, row.owner_id, stretch.seen)
    known = messages.by_identity(session, row.owner_id, {s.identity for s in stretch.seen})
    messages.add(session, _new_messages(row, stretch.seen, known))
    is_archive = row.mailbox.startswith(ARCHIVE)
    messages.place(session, [] if is_archive else list(_places(row, stretch, known)))
    messages.add_parts(session, list(_parts(row.owner_id, stretch.seen)))
    touching = [s for s in stretch.seen if s.verdict.reason is None]
    for seen in touching:
        if _is_other(known.get(seen.identity), seen.verdict):
            messages.now_a_touch(session, row.owner_id, seen.identity, seen.verdict.mark)
    said = rulings.said(session, row.owner_id, known)
    touches = messages.add_touches(session, [t for t in _touches(row, touching) if said.get(_whose(t), True)])
    messages.add_invites(session, list(_invites(row.owner_id, stretch.seen)))
    replies = _replies(row, () if is_archive else stretch.seen, in_sent=in_sent, now=now)
    letters.add_replies(session, list(replies))
    strangers.count(session, row.owner_id, _remembered(session, row.owner_id, stretch.strangers))
    people.refresh(session, row.owner_id, {p for s in touching for p in s.verdict.people})
    return touches, _quarantine(session, row, stretch, now)


def _of_those_still_there(session: Session, owner_id: int, seen: list[Seen]) -> list[Seen]:
    """Somebody may have been forgotten or merged since the look: their part is left out."""
    there = people.still_there(session, owner_id, {p for s in seen for p in (*s.verdict.known, *s.verdict.people)})
    return [
        s if there.issuperset((*s.verdict.known, *s.verdict.people)) else s._replace(verdict=_without(s.verdict, there))
        for s in seen
    ]


def _without(verdict: Verdict, there: set[int]) -> Verdict:
    touched = tuple(p for p in verdict.people if p in there)
    reason = verdict.reason or (None if touched else Reason.STRANGER)
    return verdict._replace(people=touched, known=tuple(p for p in verdict.known if p in there), reason=reason)


def _quarantine(session: Session, row: FolderRow, stretch: Stretch, now: datetime) -> int:
    """Keeps what could not be read, and lets go what now could; gives how many are new."""
    unreadable = {u.uid for u in stretch.unreadable}
    if stretch.releases:
        folders.release(session, row, folders.quarantined_uids(session, row) & set(stretch.uids) - unreadable)
    new = folders.quarantine(session, row, ((u.uid, u.reason) for u in stretch.unreadable), now)
    folders.note_breakers(session, row, ((u.uid, u.reason) for u in stretch.breakers))
    return new


def _remembered(session: Session, owner_id: int, counts: Counts) -> Counts:
    """Without those the owner asked to forget."""
    forgotten = people.forgotten(session, owner_id)
    return {k: v for k, v in counts.items() if forgotten_hash(k) not in forgotten} if forgotten else counts


def _whose(touch: Mapping[str, Any]) -> tuple[int, str]:
    return touch["person_id"], touch["identity"]


def _is_other(before: MessageRow | None, now: Verdict) -> bool:
    """Whether a message that is a touch was none, or its author was known by Reply-To alone."""
    return before is not None and (before.reason, before.mark) != (None, now.mark)


def _new_messages(row: FolderRow, seen: Iterable[Seen], known: dict[str, MessageRow]) -> list[dict[str, Any]]:
    best: dict[str, Seen] = {}
    for one in seen:  # two copies in one stretch: the one that is a touch
        if one.verdict.known and (one.identity not in best or one.verdict.reason is None):
            best[one.identity] = one
    folder = _folder(row)
    return [{**folder, **_message(s)} for identity, s in best.items() if identity not in known]


def _places(row: FolderRow, stretch: Stretch, known: dict[str, MessageRow]) -> Iterable[dict[str, Any]]:
    """Messages known before that are here now: they were moved or copied, or the server renumbered them."""
    folder, uids = _folder(row), set(stretch.uids) if known else ()
    for one in stretch.seen:
        before = known.get(one.identity)
        if before and not (before.uid in uids and _folder(before) == folder):
            yield {**folder, "identity": one.identity, "uid": one.uid}


def _folder(row: FolderRow | MessageRow) -> dict[str, Any]:
    """The columns of a message that say in which folder it lies."""
    name = row.name if isinstance(row, FolderRow) else row.folder
    return {"owner_id": row.owner_id, "mailbox": row.mailbox, "folder": name, "uidvalidity": row.uidvalidity}


def _message(seen: Seen) -> dict[str, Any]:
    return {
        "identity": seen.identity,
        "message_id": seen.message_id,
        "subject": seen.subject[:LONGEST_SUBJECT],
        "at": seen.verdict.at,
        "direction": str(seen.verdict.direction),
        "reason": str(seen.verdict.reason) if seen.verdict.reason else None,
        "mark": seen.verdict.mark,
        "uid": seen.uid,
    }


def _parts(owner_id: int, seen: Iterable[Seen]) -> Iterable[dict[str, Any]]:
    for one in seen:
        for person_id in one.verdict.known:
            yield {
                "owner_id": owner_id,
                "person_id": person_id,
                "identity": one.identity,
                "reply_to": person_id == one.verdict.reply_to,
            }


def _touches(row: FolderRow, seen: Iterable[Seen]) -> Iterable[dict[str, Any]]:
    owner_id, source = row.owner_id, row.mailbox
    for one in seen:
        for person_id in one.verdict.people:
            yield {
                "owner_id": owner_id,
                "person_id": person_id,
                "identity": one.identity,
                "at": one.verdict.at,
                "direction": str(one.verdict.direction),
                "channel": str(Channel.EMAIL),
                "subject": "" if one.verdict.mark == BY_REPLY_TO else one.subject[:LONGEST_SUBJECT],
                "source": source,
            }


def _invites(owner_id: int, seen: Iterable[Seen]) -> Iterable[dict[str, Any]]:
    for one in seen:
        for position, invite in enumerate(one.invites):
            yield {
                "owner_id": owner_id,
                "identity": one.identity,
                "position": position,
                "uid": invite.uid,
                "sender": one.sender,
                "seen_at": one.verdict.at,
                "look_at": one.verdict.at,
                "data": invite.to_json(),
            }


def _replies(row: FolderRow, seen: Iterable[Seen], *, in_sent: bool, now: datetime) -> Iterable[dict[str, Any]]:
    for one in seen:
        if one.answers or (one.is_self_note and in_sent):
            yield {
                **_folder(row),
                "identity": one.identity,
                "uid": one.uid,
                "in_sent": in_sent,
                "answers": one.answers,
                "state": "found",
                "why": "",
                "tries": 0,
                "written_at": one.verdict.at,
                "found_at": now,
            }
