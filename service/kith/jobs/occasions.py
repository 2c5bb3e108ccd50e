"""The drafts of a week that nobody asked for: the occasions are found in the database when the digest is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from kith.domain.cues import AHEAD, QUIET, ROUTINE, SETTLED, WEEK, YEAR, Cue, Happened, Known, choose
from kith.domain.digest import DraftLine
from kith.domain.occasion import Kind
from kith.domain.person import Person
from kith.domain.plain import title
from kith.domain.touch import Channel
from kith.jobs import draft
from kith.jobs.meetings import of_strangers
from kith.jobs.roster import Member
from kith.jobs.work import Work
from kith.store import messages, notes
from kith.store.engine import Session
from kith.store.tables import DraftRow

WAITING = frozenset({"proposed", "placing", "placed"})
"""Drafts that nobody has taken up yet: while they wait, fewer are made, so that they never pile up."""
MOST_WEIGHED = 20
"""Of how many people it is counted who wrote more; those heard of last come first."""


def propose(work: Work, session: Session, everybody: Sequence[Member], now: datetime) -> int:
    """Makes the drafts of the week and gives how many."""
    rows = [row for _, row in _drafts(work, session, everybody, now)]
    session.add_all(rows)
    session.flush()
    return len(rows)


def foreseen(work: Work, session: Session, everybody: Sequence[Member], now: datetime) -> Iterator[DraftLine]:
    """The drafts that a digest written now would bring."""
    for person, row in _drafts(work, session, everybody, now):
        yield DraftLine(person.name, row.kind, row.subject)


def _drafts(
    work: Work, session: Session, everybody: Sequence[Member], now: datetime
) -> Iterator[tuple[Person, DraftRow]]:
    for person, cue in _found(work, session, everybody, now):
        row = draft.unasked(work, session, person, cue, now)
        if row:
            yield person, row


def _found(work: Work, session: Session, everybody: Sequence[Member], now: datetime) -> list[tuple[Person, Cue]]:
    most = work.config.digest.max_drafts
    rows = notes.drafts(session, work.owner_id) if most else []
    most -= sum(row.state in WAITING and now - row.created_at < SETTLED for row in rows)
    if most <= 0:
        return []
    people = {m.person.id: m.person for m in everybody}
    local = now.astimezone(work.config.owner.timezone)
    cues = choose(_known(work, session, everybody, rows, now), local, {row.key for row in rows}, most)
    return [(people[cue.person_id], cue) for cue in cues]


def _known(
    work: Work, session: Session, everybody: Sequence[Member], rows: Iterable[DraftRow], now: datetime
) -> Iterator[Known]:
    heard = messages.heard_since(session, work.owner_id, now - WEEK, Channel.EMAIL)
    mails = _by_person(work, ((person_id, at, subject) for person_id, at, subject, _ in heard))
    meetings = _by_person(work, _meetings(work, session, now))
    words = _by_person(work, ((n.person_id, n.at, n.text) for n in notes.since(session, work.owner_id, now - WEEK)))
    promises = defaultdict(list)
    for row in notes.open_follow_ups(session, work.owner_id, until=work.local(now) + AHEAD):
        promises[row.person_id].append((row.text, row.due_on))
    drafted = {row.person_id: row.created_at for row in rows}  # the latest is the last
    just_because = {row.person_id: row.created_at for row in rows if row.kind == Kind.JUST_BECAUSE}
    generous = _generous(work, session, everybody, now)
    for member in everybody:
        person_id = member.person.id
        yield Known(
            member.person,
            member.history,
            member.standing,
            meetings=meetings.get(person_id, ()),
            mails=mails.get(person_id, ()),
            notes=words.get(person_id, ()),
            follow_ups=promises.get(person_id, ()),
            gave_more=person_id in generous,
            drafted_at=drafted.get(person_id),
            just_because_at=just_because.get(person_id),
            owner=work.config.owner.name,
        )


def _meetings(work: Work, session: Session, now: datetime) -> list[tuple[int, datetime, str]]:
    """Person, time and title of the meetings of the last weeks. A stranger's is no reason to write anything."""
    held = messages.heard_since(session, work.owner_id, now - WEEK - ROUTINE, Channel.MEETING)
    asked = {messages.series_of(one) for *_, one in held if one.startswith(messages.MEETING)}
    strange = of_strangers(work, session, asked)
    return [(p, at, title(name)) for p, at, name, one in held if messages.series_of(one) not in strange]


def _by_person(work: Work, rows: Iterable[tuple[int, datetime, str]]) -> dict[int, list[Happened]]:
    found = defaultdict(list)
    for person_id, at, text in rows:
        found[person_id].append(Happened(at.astimezone(work.config.owner.timezone), text))
    return found


def _generous(work: Work, session: Session, everybody: Iterable[Member], now: datetime) -> set[int]:
    """Those who had the last word and wrote more in the year than was written to them."""
    waiting = [(m.history.last_inbound, m.person.id) for m in everybody if _has_the_last_word(m, now - QUIET)]
    found = set()
    for _, person_id in sorted(waiting, reverse=True)[:MOST_WEIGHED]:
        counts = messages.balance(session, work.owner_id, person_id, now - YEAR)
        if counts.get("inbound", 0) > counts.get("outbound", 0) + counts.get("mutual", 0) + MARGIN:
            found.add(person_id)
    return found


MARGIN = 2
"""One or two mails more are chance."""


def _has_the_last_word(member: Member, before: datetime) -> bool:
    heard, wrote = member.history.last_inbound, member.history.last_outbound
    is_theirs = heard is not None and heard < before and (wrote is None or wrote < heard)
    return is_theirs and not member.standing.is_overdue
