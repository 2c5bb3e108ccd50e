"""What the last digests would have said, had Kith known then whom it knows today. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kith.domain.cadence import Choice, choose
from kith.domain.digest import WEEK, Entry
from kith.domain.person import Person
from kith.jobs.roster import members
from kith.jobs.view import entries
from kith.jobs.work import Work
from kith.store import changes, people
from kith.store.engine import Session


@dataclass(frozen=True, slots=True)
class Past:
    """One digest that would have been: whom it would have named, and for whom it had no place.

    waiting are those with how often they have been passed over by then, in the order of a digest.
    """

    period: date
    people: tuple[Entry, ...]
    waiting: tuple[tuple[Person, int], ...]


Hidings = dict[int, list[tuple[datetime, dict[str, Any]]]]
"""By person, when they were snoozed, paused or resumed, newest first, with what held before."""


def replay(work: Work, session: Session, weeks: int) -> list[Past]:
    """The digests of the last weeks, oldest first, the one of this week included.

    Touches count up to each slot; rhythms are those of today. Everybody counts who was in touch by then or had been
    added, and nobody had been passed over before the first.
    """
    week = work.config.week
    newest = week.period(work.now())
    slots = [(newest - WEEK * back, week.slot(newest - WEEK * back)) for back in reversed(range(weeks))]
    begin = slots[0][1]
    hidings = _hidings(work, session, begin)
    known, since = people.everyone(session, work.owner_id), None
    waits: dict[int, int] = {}
    found = []
    for period, slot in slots:
        known, since = people.as_of(session, work.owner_id, known, slot, since), slot
        then = [(_as_then(p, slot, hidings, waits), h) for p, h in _known_by(work, known, slot, begin)]
        past, chosen = _digest(work, session, period, slot, then)
        waits |= _waits(chosen)
        found.append(past)
    return found


def _digest(
    work: Work, session: Session, period: date, slot: datetime, then: Sequence[people.Known]
) -> tuple[Past, Choice]:
    everybody = {m.person.id: m for m in members(work, then, slot)}
    chosen = choose([(m.person, m.standing) for m in everybody.values()], work.config.digest.max_people)
    said = entries(work, session, [everybody[p.id] for p, _ in chosen.chosen], slot)
    waiting = tuple((p, p.passed_over + 1) for p, _ in chosen.passed)
    return Past(period, tuple(said), waiting), chosen


def _known_by(work: Work, known: Iterable[people.Known], slot: datetime, begin: datetime) -> Iterable[people.Known]:
    """Those who had been reached by an instant, as if they had always been in Kith, and those who were."""
    for person, history in known:
        if history.last_touched if work.config.touch.resets == "any" else history.last_outbound:
            yield replace(person, added_at=min(person.added_at, begin)), history
        elif person.added_at <= slot:
            yield person, history


def _as_then(person: Person, slot: datetime, hidings: Hidings, waits: Mapping[int, int]) -> Person:
    values: dict[str, Any] = {}
    for at, before in hidings.get(person.id, ()):
        if at > slot:
            values |= before
    until = values.get("snoozed_until", person.snoozed_until)
    return replace(
        person,
        passed_over=waits.get(person.id, 0),
        snoozed_until=date.fromisoformat(until) if isinstance(until, str) else until,
        paused=bool(values.get("paused", person.paused)),
    )


def _hidings(work: Work, session: Session, since: datetime) -> Hidings:
    found: Hidings = {}
    for at, person_id, before in changes.hidings_since(session, work.owner_id, since):
        found.setdefault(person_id, []).append((at, before))
    return found


def _waits(chosen: Choice) -> dict[int, int]:
    """How often people have waited after a digest, as kith.store.people.note_passed_over keeps it."""
    return {p.id: 0 for p, _ in chosen.chosen} | {p.id: p.passed_over + 1 for p, _ in chosen.passed}
