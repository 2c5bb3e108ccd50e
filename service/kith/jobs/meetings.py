"""Meetings that were held become touches; those to come are told in the digest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kith.domain.calendar import Heard, Invite, Occurrence, held, met
from kith.domain.digest import ComingUp, Upcoming
from kith.domain.invitations import merge
from kith.domain.touch import Channel, Direction
from kith.jobs.work import Work
from kith.mail import icalendar
from kith.store import messages, people
from kith.store.engine import Session
from kith.store.tables import InviteRow

LOOK_AHEAD = timedelta(days=400)
"""How far ahead the next meeting of a series is looked for."""
LONG_AGO = timedelta(days=365 * 30)


def keep_meetings(work: Work) -> int:
    """Brings the touches of meetings up to date where something was heard or a meeting has ended; gives how many."""
    now = work.now()
    with work.writing() as session:
        by_uid: dict[str, list[InviteRow]] = {}
        for row in messages.invites_due(session, work.owner_id, now):
            by_uid.setdefault(row.uid, []).append(row)
        if not by_uid:
            return 0
        known = people.by_key(session, work.owner_id)
        series = [_series(work, uid, rows, known, now) for uid, rows in by_uid.items()]
        rows = [row for s in series for row in s.touches]
        gone = messages.remove_other_meetings(session, work.owner_id, {s.uid: (s.told, s.since) for s in series})
        gone |= messages.remove_absent(session, work.owner_id, _present(rows))
        new = messages.add_touches(session, rows)
        people.refresh(session, work.owner_id, {*gone, *(r["person_id"] for r in rows)})
        messages.look_again(session, work.owner_id, {s.uid: s.look_at for s in series})
        return new


def _present(touches: Iterable[dict[str, Any]]) -> dict[str, set[int]]:
    """By meeting, the people who were there."""
    there: dict[str, set[int]] = {}
    for row in touches:
        there.setdefault(row["identity"], set()).add(row["person_id"])
    return there


@dataclass(frozen=True, slots=True)
class _Series:
    """What is known of one series: the touches of its meetings, and when to look again.

    since is where what is seen of it begins, None where all is: a series that runs for years is only
    seen from its end, and what came before stays as it is.
    """

    uid: str
    touches: list[dict[str, Any]]
    since: datetime | None
    look_at: datetime | None

    @property
    def told(self) -> set[str]:
        """The identities of its touches."""
        return {row["identity"] for row in self.touches}


def _series(work: Work, uid: str, rows: Iterable[InviteRow], known: dict[str, int], now: datetime) -> _Series:
    merged, zone = _merged(work, rows), work.config.owner.timezone
    past = icalendar.occurrences(merged, now - LONG_AGO, now, zone)
    happened = held(past, work.config.owner_keys, now, work.key, work.config.touch.max_recipients)
    coming = icalendar.occurrences(merged, now, now + LOOK_AHEAD, zone)
    return _Series(
        uid=uid,
        touches=[row for one in happened for row in _touches(work, one, known)],
        since=min(o.starts_at for o in past) if len(past) >= icalendar.MOST_OCCURRENCES else None,
        look_at=min((o.ends_at for o in coming if o.ends_at > now), default=None),
    )


def _merged(work: Work, rows: Iterable[InviteRow]) -> list[Invite]:
    return merge([Heard(Invite.from_json(row.data), row.sender, row.seen_at) for row in rows], work.key)


def _touches(work: Work, meeting: Occurrence, known: dict[str, int]) -> Iterable[dict[str, Any]]:
    ids = {known[k] for k in (work.key(a) for a in met(meeting, work.config.owner_keys, work.key)) if k in known}
    for person_id in sorted(ids):
        yield {
            "owner_id": work.owner_id,
            "person_id": person_id,
            "identity": messages.meeting_identity(meeting.uid, meeting.starts_at),
            "at": meeting.starts_at,
            "direction": str(Direction.MUTUAL),
            "channel": str(Channel.MEETING),
            "subject": meeting.summary,
            "source": "meeting",
        }


def upcoming_meetings(work: Work, session: Session, now: datetime, until: datetime) -> Iterable[ComingUp]:
    """Meetings with known people that are to come."""
    rows = messages.invites_to_come(session, work.owner_id)
    known = people.by_key(session, work.owner_id)
    names = {p.id: p.name for p, _ in people.everyone(session, work.owner_id, set(known.values()))} if rows else {}
    for meeting in icalendar.occurrences(_merged(work, rows), now, until, work.config.owner.timezone):
        whom = [known[k] for k in (work.key(a) for a in met(meeting, work.config.owner_keys, work.key)) if k in known]
        if whom and meeting.starts_at > now and not meeting.cancelled:
            who = ", ".join(dict.fromkeys(names[i] for i in whom))
            yield ComingUp(Upcoming.MEETING, work.local(meeting.starts_at), who, meeting.summary)
