"""A full scan: what its messages come to, all copies together, and touches taken back that are none any more."""

from dataclasses import dataclass, field

from kith.domain.touch import Reason
from kith.jobs.keep import ARCHIVE
from kith.jobs.look import Seen, Stretch
from kith.jobs.meetings import keep_meetings
from kith.jobs.work import Work
from kith.store import changes, messages, recounting
from kith.store.engine import Session
from kith.store.recounting import Now
from kith.store.tables import FolderRow

AT_ONCE = 2_000
"""Messages a transaction."""
NOBODY = Now(frozenset(), frozenset(), None, "", None)
_ORDER = {str(reason): number for number, reason in enumerate(Reason)}


@dataclass(slots=True)
class Recount:
    """One full pass over a mailbox.

    Settings may have changed, and then touches are none that were. Whether a message touches anybody is only known
    when all its copies were read: the one that came through a list must not take back what the direct one is.
    """

    work: Work
    mailbox: str
    found: dict[str, Now] = field(default_factory=dict)
    is_whole: bool = True
    """Whether every folder could be read: in one that could not there may be a copy that counts."""
    _alike: dict[Now, Now] = field(default_factory=dict)
    """One of each kind: there are few, and in a large mailbox each of its own would take half a gigabyte."""

    def see(self, session: Session, row: FolderRow, stretch: Stretch) -> None:
        """Notes what a stretch holds, before it is kept; what it holds of calendars is kept anew."""
        for seen in stretch.seen:
            before, now = self.found.get(seen.identity), _now(seen)
            now = now if before is None else _together(before, now)
            self.found[seen.identity] = self._alike.setdefault(now, now)
        if stretch.uids:
            self._see_the_others(session, row, stretch)
        recounting.remove_invites(session, row.owner_id, [s.identity for s in stretch.seen if s.invites])

    def _see_the_others(self, session: Session, row: FolderRow, stretch: Stretch) -> None:
        """Messages that are there and in which nobody known takes part any more."""
        kept = recounting.there(session, row, min(stretch.uids), max(stretch.uids))
        read = set(stretch.uids) - {u.uid for u in stretch.unreadable} - {s.uid for s in stretch.seen}
        for uid in read & kept.keys():
            self.found.setdefault(kept[uid], NOBODY)

    def settle(self) -> int:
        """Takes back what is no touch under the settings of today, of mail and of meetings; gives how many."""
        work, identities = self.work, list(self.found)
        taken = 0
        with work.reading() as session:
            lost = changes.had_addresses(session, work.owner_id)
        for start in range(0, len(identities), AT_ONCE):
            some = {identity: self.found[identity] for identity in identities[start : start + AT_ONCE]}
            with work.writing() as session:
                taken += recounting.settle(session, work.owner_id, some, self._is_elsewhere, lost)
        return taken + self._settle_meetings()

    def _is_elsewhere(self, source: str) -> bool:
        """Whether a touch came from a mailbox or an archive that was not read in this pass."""
        others = {mailbox.name for mailbox in self.work.config.mailbox} - {self.mailbox}
        return source in others or source.startswith(ARCHIVE)

    def _settle_meetings(self) -> int:
        with self.work.writing() as session:
            messages.look_at_every_series(session, self.work.owner_id, self.work.now())
            before = recounting.meetings(session, self.work.owner_id)
        keep_meetings(self.work)
        with self.work.reading() as session:
            return max(before - recounting.meetings(session, self.work.owner_id), 0)


def _now(seen: Seen) -> Now:
    verdict = seen.verdict
    reason = str(verdict.reason) if verdict.reason else None
    return Now(frozenset(verdict.people), frozenset(verdict.known), reason, verdict.mark, str(verdict.direction))


def _together(one: Now, other: Now) -> Now:
    """Two copies: a touch wins, and else the reason that comes first, whichever was read first."""
    touched, known = one.touched | other.touched, one.known | other.known
    best = min((one, other), key=_rank)
    return best._replace(touched=touched, known=known)


def _rank(copy: Now) -> tuple[bool, bool, int]:
    return (not copy.touched, copy.reason is None, _ORDER.get(copy.reason or "", 0))
