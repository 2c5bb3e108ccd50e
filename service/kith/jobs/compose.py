"""Composes the digest of a period, once, and puts it into the outbox."""

from dataclasses import dataclass
from datetime import date, datetime

from kith.errors import Internal
from kith.jobs import occasions, post
from kith.jobs.roster import roster
from kith.jobs.view import View, view
from kith.jobs.work import Work
from kith.letters import Rendered
from kith.store import folders, letters, owners, people
from kith.store.engine import Session
from kith.store.tables import LetterRow


@dataclass(frozen=True, slots=True)
class Composed:
    """The letter of a period, what it says (or, where it was there before, what it would say now), in words."""

    period: date
    letter: LetterRow
    already: bool
    shown: View
    rendered: Rendered


def compose_due(work: Work) -> Composed | None:
    """Composes the digest if its slot has come and it was not composed yet. One late, never two.

    Nothing is sent for the period in which Kith was set up, nor while the owner is away. Where the
    day of digests was changed, the first on the new day comes a week or more after the last on the old.
    """
    now = work.now()
    with work.writing() as session:
        period = _period_due(work, session, now)
        return _compose(work, session, period, now) if period else None


def is_due(work: Work) -> bool:
    """Whether compose_due would compose now."""
    with work.reading() as session:
        return _period_due(work, session, work.now()) is not None


def _period_due(work: Work, session: Session, now: datetime) -> date | None:
    period = work.config.week.period(now)
    owner = owners.get(session, work.owner_id)
    away = owner.away_until is not None and work.local(now) < owner.away_until
    if period <= work.config.week.period(owner.set_up_at) or away:
        return None
    return None if letters.digests_near(session, work.owner_id, period) else period


def compose_now(work: Work) -> Composed:
    """Composes the digest of the current period, or gives the one that was composed before."""
    now = work.now()
    period = work.config.week.period(now)
    with work.writing() as session:
        before = letters.letter_by_key(session, work.owner_id, "digest", period.isoformat())
        composed = None if before else _compose(work, session, period, now)
        if composed:
            return composed
        before = before or letters.letter_by_key(session, work.owner_id, "digest", period.isoformat())
        if before is None:
            raise Internal(f"the period {period} is taken, and has no letter")
        shown = view_now(work, session, now)
        return Composed(period, before, already=True, shown=shown, rendered=work.letters.digest(shown.digest))


def view_now(work: Work, session: Session, now: datetime) -> View:
    """The current period's digest; where it has gone already, with the numbers that were sent."""
    period = work.config.week.period(now)
    letter = letters.letter_by_key(session, work.owner_id, "digest", period.isoformat())
    return view(work, session, now, sent=letters.numbers(session, letter.id) if letter else None, foresee=not letter)


def _compose(work: Work, session: Session, period: date, now: datetime) -> Composed | None:
    """None where another process was quicker."""
    occasions.propose(work, session, roster(work, session, now), now)
    shown = view(work, session, now)
    rendered = work.letters.digest(shown.digest)
    read, gaps = folders.totals(session, work.owner_id)
    if not letters.claim_period(session, work.owner_id, period, read, gaps, now):
        return None
    row = post.queue(work, session, "digest", period.isoformat(), rendered, now, numbers=shown.numbers)
    letters.name_letter(session, work.owner_id, period, row.id)
    people.note_passed_over(session, work.owner_id, list(shown.numbers.values()), shown.passed)
    return Composed(period, row, already=False, shown=shown, rendered=rendered)
