"""Whether Kith is at work: its last sign of life, how long ago it read, and when the next digest comes."""

from datetime import datetime, time, timedelta

from kith.domain.digest import WEEK
from kith.jobs.work import Work
from kith.store import folders, letters, owners

ALIVE_WITHIN = timedelta(minutes=5)
"""The service shows a sign of life each minute."""
LONG_AGO = timedelta(days=3)
"""After so long without a turn something is wrong, also where cron does one a day."""


def is_alive(work: Work, beat: datetime | None) -> bool:
    """Whether the service runs, by its last sign of life. One of the future is from before the clock was set back."""
    return beat is not None and abs(work.now() - beat) <= ALIVE_WITHIN


def next_digest(work: Work) -> datetime:
    """When the next digest comes; an instant that is past where one is due.

    There is none for the period in which Kith was set up, nor within a week of another, and one missed while
    away comes on return.
    """
    week, now = work.config.week, work.now()
    with work.reading() as session:
        owner = owners.get(session, work.owner_id)
        back = None
        if owner.away_until and owner.away_until > work.local(now):
            now = back = datetime.combine(owner.away_until, time(), work.config.owner.timezone)
        period, first = week.period(now), week.period(owner.set_up_at)
        while period <= first or letters.digests_near(session, work.owner_id, period):
            period += WEEK
    return max(week.slot(period), back) if back else week.slot(period)


def standstill(work: Work, *, digest_is_held_back: bool) -> str:
    """What tells that nobody does Kith's work any more, in a sentence; "" where somebody does, or nobody ever did."""
    now, said = work.now(), []
    with work.reading() as session:
        beat = owners.last_beat(session, work.owner_id)
        boxes = {box.name: box for box in folders.mailboxes(session, work.owner_id)}
    if is_alive(work, beat):
        return ""
    read = [(m, boxes[m.name].scanned_at) for m in work.config.mailbox if m.name in boxes and not boxes[m.name].error]
    scans = [at for _, at in read if at]
    if beat and not any(at > beat + ALIVE_WITHIN for at in scans):  # no cron has taken over
        said.append(f"`kith run` has shown no sign of life since {_day(work, beat)}, and was not stopped")
    for mailbox, at in read:
        if at and now - at > max(LONG_AGO, 3 * timedelta(seconds=mailbox.poll)):
            said.append(f"{mailbox.name} was last read on {_day(work, at)}")
    slot = next_digest(work)
    if now - slot > LONG_AGO and not digest_is_held_back:
        said.append(f"the digest of {work.config.week.period(slot)} has not come")
    return f"{'; '.join(said)}. Start `kith run`, or have cron do `kith run --once`" if said else ""


def _day(work: Work, at: datetime) -> str:
    return f"{at.astimezone(work.config.owner.timezone):%d %B %Y, %H:%M}"
