"""One visit to one folder: plan it, read what is new, go back for new people, keep everything stretch by stretch."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from kith.config import MailboxSection
from kith.domain.folders import Folder, Role
from kith.domain.scan_plan import Kind, Plan
from kith.domain.snag import NO_SNAG, after_reading
from kith.errors import DataRefused, NotFound, TryLater, beyond
from kith.jobs.keep import keep
from kith.jobs.look import Stretch
from kith.jobs.prospect import Prospect, is_smooth
from kith.jobs.reading import STRETCH, Progress, Reading
from kith.jobs.recount import Recount
from kith.jobs.refused import halves, set_aside
from kith.jobs.work import Work
from kith.mail.source import FolderState, Source
from kith.store import folders, messages, people
from kith.store.engine import Session
from kith.store.tables import FolderRow

TIRESOME = 20
"""Visits in a row that broke off in a folder and came no further: more than finding one message takes."""
REST = timedelta(hours=1)
"""How long such a folder is left alone: each try costs the mailbox its line."""


@dataclass(frozen=True, slots=True)
class FolderResult:
    """What one pass did in one folder. reread counts messages read again for the sake of new people."""

    name: str
    uidvalidity: int
    last_uid: int
    read: int = 0
    reread: int = 0
    touches: int = 0
    quarantined: int = 0
    gaps: int = 0
    note: str = ""


@dataclass(slots=True)
class Visit:
    """One folder in one pass."""

    work: Work
    mailbox: MailboxSection
    source: Source
    prospect: Prospect
    progress: Progress
    is_sent: bool = False
    """Whether this is the owner's own Sent folder: the first of those that are called so."""
    recount: Recount | None = None
    """What a full scan finds, None in others."""
    following: Prospect | None = None
    """The next folder that is to be opened."""
    is_full: bool = field(init=False, default=False)
    """Whether the owner wants all to be read again, so that it is not counted in the mailbox's total once more."""
    row: FolderRow = field(init=False)
    result: FolderResult | None = field(init=False, default=None)
    """What is done so far, None where nothing is."""

    @property
    def folder(self) -> Folder:
        """Which it is."""
        return self.prospect.folder

    def run(self) -> None:
        """Reads the folder to its end. Nothing is done where it is not there any more, or is listed and never was."""
        ahead = self.prospect
        self.row = ahead.row or self._new_row()
        with self.work.reading() as session:
            newest = people.latest_seq(session, self.work.owner_id)
        if self.row.seq >= newest and not ahead.is_due:
            self._tell()
            return
        try:
            if ahead.first:
                self.source.foresee(self.folder.name, ahead.first)
            state = self.source.examine(self.folder.name)
        except NotFound as error:
            if self.folder.role is Role.INBOX:  # it is always there
                self._refused(beyond(self.mailbox.name, error))
            self._tell(note=beyond(self.mailbox.name, error))
            return
        except TryLater as error:
            self.source.folders()  # raises where it is the line that is lost, and not the folder that is refused
            self._refused(beyond(self.mailbox.name, error))
            return
        decided = ahead.decide(state)
        if decided.kind is Kind.REFUSE:
            self._refused(decided.why, state.uidvalidity)
        else:
            self._read(state, decided, newest)

    def _read(self, state: FolderState, decided: Plan, newest: int) -> None:
        is_again = self.row.last_uid > 0 and decided.first == 1
        self.is_full = is_again and decided.kind is Kind.CONTINUE
        self._begin(state, decided, newest)
        self._tell(gaps=_is_gap(decided), note=decided.why)
        if decided.kind is not Kind.NOTHING:
            self._read_new(state, newest, is_again=is_again)
        while self.row.seq < newest:  # twice where somebody was added while another's past was half read
            self._backfill(newest)
        if self.row.breaks:
            with self.work.writing() as session:
                self.row.breaks = 0
                session.add(self.row)

    def note_break(self, why: str) -> None:
        """The line was lost in the middle of this visit."""
        row = self.row
        with self.work.writing() as session:
            row.breaks, row.scanned_at = row.breaks + 1, self.work.now()
            if row.breaks >= TIRESOME:
                row.set_aside = (
                    f"reading it broke off {row.breaks} times in a row ({why}); it is tried again now and then"
                )
            session.add(row)

    def _tell(self, **done: Any) -> None:
        before = self.result or FolderResult(self.folder.name, 0, 0)
        self.result = replace(before, uidvalidity=self.row.uidvalidity, last_uid=self.row.last_uid, **done)

    def _refused(self, why: str, uidvalidity: int = 0) -> None:
        """Sets the folder aside until a later visit finds it in order. uidvalidity is 0 where there is none."""
        row = self.row
        with self.work.writing() as session:
            row.set_aside, row.scanned_at = why, self.work.now()
            if uidvalidity:  # another numbering than ever, of which nothing is read
                row.uidvalidity, row.last_uid, row.changes = uidvalidity, 0, row.changes + 1
                folders.set_snag(row, NO_SNAG)
            session.add(row)
        self._tell(note=why)

    def _new_row(self) -> FolderRow:
        name, owner_id = self.folder.name, self.work.owner_id
        return FolderRow(owner_id=owner_id, mailbox=self.mailbox.name, name=name, uidvalidity=0)

    def _begin(self, state: FolderState, decided: Plan, newest: int) -> None:
        """Brings the cursor to where the plan begins. At 0 nothing counts as read, so stopping here is safe."""
        row = self.row
        with self.work.writing() as session:
            if decided.first == 1:
                row.last_uid, row.uidnext, row.backfill_uid, row.backfill_seq = 0, None, 0, 0
                self._know(session, newest)
            if _is_gap(decided):
                folders.empty_quarantine(session, row)
                folders.set_snag(row, NO_SNAG)
            row.set_aside, row.scanned_at, row.uidvalidity = "", self.work.now(), state.uidvalidity
            row.changes = row.changes + 1 if decided.kind is Kind.RESCAN else 0
            row.gaps += _is_gap(decided)
            session.add(row)
            box = folders.mailbox(session, self.work.owner_id, self.mailbox.name)
            box.gaps += _is_gap(decided)
            session.add(box)

    def _know(self, session: Session, seq: int) -> None:
        """The folder is read with the addresses up to seq in mind; new people may have been at meetings, too."""
        if self.row.seq < seq:
            messages.look_at_every_series(session, self.work.owner_id, self.work.now())
        self.row.seq = seq

    def _read_new(self, state: FolderState, newest: int, *, is_again: bool) -> None:
        reading = self._reading(newest, counting=not is_again)
        while uids := self.source.uids(self.row.last_uid + 1):  # one answer may be short of what the server has
            self._foresee_following(uids, state, newest)
            for stretch in reading.stretches(uids):
                self._keep(stretch)
            if self.row.last_uid + 1 == state.uidnext:
                break
        self._to_the_end(state)
        self._tell()

    def _foresee_following(self, uids: Sequence[int], state: FolderState, newest: int) -> None:
        """Says what comes next, where nothing more will be asked of this folder once these messages are looked at."""
        is_last = uids[-1] + 1 == state.uidnext and len(uids) <= STRETCH and self.row.seq >= newest
        after = self.following
        if after and after.first and is_last and is_smooth(self.row):
            self.source.foresee(after.folder.name, after.first)

    def _to_the_end(self, state: FolderState) -> None:
        """UIDs below UIDNEXT that were not listed are no longer there, so the cursor may pass them.

        A UIDNEXT that is not above every UID is kept in mind, so that it is not taken for a fall at each visit.
        """
        row, end, low = self.row, (state.uidnext or 1) - 1, None
        if state.uidnext and row.last_uid > end:  # mail came while we read, or the server is wrong
            now = self.source.examine(self.folder.name).uidnext
            low = now if now and now <= row.last_uid else None
        if end > row.last_uid or low != row.uidnext:
            with self.work.writing() as session:
                row.last_uid, row.uidnext = max(end, row.last_uid), low
                session.add(row)

    def _backfill(self, newest: int) -> None:
        """Reads what was read before once more, with the people in mind who were added since."""
        row = self.row
        if row.backfill_seq == 0:
            row.backfill_seq, row.backfill_uid = newest, 0
        reading = self._reading(row.backfill_seq, after_seq=row.seq)
        breakers = reading.breakers
        there = self.source.uids(row.backfill_uid + 1)
        past = there[: bisect_right(there, row.last_uid)]
        for stretch in reading.stretches([uid for uid in past if uid not in breakers] if breakers else past):
            self._keep(stretch, again=True)
        with self.work.writing() as session:
            self._know(session, row.backfill_seq)
            row.backfill_uid, row.backfill_seq = 0, 0
            session.add(row)

    def _reading(self, upto_seq: int, after_seq: int = 0, *, counting: bool = False) -> Reading:
        with self.work.reading() as session:
            breakers = folders.breakers(session, self.row)
        return Reading(
            work=self.work,
            mailbox=self.mailbox,
            source=self.source,
            folder=self.folder,
            row=self.row,
            progress=self.progress,
            upto_seq=upto_seq,
            after_seq=after_seq,
            counting=counting,
            breakers=breakers,
        )

    def _keep(self, stretch: Stretch, *, again: bool = False, is_part: bool = False) -> None:
        """Keeps a stretch and moves the cursor (again: that of the past read again) in one transaction.

        Where the database refuses a value, the message it is of goes to quarantine, and the others are kept.
        """
        try:
            self._commit(stretch, again=again)
        except DataRefused as error:
            parts = halves(stretch)
            if not parts and is_part:
                self._commit(set_aside(stretch, error), again=again)
                return
            for part in parts or [stretch]:  # once more: somebody may have been removed just then
                self._keep(part, again=again, is_part=True)

    def _commit(self, stretch: Stretch, *, again: bool) -> None:
        row, uids = self.row, stretch.uids
        with self.work.writing() as session:
            here = session.merge(row)  # our own stays as it is where the transaction fails
            if self.recount:
                self.recount.see(session, here, stretch)
            touches, quarantined = keep(session, here, stretch, in_sent=self.is_sent, now=self.work.now())
            if uids:
                begin = here.backfill_uid if again else here.last_uid
                folders.set_snag(here, after_reading(folders.snag(here), begin, uids[-1]))
                setattr(here, "backfill_uid" if again else "last_uid", uids[-1])
                here.breaks = 0
            if uids and not again and not self.is_full:
                box = folders.mailbox(session, self.work.owner_id, self.mailbox.name)
                box.read += len(uids)
                session.add(box)
        folders.follow(row, here)
        self._add_up(touches=touches, quarantined=quarantined, **{"reread" if again else "read": len(uids)})

    def _add_up(self, **more: int) -> None:
        self._tell(**{what: getattr(self.result, what) + count for what, count in more.items()})


def is_resting(row: FolderRow, now: datetime) -> bool:
    """Whether reading a folder broke off so often without coming any further that it is left alone for a while."""
    return row.breaks >= TIRESOME and row.scanned_at is not None and timedelta(0) <= now - row.scanned_at < REST


def _is_gap(decided: Plan) -> int:
    return int(decided.kind in (Kind.RESCAN, Kind.REPAIR))
