"""Meetings that were held become touches; those to come are told in the digest."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any

from kith.domain.calendar import Heard, Invite, Occurrence, counts, held, met
from kith.domain.digest import ComingUp, Upcoming
from kith.domain.hosts import is_known, span
from kith.domain.invitations import merge
from kith.domain.names import enumerated
from kith.domain.plain import quoted, title
from kith.domain.touch import Channel, Direction
from kith.domain.turns import Turn, turns
from kith.domain.veil import Veil
from kith.jobs.work import Work
from kith.mail import icalendar
from kith.store import changes, messages, notes, people
from kith.store import meetings as kept
from kith.store.engine import Session
from kith.store.tables import InviteRow

LOOK_AHEAD = timedelta(days=400)
"""How far ahead the next meeting of a series is looked for."""
NEARER = (timedelta(days=8), timedelta(days=65), LOOK_AHEAD)
"""Most often it is near: of a daily series not a year needs to be gone through."""


def keep_meetings(work: Work) -> int:
    """Brings the touches of meetings up to date where something was heard or a meeting has ended; gives how many."""
    now = work.now()
    with work.writing() as session:
        by_uid: dict[str, list[InviteRow]] = {}
        for row in messages.invites_due(session, work.owner_id, now):
            by_uid.setdefault(row.uid, []).append(row)
        if not by_uid:
            return 0
        known = known_by_veil(work, session)
        not_held = changes.taken_away(session, work.owner_id)
        series = [_series(work, uid, rows, known, now) for uid, rows in by_uid.items()]
        rows = [row for s in series for row in s.touches if (row["person_id"], row["identity"]) not in not_held]
        anew = {s.uid: (s.told, s.since) for s in series if s.since is None or s.since < now}
        gone = kept.remove_others(session, work.owner_id, anew)
        gone |= kept.remove_absent(session, work.owner_id, _present(rows))
        new = messages.add_touches(session, rows)
        people.refresh(session, work.owner_id, {*gone, *(r["person_id"] for r in rows)})
        messages.look_again(session, work.owner_id, {s.uid: s.look_at for s in series})
        return new


OWNER = "owner"
"""Who is meant by every address of the owner's."""


@dataclass(frozen=True, slots=True)
class Known:
    """The owner and the people there are as invitations name them: by their veils.

    selves says who is meant by a veil, the same of all addresses of one person; people maps these to ids.
    """

    veil: Veil
    selves: Mapping[str, str]
    people: Mapping[str, int]

    def key(self, veil: str) -> str:
        """Who is meant: of strangers nothing more is known than their veil."""
        return self.selves.get(veil, veil)

    @property
    def welcome(self) -> frozenset[str]:
        """Who may come unasked."""
        return frozenset({OWNER, *self.people})

    def can_read(self, row: InviteRow) -> bool:
        """Whether its veils were made with the key there is now."""
        return bool(row.data.get("veil") == self.veil.mark)


def known_by_veil(work: Work, session: Session) -> Known:
    """Whom invitations may name."""
    veil = Veil(work.tokens.key, work.owner_id, work.key)
    by_veil = veil.people(people.by_key(session, work.owner_id))
    selves = {one: f"person {person_id}" for one, person_id in by_veil.items()}
    selves |= dict.fromkeys(map(veil.over, work.config.owner_keys), OWNER)
    return Known(veil, selves, {selves[one]: person_id for one, person_id in by_veil.items() if selves[one] != OWNER})


def _present(touches: Iterable[dict[str, Any]]) -> dict[str, set[int]]:
    """By meeting, the people who were there."""
    there: dict[str, set[int]] = {}
    for row in touches:
        there.setdefault(row["identity"], set()).add(row["person_id"])
    return there


@dataclass(frozen=True, slots=True)
class _Series:
    """What is new of one series: the touches of its meetings, and when to look again.

    since is where what is seen of it begins, None where all is; what came before stays as it is.
    """

    uid: str
    touches: list[dict[str, Any]]
    since: datetime | None
    look_at: datetime | None

    @property
    def told(self) -> set[str]:
        """The identities of its touches."""
        return {row["identity"] for row in self.touches}


def _series(work: Work, uid: str, rows: Sequence[InviteRow], known: Known, now: datetime) -> _Series:
    """What is new of one series. Where a part of it was veiled with another key, its touches stay as they are.

    Where nothing was heard since the last look, only what ended since then is looked at.
    """
    if not all(known.can_read(row) for row in rows):
        return _Series(uid, [], since=now, look_at=None)
    zone, words = work.config.owner.timezone, heard(rows)
    counting, held_until_now = span(words, known.key, known.welcome), turns(words, known.key, known.welcome)
    looked_until = None if any(map(_is_news, rows)) else min((r.look_at for r in rows if r.look_at), default=now)
    since, until = max(counting.since, looked_until or counting.since), min(counting.until, now)
    ended = (one for turn in held_until_now for one in _over(turn, since, until, zone))
    past = sorted(ended, key=lambda one: one.starts_at)[-icalendar.MOST_OCCURRENCES :]
    happened = held(past, {OWNER}, now, known.key, work.config.touch.max_recipients)
    is_cut = len(past) >= icalendar.MOST_OCCURRENCES
    return _Series(
        uid=uid,
        touches=[row for one in happened for row in _touches(work, one, known)],
        since=now if looked_until else past[0].starts_at if is_cut else None,
        look_at=_next_end(held_until_now[-1].invites, now, zone) if now < counting.until else None,
    )


