"""What became of the meetings that a mail tells of: for an owner who asks why an invitation is no touch."""

from collections.abc import Sequence

from kith.domain.calendar import Occurrence, counts
from kith.domain.explaining import CANCELLED, RULED_OUT, TOO_LATE, in_words, of_meetings, why_uncounted
from kith.domain.hosts import span
from kith.domain.invitations import merge
from kith.jobs.meetings import LOOK_AHEAD, OWNER, Known, heard, known_by_veil, whom_met
from kith.jobs.work import Work
from kith.mail import icalendar
from kith.store import changes, messages
from kith.store import meetings as kept
from kith.store.engine import Session
from kith.store.tables import InviteRow


def fate(work: Work, session: Session, identity: str) -> str:
    """A clause about the meetings that the message of this identity tells of; "" where nothing can be known of them."""
    uids = {row.uid for row in messages.invites_of(session, work.owner_id, identity)}
    if not uids:
        return ""
    known = known_by_veil(work, session)
    counted = {work.local(touch.at) for touch in kept.of_series(session, work.owner_id, uids)}
    rows = messages.invites(session, work.owner_id, uids)
    meetings = [one for uid in sorted(uids) for one in _meetings(work, [r for r in rows if r.uid == uid], known)]
    meetings.sort(key=lambda one: one.starts_at)
    coming = [one for one in meetings if one.ends_at > work.now() and _may_count(work, one, known)]
    next_on = work.local(coming[0].starts_at) if coming else None
    if counted or next_on:
        return of_meetings(counted, next_on, work.today())
    if not uids.isdisjoint(_taken_away(work, session)):
        return in_words(RULED_OUT)
    return _why(work, meetings, known) if meetings else _why_none(work, rows, known)


def _meetings(work: Work, rows: Sequence[InviteRow], known: Known) -> list[Occurrence]:
    """The meetings of a series as they stand now; none where a part of what was heard of them cannot be read any more.

    Those that were over too long before they were told of are left out.
    """
    if not all(map(known.can_read, rows)):
        return []
    words, now = heard(rows), work.now()
    since, until = span(words, known.key, known.welcome)
    merged = merge(words, known.key, known.welcome)
    found = icalendar.occurrences(merged, since, min(now + LOOK_AHEAD, until), work.config.owner.timezone)
    return [one for one in found if one.ends_at >= since]


def _may_count(work: Work, meeting: Occurrence, known: Known) -> bool:
    most = work.config.touch.max_recipients
    return counts(meeting, {OWNER}, known.key, most) and bool(whom_met(meeting, known))


def _why(work: Work, meetings: list[Occurrence], known: Known) -> str:
    """Why none counted: by the last that is over, or by the first if all are to come."""
    over = [one for one in meetings if one.ends_at <= work.now()]
    one = over[-1] if over else meetings[0]
    if _may_count(work, one, known):
        return "the meeting counts after the next scan"
    return why_uncounted(one, {OWNER}, known.key, work.config.touch.max_recipients)


def _why_none(work: Work, rows: Sequence[InviteRow], known: Known) -> str:
    """Why there is no meeting: it was but cancelled, or its words came when it was over; or nothing can be known."""
    words = heard(rows) if all(map(known.can_read, rows)) else []
    if words and all(one.invite.method == "CANCEL" for one in words):
        return CANCELLED
    merged = merge(words, known.key, known.welcome)
    was_before = (one.last_on and one.last_on <= work.today() for one in merged)
    return TOO_LATE if merged and all(was_before) else ""


def _taken_away(work: Work, session: Session) -> set[str]:
    """The series of which the owner said that a meeting was no touch."""
    return {messages.series_of(identity) for _, identity in changes.taken_away(session, work.owner_id)}
