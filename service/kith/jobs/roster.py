"""Everybody with how it stands with them, on one day: what lists, digests and briefings begin with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from kith.domain.cadence import Choice, Standing, choose, rhythm_of, spread, standing
from kith.domain.person import History, Person
from kith.jobs.work import Work
from kith.store import people
from kith.store.engine import Session


@dataclass(frozen=True, slots=True)
class Member:
    """One person, what the mailbox tells of them, and how it stands."""

    person: Person
    history: History
    standing: Standing


def roster(
    work: Work, session: Session, now: datetime, *, ids: Collection[int] | None = None, back_then: bool = False
) -> list[Member]:
    """Everybody (or the people named by ids), by name, as it stands at an instant.

    back_then: only touches up to that instant are counted, as for a digest of the past; this costs a
    row a touch, where otherwise it is a row a person.
    """
    known = people.everyone(session, work.owner_id)
    if back_then:
        known = [k for k in people.as_of(session, work.owner_id, known, now) if k[0].added_at <= now]
    found = members(work, known, now)
    return found if ids is None else [m for m in found if m.person.id in ids]


def members(work: Work, known: Sequence[people.Known], now: datetime) -> list[Member]:
    """How it stands with people at an instant. All are needed, since they wait for each other (see spread)."""
    config, rhythms = work.config, work.config.rhythms
    zone, resets, today = config.owner.timezone, config.touch.resets, work.local(now)
    untouched = (p for p, h in known if (h.last_touched if resets == "any" else h.last_outbound) is None)
    waiting = [p.id for p in untouched if rhythm_of(p, rhythms)]
    delays = spread([p for p, _ in known], waiting, zone, config.digest.max_people, rhythms)
    return [Member(p, h, standing(p, h, rhythms, today, zone, resets, delays.get(p.id, 0))) for p, h in known]


def choose_now(work: Work, session: Session, now: datetime) -> Choice:
    """Who has a place in a digest written now, and who has not."""
    everybody = roster(work, session, now)
    return choose([(m.person, m.standing) for m in everybody], work.config.digest.max_people)