def _is_news(row: InviteRow) -> bool:
    """Whether its series was not looked at since it came: after a look it is due when a later meeting ends."""
    return row.look_at is not None and row.look_at <= row.seen_at


def _next_end(invites: Sequence[Invite], now: datetime, zone: tzinfo) -> datetime | None:
    """When the next meeting ends; None where there is none within LOOK_AHEAD."""
    for ahead in NEARER:
        coming = icalendar.occurrences(invites, now, now + ahead, zone)
        ends_at = min((one.ends_at for one in coming if one.ends_at > now), default=None)
        if ends_at and (ends_at <= now + ahead or ahead == LOOK_AHEAD):
            return ends_at
    return None


def heard(rows: Iterable[InviteRow]) -> list[Heard]:
    """What was heard of meetings, as it was kept."""
    return [Heard(Invite.from_json(row.data), row.sender, row.seen_at) for row in rows]


def _over(turn: Turn, since: datetime, until: datetime, zone: tzinfo) -> Iterator[Occurrence]:
    """The meetings that ended at or after since while this held."""
    since = max(since, turn.since or since)
    if turn.until and turn.until <= since:
        return
    for one in icalendar.occurrences(turn.invites, since, min(until, turn.until or until), zone):
        if one.ends_at >= since and (turn.until is None or one.ends_at < turn.until):
            yield one


def of_strangers(work: Work, session: Session, uids: Collection[str]) -> set[str]:
    """The series among these that only strangers asked for, and that the owner did not say yes to."""
    known, by_uid = known_by_veil(work, session), dict[str, list[InviteRow]]()
    for row in messages.invites(session, work.owner_id, uids):
        if known.can_read(row):
            by_uid.setdefault(row.uid, []).append(row)
    return {u for u, rows in by_uid.items() if not is_known(heard(rows), known.key, known.welcome, OWNER)}


def _touches(work: Work, meeting: Occurrence, known: Known) -> Iterable[dict[str, Any]]:
    for person_id in sorted(whom_met(meeting, known)):
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


def whom_met(meeting: Occurrence, known: Known) -> list[int]:
    """Whom the owner meets, of the people there are."""
    there = map(known.key, met(meeting, {OWNER}, known.key))
    return [known.people[one] for one in there if one in known.people]


def upcoming_meetings(work: Work, session: Session, now: datetime, until: datetime) -> Iterable[ComingUp]:
    """Meetings with known people that are to come, and that will count when they are over."""
    coming = messages.invites_to_come(session, work.owner_id)
    if not coming:
        return
    known = known_by_veil(work, session)
    rows = [row for row in coming if known.can_read(row)]
    names = {p.id: p.name for p, _ in people.everyone(session, work.owner_id, set(known.people.values()))}
    merged, most = merge(heard(rows), known.key, known.welcome), work.config.touch.max_recipients
    zone = work.config.owner.timezone
    prepare = cache(lambda whom: _prepare(work, session, {i: names[i] for i in whom}))  # once for a series
    for meeting in icalendar.occurrences(merged, now, until, zone):
        whom = whom_met(meeting, known)
        if whom and meeting.starts_at > now and counts(meeting, {OWNER}, known.key, most):
            who = enumerated(list(dict.fromkeys(names[i] for i in whom)))
            begins = meeting.starts_at.astimezone(zone)
            at = None if meeting.all_day else begins.time()
            yield ComingUp(Upcoming.MEETING, begins.date(), who, title(meeting.summary), prepare(tuple(whom)), at)


def _prepare(work: Work, session: Session, whom: Mapping[int, str]) -> str:
    """What to have in mind before a meeting: the latest note about who comes, else the matter of the latest mail.

    whom gives names by id. Where several come, it is said who is meant.
    """
    written = [note for who in whom for note in notes.of_person(session, work.owner_id, who, 1)]
    if written:
        note = max(written, key=lambda one: one.at)
        about = f" about {whom[note.person_id]}" if len(whom) > 1 else ""
        return f"you noted on {_day(work.local(note.at))}{about}: {' '.join(note.text.split())}"
    mails = messages.latest_mail(session, work.owner_id, list(whom))
    who = max(mails, key=lambda one: mails[one].at, default=None)
    if who is None or not mails[who].subject:
        return ""
    said = f"on {_day(work.local(mails[who].at))}, about {quoted(mails[who].subject)}"
    if mails[who].direction == Direction.OUTBOUND:
        return f"you last wrote{f' to {whom[who]}' if len(whom) > 1 else ''} {said}"
    return f"{whom[who] if len(whom) > 1 else 'they'} last wrote {said}"


def _day(on: date) -> str:
    return f"{on.day} {on:%B}"
