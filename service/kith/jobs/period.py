"""Which period's digest is due, and which is passed over because a late one has just gone."""

from datetime import date, datetime

from kith.domain.digest import counts_for
from kith.domain.outbox import State
from kith.jobs.work import Work
from kith.store import letters, owners
from kith.store.engine import Session


def due_period(work: Work, session: Session, now: datetime) -> date | None:
    """The period whose slot has come, where nothing was decided about its digest and one is wanted.

    None is wanted for the period in which Kith was set up, nor while the owner is away. Where the day of digests was
    changed, the first on the new day comes a week or more after the last on the old.
    """
    period = work.config.week.period(now)
    owner = owners.get(session, work.owner_id)
    away = owner.away_until is not None and work.local(now) < owner.away_until
    if period <= work.config.week.period(owner.set_up_at) or away:
        return None
    return None if letters.digests_near(session, work.owner_id, period) else period


def is_told(work: Work, session: Session, period: date, now: datetime) -> bool:
    """Whether a late digest counts for this period, too, as it is found at an instant.

    One that the owner asked for in the period of the set-up counts for nothing else, and one that failed for none.
    """
    last = letters.newest(session, work.owner_id, "digest")
    if last is None or last.state == State.FAILED:
        return False
    week = work.config.week
    was_trial = date.fromisoformat(last.key) <= week.period(owners.get(session, work.owner_id).set_up_at)
    return not was_trial and counts_for(last.created_at, max(week.slot(period), now))


def pass_over(work: Work, session: Session, period: date, now: datetime) -> None:
    """Decides that a period has no digest of its own; what was read since the last one is told by the next."""
    before = letters.latest_digest(session, work.owner_id)
    read, gaps = (before.read, before.gaps) if before else (0, 0)
    letters.claim_period(session, work.owner_id, period, read, gaps, now)
