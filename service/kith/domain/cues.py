"""Whom to write to this week without being asked, and why: the occasions that Kith finds by itself."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from kith.domain.cadence import Standing
from kith.domain.favours import favour
from kith.domain.introduced import introduced
from kith.domain.occasion import Kind, key_of
from kith.domain.person import History, Person

AHEAD: Final = timedelta(days=6)
"""Birthdays and follow-ups up to the day before the next digest."""
ROUTINE: Final = timedelta(days=35)
"""A meeting of the same name so shortly before makes it one of a series, and no occasion."""
SETTLED: Final = timedelta(days=30)
"""For so long after a draft nobody gets another one unasked."""
WEEK: Final = timedelta(days=7)
YEAR: Final = timedelta(days=365)
QUIET: Final = timedelta(days=14)
"""After so long without a word one may write just because."""

_FIRST: Final = (
    Kind.THANKS, Kind.INTRODUCTION, Kind.MEETING, Kind.FOLLOW_UP, Kind.BIRTHDAY, Kind.SILENCE, Kind.JUST_BECAUSE,
)  # fmt: skip
"""What is owed comes before what has a day, and that before what can wait."""
_ONE_A_WEEK: Final = frozenset({Kind.SILENCE, Kind.JUST_BECAUSE})

_INTRODUCES = re.compile(
    r"(?!(?:re|aw)\s?:)(?:(?:(?:re|fwd?|aw|wg|tr)\s?:\s?){0,5}(?:e-?)?intro(?:duc(?:tion|ing))?\b|.*\s<>\s)",
    re.IGNORECASE,
)
"""A subject that introduces. An answer may as well be that of the one who was introduced."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A mail or a meeting with its subject, or a note with its text. at is in the owner's zone."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one person that may be an occasion.

    meetings are those of the last weeks, oldest first; mails theirs of this week, notes those of this
    week, and follow_ups what was promised and is not kept, with its day. gave_more: over the year more
    came from them than went to them. drafted_at is when the latest draft for them was made, just_because_at
    when the latest of that kind was. owner is the owner's name.
    """

    person: Person
    history: History
    standing: Standing
    meetings: Sequence[Happened] = ()
    mails: Sequence[Happened] = ()
    notes: Sequence[Happened] = ()
    follow_ups: Sequence[tuple[str, date]] = ()
    gave_more: bool = False
    drafted_at: datetime | None = None
    just_because_at: datetime | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """One occasion that was found: to whom, of which kind, and what a draft needs to be specific."""

    person_id: int
    kind: Kind
    what: str = ""
    whom: str = ""
    on: date | None = None
    once: date | None = None
    """The day that sets it apart from another of the same words, where on is none."""

    @property
    def key(self) -> str:
        """The name of the occasion, by which it never gets a second draft."""
        return key_of(self.kind, self.person_id, self.what, self.whom, self.on or self.once)


def choose(everybody: Iterable[Known], now: datetime, made: Collection[str], most: int) -> list[Cue]:
    """The occasions of a week, the most pressing first: one a person, at most so many in all.

    now is in the owner's zone; made are the keys of the drafts that were ever made. Of silence and of
    just because there is at most one each.
    """
    found = [(known, cue) for known in everybody if (cue := _first(known, now, made))]
    found.sort(key=lambda pair: (_FIRST.index(pair[1].kind), -pair[0].standing.share, pair[0].person.id))
    chosen: list[Cue] = []
    for _, cue in found:
        again = cue.kind in _ONE_A_WEEK and any(c.kind is cue.kind for c in chosen)
        if len(chosen) < most and not again:
            chosen.append(cue)
    return chosen


def _first(known: Known, now: datetime, made: Collection[str]) -> Cue | None:
    """The most pressing occasion to write to somebody, None where there is none, or no way to write."""
    person = known.person
    if person.paused or not person.addresses or (known.drafted_at and now - known.drafted_at < SETTLED):
        return None
    found = {cue.kind: cue for cue in _cues(known, now) if cue.key not in made}
    return next((found[kind] for kind in _FIRST if kind in found), None)


def _cues(known: Known, now: datetime) -> Iterator[Cue]:
    yield from _owed(known, now)
    yield from _dated(known, now.date())
    if not known.standing.snoozed:
        yield from _unprompted(known, now)


def _owed(known: Known, now: datetime) -> Iterator[Cue]:
    """What happened lately, where the owner has not written since."""
    person, wrote = known.person, known.history.last_outbound
    for note in _unanswered(known.notes, wrote):
        told = favour(note.text, person.name)
        if told:
            kind = Kind.INTRODUCTION if told.whom else Kind.THANKS
            yield Cue(person.id, kind, what=told.what, whom=told.whom)
    for mail in _unanswered(known.mails, wrote):
        if _INTRODUCES.match(mail.text):
            whom = introduced(mail.text, known.owner, person.name)
            yield Cue(person.id, Kind.INTRODUCTION, whom=whom, once=mail.at.date())
    lately = [m for m in known.meetings if now - m.at <= WEEK and not _is_routine(m, known.meetings)]
    for meeting in _unanswered(lately, wrote):
        yield Cue(person.id, Kind.MEETING, what=meeting.text, on=meeting.at.date())


def _unanswered(happened: Iterable[Happened], wrote: datetime | None) -> Iterator[Happened]:
    """A meeting is the owner's latest word, too, until there is a later one."""
    return (one for one in happened if wrote is None or wrote <= one.at)


def _is_routine(meeting: Happened, others: Iterable[Happened]) -> bool:
    same = (other for other in others if other.text.casefold() == meeting.text.casefold())
    return any(timedelta(0) < meeting.at - other.at <= ROUTINE for other in same)


def _dated(known: Known, today: date) -> Iterator[Cue]:
    """What falls on a day before the next digest."""
    person = known.person
    for text, due_on in known.follow_ups:
        if due_on <= today + AHEAD:
            yield Cue(person.id, Kind.FOLLOW_UP, what=text, once=due_on)
    birthday = person.birthday.next_on(today - timedelta(days=1)) if person.birthday else None
    if birthday and birthday <= today + AHEAD:
        yield Cue(person.id, Kind.BIRTHDAY, on=birthday)


def _unprompted(known: Known, now: datetime) -> Iterator[Cue]:
    """A silence of a year and two cadences; or no reason at all, to somebody who gave more than they got.

    Of a shorter silence the digest says enough, and a draft with nothing to say is worse than none.
    """
    person, how, last = known.person, known.standing, known.history.last_touched
    is_long = last and now - last >= YEAR and how.cadence and how.days_overdue >= how.cadence.nominal_days
    if is_long and how.is_overdue:
        yield Cue(person.id, Kind.SILENCE, once=how.reference)
    before = known.just_because_at
    if last and not how.is_overdue and known.gave_more and now - last >= QUIET and (not before or now - before >= YEAR):
        yield Cue(person.id, Kind.JUST_BECAUSE, once=now.date())
