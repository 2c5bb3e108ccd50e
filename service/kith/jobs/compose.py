"""Composes the digest of a period, once, and puts it into the outbox."""

from dataclasses import dataclass
from datetime import date, datetime

from kith.errors import Internal
from kith.jobs import occasions, post
from kith.jobs.period import due_period, is_told, pass_over
from kith.jobs.roster import roster
from kith.jobs.view import View, view
from kith.jobs.work import Work
from kith.letters import Rendered
from kith.store import folders, letters, people
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

    A late one counts for the slot that comes soon after it as well. That is decided at the first turn after this slot:
    who has Kith do a turn a week, just before it, gets a digest each time.
    """
    now = work.now()
    with work.writing() as session:
        period = due_period(work, session, now)
        if period and is_told(work, session, period, now):
            pass_over(work, session, period, now)
            return None
        return _compose(work, session, period, now) if period else None


def is_due(work: Work) -> bool:
    """Whether compose_due would compose now."""
    now = work.now()
    with work.reading() as session:
        period = due_period(work, session, now)
        return period is not None and not is_told(work, session, period, now)


def compose_now(work: Work) -> Composed:
    """Composes the digest of the current period, or gives the one that was composed before."""
    now = work.now()
    period = work.config.week.period(now)
    with work.writing() as session:
        before = letters.letter_by_key(session, work.owner_id, "digest", period.isoformat())
        if before is None:
            letters.free_period(session, work.owner_id, period)
            if composed := _compose(work, session, period, now):
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
