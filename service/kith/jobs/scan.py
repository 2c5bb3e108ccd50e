"""One pass over a mailbox: plan each folder, read what is new, keep it stretch by stretch."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kith.config import MailboxSection
from kith.domain.folders import Folder, Role, first
from kith.domain.folders import readable as choose_folders
from kith.domain.scan_plan import Kind, Plan, plan
from kith.errors import ConfigError, KithError, LoginRefused, NotFound, TryLater
from kith.jobs.keep import keep
from kith.jobs.look import Eyes, Stretch, look
from kith.jobs.strangers import Strangers
from kith.jobs.wanted import wanted_blocks
from kith.jobs.work import Work
from kith.mail.source import FolderState, Headers, RawHeader, Source, Unreadable
from kith.store import folders, messages, people
from kith.store.engine import Session
from kith.store.tables import FolderRow

STRETCH = 8000
"""Messages a transaction: little is read twice after a crash, and a commit costs little beside them."""

STOPS = (TryLater, LoginRefused, NotFound, ConfigError)
"""What may stop the reading of one mailbox, and must not stop that of the others."""

Progress = Callable[[str, int, int], None]
"""Told the folder, how many of its messages are read in this pass, and how many there are to read."""


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
class MailboxResult:
    """What one pass did in one mailbox. error is what stopped it, None where it came to its end."""

    name: str
    folders: list[FolderResult] = field(default_factory=list)
    error: KithError | None = None

    def total(self, what: str) -> int:
        """The sum of a count over all folders."""
        return sum(getattr(f, what) for f in self.folders)


def silent(_folder: str, _done: int, _total: int) -> None:
    """No progress."""


def scan_open(
    work: Work,
    mailbox: MailboxSection,
    source: Source,
    result: MailboxResult,
    *,
    full: bool = False,
    progress: Progress = silent,
    only: Callable[[Folder], bool] = lambda _folder: True,
) -> None:
    """Reads an open mailbox to its end and adds to result what was done. Raises what stops it.

    A folder that is named in the settings and is not there stops nothing: it is the result's error.
    """
    listed = source.folders()
    readable, missing = choose_folders(listed, mailbox.folders, mailbox.exclude)
    chosen = [f for f in readable if only(f)]
    own_sent = first(listed, Role.SENT)  # a colleague's, shared with the owner, may be called so, too
    with work.reading() as session:
        rows = folders.of_mailbox(session, work.owner_id, mailbox.name)
    states = source.status([f.name for f in chosen if f.name in rows])  # the others are opened in any case
    for folder in chosen:
        visit = _Visit(work, mailbox.name, source, folder, progress, is_sent=folder == own_sent)
        visited = visit.run(rows.get(folder.name), states.get(folder.name), full=full)
        result.folders += [visited] if visited else []
    result.error = _unknown(mailbox, missing, listed)
    if result.error is None:
        with work.writing() as session:
            folders.note_success(session, work.owner_id, mailbox.name, work.now())


def _unknown(mailbox: MailboxSection, missing: Sequence[str], listed: Sequence[Folder]) -> NotFound | None:
    unknown = [name for name in missing if mailbox.folders != "auto" and name in mailbox.folders]
    there = ", ".join(f.name for f in listed)
    what = f"{mailbox.name} has no folder {', '.join(unknown)}"
    return NotFound(what, f"these are there: {there}") if unknown else None


@dataclass(slots=True)
class _Visit:
    """One folder in one pass."""

    work: Work
    mailbox: str
    source: Source
    folder: Folder
    progress: Progress
    is_sent: bool = False
    """Whether this is the owner's own Sent folder: the first of those that are called so."""

    def run(self, row: FolderRow | None, state: FolderState | None, *, full: bool) -> FolderResult | None:
        """What was done; None where the folder is not there any more."""
        decided = self._decide(row, state, full=full) if state else None
        with self.work.reading() as session:
            newest = people.latest_seq(session, self.work.owner_id)
        if decided and decided.kind is Kind.NOTHING and row and row.seq >= newest and _is_quiet(row):
            return FolderResult(self.folder.name, row.uidvalidity, row.last_uid)
        try:
            state = self.source.examine(self.folder.name)
        except NotFound:
            return None
        except TryLater as error:
            self.source.folders()  # raises where it is the line that is lost, and not the folder that is refused
            return self._refused(row, error.message)
        return self._read(row, state, self._decide(row, state, full=full), newest)

    def _read(self, row: FolderRow | None, state: FolderState, decided: Plan, newest: int) -> FolderResult:
        if decided.kind is Kind.REFUSE:
            return self._refused(row, decided.why, state.uidvalidity)
        is_again = row is not None and row.last_uid > 0 and decided.first == 1
        row = self._begin(row, state, decided, newest)
        result = FolderResult(self.folder.name, row.uidvalidity, row.last_uid, gaps=_is_gap(decided), note=decided.why)
        if decided.kind is not Kind.NOTHING:
            result = self._read_new(row, state, newest, result, is_again=is_again)
        while row.seq < newest:  # twice where somebody was added while another's past was half read
            result = self._backfill(row, newest, result)
        return result

    def _decide(self, row: FolderRow | None, state: FolderState, *, full: bool) -> Plan:
        decided = plan(folders.cursor(row), state.uidvalidity, state.uidnext)
        if decided.kind is Kind.REPAIR and row and row.uidnext and (state.uidnext or 0) >= row.uidnext:
            decided = Plan(Kind.CONTINUE, row.last_uid + 1)  # too low, as ever on this server; it did not fall
        return Plan(Kind.CONTINUE) if full and decided.kind in (Kind.NOTHING, Kind.CONTINUE) else decided

    def _refused(self, row: FolderRow | None, why: str, uidvalidity: int = 0) -> FolderResult:
        """Sets the folder aside until a later visit finds it in order. uidvalidity is 0 where there is none."""
        row = row or self._new_row()
        with self.work.writing() as session:
            row.set_aside, row.scanned_at = why, self.work.now()
            if uidvalidity:  # another numbering than ever, of which nothing is read
                row.uidvalidity, row.last_uid, row.changes = uidvalidity, 0, row.changes + 1
            session.add(row)
        return FolderResult(self.folder.name, row.uidvalidity, row.last_uid, note=why)

    def _new_row(self) -> FolderRow:
        return FolderRow(owner_id=self.work.owner_id, mailbox=self.mailbox, name=self.folder.name, uidvalidity=0)

    def _begin(self, row: FolderRow | None, state: FolderState, decided: Plan, newest: int) -> FolderRow:
        """Brings the cursor to where the plan begins. At 0 nothing counts as read, so stopping here is safe."""
        row = row or self._new_row()
        with self.work.writing() as session:
            if decided.first == 1:
                row.last_uid, row.uidnext, row.backfill_uid, row.backfill_seq = 0, None, 0, 0
                self._know(session, row, newest)
            if _is_gap(decided):
                folders.empty_quarantine(session, row)
            row.set_aside, row.scanned_at, row.uidvalidity = "", self.work.now(), state.uidvalidity
            row.changes = row.changes + 1 if decided.kind is Kind.RESCAN else 0
            row.gaps += _is_gap(decided)
            session.add(row)
            box = folders.mailbox(session, self.work.owner_id, self.mailbox)
            box.gaps += _is_gap(decided)
            session.add(box)
        return row

    def _know(self, session: Session, row: FolderRow, seq: int) -> None:
        """The folder is read with the addresses up to seq in mind; new people may have been at meetings, too."""
        if row.seq < seq:
            messages.look_at_every_series(session, self.work.owner_id, self.work.now())
        row.seq = seq

    def _read_new(
        self, row: FolderRow, state: FolderState, newest: int, result: FolderResult, *, is_again: bool
    ) -> FolderResult:
        for stretch in self._unread(row, state, newest, counting=not is_again):
            with self.work.writing() as session:
                touches, quarantined = self._keep(session, row, stretch)
                row.last_uid = stretch.uids[-1]
                session.add(row)
                box = folders.mailbox(session, self.work.owner_id, self.mailbox)
                box.read += len(stretch.uids)
                session.add(box)
            result = replace(
                result,
                read=result.read + len(stretch.uids),
                touches=result.touches + touches,
                quarantined=result.quarantined + quarantined,
                last_uid=row.last_uid,
            )
        return replace(result, last_uid=self._to_the_end(row, state))

    def _unread(self, row: FolderRow, state: FolderState, newest: int, *, counting: bool) -> Iterator[Stretch]:
        """What is new, asked for until there is no more: one answer may be short of what the server has."""
        while uids := self.source.uids(row.last_uid + 1):
            yield from self._stretches(uids, newest, counting=counting)
            if row.last_uid + 1 == state.uidnext:
                return

    def _to_the_end(self, row: FolderRow, state: FolderState) -> int:
        """UIDs below UIDNEXT that were not listed are no longer there, so the cursor may pass them.

        A UIDNEXT that is not above every UID is kept in mind, so that it is not taken for a fall at each visit.
        """
        end, low = (state.uidnext or 1) - 1, None
        if state.uidnext and row.last_uid > end:  # mail came while we read, or the server is wrong
            now = self.source.examine(self.folder.name).uidnext
            low = now if now and now <= row.last_uid else None
        if end > row.last_uid or low != row.uidnext:
            with self.work.writing() as session:
                row.last_uid, row.uidnext = max(end, row.last_uid), low
                session.add(row)
        return row.last_uid

    def _backfill(self, row: FolderRow, newest: int, result: FolderResult) -> FolderResult:
        """Reads what was read before once more, with the people in mind who were added since."""
        if row.backfill_seq == 0:
            row.backfill_seq, row.backfill_uid = newest, 0
        uids = [u for u in self.source.uids(row.backfill_uid + 1) if u <= row.last_uid]
        for stretch in self._stretches(uids, row.backfill_seq, after_seq=row.seq):
            with self.work.writing() as session:
                touches, _ = self._keep(session, row, stretch)
                row.backfill_uid = stretch.uids[-1]
                session.add(row)
            result = replace(result, reread=result.reread + len(stretch.uids), touches=result.touches + touches)
        with self.work.writing() as session:
            self._know(session, row, row.backfill_seq)
            row.backfill_uid, row.backfill_seq = 0, 0
            session.add(row)
        return result

    def _keep(self, session: Session, row: FolderRow, stretch: Stretch) -> tuple[int, int]:
        return keep(session, row, stretch, in_sent=self.is_sent, now=self.work.now())

    def _stretches(
        self, uids: Sequence[int], upto_seq: int, after_seq: int = 0, *, counting: bool = False
    ) -> Iterator[Stretch]:
        """Looks at messages, some thousands at a time; only those with addresses after after_seq are parsed.

        counting: strangers are counted, where that is not turned off.
        """
        with self.work.reading() as session:
            here = self.work.circumstances(session, upto_seq=upto_seq)
            sought = people.by_key(session, self.work.owner_id, upto_seq, after_seq)
        is_counted = counting and self.work.config.touch.strangers
        counted = Strangers(here.owner, here.key, self.work.now()) if is_counted else None
        wanted = wanted_blocks(sought, words_for_kith=after_seq == 0, others=counted.see if counted else None)
        eyes = Eyes(
            here=here,
            tokens=self.work.tokens,
            zone=self.work.config.owner.timezone,
            now=self.work.now(),
            in_drafts=self.folder.role is Role.DRAFTS,
        )
        self.progress(self.folder.name, 0, len(uids))
        done = 0
        for stretch, blocks in _portions(self.source.headers(uids, wanted)):
            stretch.strangers = counted.take() if counted else {}  # before the next headers land
            stretch.seen = look(self.source, blocks, eyes)
            yield stretch
            done += len(stretch.uids)
            self.progress(self.folder.name, done, len(uids))


def _portions(batches: Iterable[Headers]) -> Iterator[tuple[Stretch, list[RawHeader]]]:
    """Batches put together to stretches, each with the headers that were wanted."""
    uids: list[int] = []
    blocks: list[RawHeader] = []
    unreadable: list[Unreadable] = []
    for covered, found, lost in batches:
        uids += covered
        blocks += found
        unreadable += lost
        if len(uids) >= STRETCH:
            yield Stretch(uids, unreadable=unreadable), blocks
            uids, blocks, unreadable = [], [], []
    if uids:
        yield Stretch(uids, unreadable=unreadable), blocks


def _is_quiet(row: FolderRow) -> bool:
    """Nothing was out of order at the visit before."""
    return not row.changes and not row.set_aside


def _is_gap(decided: Plan) -> int:
    return int(decided.kind in (Kind.RESCAN, Kind.REPAIR))
