"""Reads messages of an open folder stretch by stretch, and narrows down what breaks the line."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kith.config import MailboxSection
from kith.domain.folders import Role
from kith.domain.snag import Others, Snag, after_break, portions
from kith.domain.touch import Circumstances
from kith.errors import Refused, StoreFailed, TryLater, beyond
from kith.jobs.look import Eyes, Seen, Stretch, glance, look_closer
from kith.jobs.others import others
from kith.jobs.strangers import Strangers
from kith.jobs.wanted import wanted_blocks
from kith.jobs.work import Work
from kith.mail.source import Folder, Headers, RawHeader, Source, Unreadable
from kith.store import folders, people
from kith.store.tables import FolderRow

STRETCH = 16_000
"""Messages a transaction: little is read twice after a crash, and a commit costs little beside them."""

OWN = (Role.SENT, Role.DRAFTS)
"""Where nothing is delivered, so that no provider has a word on it."""

Progress = Callable[[str, int, int], None]
"""Told the folder, how many of its messages are read in this pass, and how many there are to read."""


@dataclass(slots=True)
class Reading:
    """The messages of one open folder. after_seq: only those with addresses after that number are parsed.

    counting: strangers are counted, where that is not turned off.
    """

    work: Work
    mailbox: MailboxSection
    source: Source
    folder: Folder
    row: FolderRow
    progress: Progress
    upto_seq: int
    after_seq: int = 0
    counting: bool = False
    breakers: Collection[int] = ()
    """UIDs that are in quarantine because they break the line."""
    _eyes: Eyes = field(init=False)
    _wanted: Callable[[bytes], bool] = field(init=False)
    _counted: Strangers | None = field(init=False)
    _glanced: list[Seen] = field(init=False, default_factory=list)
    """What headers tell of the stretch that is being looked at."""
    _came: int = field(init=False, default=0)
    _total: int = field(init=False, default=0)
    """How many messages have come, and how many are to come, for whoever follows the progress."""

    def __post_init__(self) -> None:
        """Gathers with what the folder is looked at."""
        work = self.work
        with work.reading() as session:
            here = work.circumstances(session, upto_seq=self.upto_seq)
            sought = people.by_key(session, work.owner_id, self.upto_seq, self.after_seq)
        is_counted = self.counting and work.config.touch.strangers
        self._counted = Strangers(here.owner, here.key, work.now()) if is_counted else None
        see = self._counted.see if self._counted else None
        self._wanted = wanted_blocks(sought, here.owner if self.after_seq == 0 else (), see)
        self._eyes = eyes_on(work, self.folder, here)

    def stretches(self, uids: Sequence[int]) -> Iterator[Stretch]:
        """Looks at messages (UIDs ascending), some thousands at a time; each stretch is kept before the next.

        Raises what broke it off, with a note of where that was in the row.
        """
        self._came, self._total = 0, len(uids)
        self.progress(self.folder.name, 0, len(uids))
        for portion in portions(uids, folders.snag(self.row), self.breakers):
            read = 0
            try:
                for stretch in self._looked_at(portion):
                    yield stretch
                    read += len(stretch.uids)
            except TryLater as error:
                asked = portion[read : read + STRETCH]
                if asked and not isinstance(error, StoreFailed):
                    yield from self._broken(asked, error)
                raise

    def _looked_at(self, uids: Sequence[int]) -> Iterator[Stretch]:
        for stretch, blocks in _gathered(self._headers(uids), self._eyes):
            stretch.strangers = self._counted.take() if self._counted else {}  # before the next headers land
            stretch.releases = self.after_seq == 0
            self._glanced = stretch.seen
            stretch.seen = look_closer(self.source, stretch.seen, blocks, self._eyes)
            stretch.unreadable += self.source.withheld()
            self._glanced = []
            yield stretch

    def _headers(self, uids: Sequence[int]) -> Iterator[Headers]:
        for batch in self.source.headers(uids, self._wanted):
            self._came += len(batch[0])
            self.progress(self.folder.name, self._came, self._total)
            yield batch

    def _broken(self, asked: Sequence[int], error: TryLater) -> Iterator[Stretch]:
        """Notes where it broke off. Gives the message that does it, once that is certain: it is passed."""
        is_known = len(asked) == 1 and asked[0] in self.breakers
        is_doubtful = len(asked) == 1 and not isinstance(error, Refused)  # then others were refused as well
        here = self._others(asked[0]) if is_doubtful else Others.SILENT
        snag = after_break(folders.snag(self.row), asked, here, known=is_known)
        self._note(snag)
        if snag.is_enough:
            told = beyond(self.mailbox.name, error)
            what = "all but its headers" if self._glanced else "it"
            bad = Unreadable(asked[0], f"the server fails each time it is asked for {what}: {told}")
            yield Stretch(asked, self._glanced, [bad], breakers=[bad])

    def _others(self, uid: int) -> Others:
        return others(self.work, self.mailbox, self.row, uid, self.breakers)

    def _note(self, snag: Snag) -> None:
        with self.work.writing() as session:
            folders.set_snag(self.row, snag)
            session.add(self.row)


def eyes_on(work: Work, folder: Folder, here: Circumstances) -> Eyes:
    """With what the messages of a folder are looked at."""
    return Eyes(
        here=here,
        tokens=work.tokens,
        zone=work.config.owner.timezone,
        now=work.now(),
        in_drafts=folder.role is Role.DRAFTS,
        authserv_id="" if folder.role in OWN else work.config.reply.authserv_id,
    )


def _gathered(batches: Iterable[Headers], eyes: Eyes) -> Iterator[tuple[Stretch, list[RawHeader]]]:
    """Batches put together to stretches, each with the headers that were wanted.

    They are looked at batch by batch, while the next are on their way.
    """
    uids: list[int] = []
    seen: list[Seen] = []
    blocks: list[RawHeader] = []
    unreadable: list[Unreadable] = []
    for covered, found, lost in batches:
        uids += covered
        seen += glance(found, eyes)
        blocks += found
        unreadable += lost
        if len(uids) >= STRETCH:
            yield Stretch(uids, seen, unreadable), blocks
            uids, seen, blocks, unreadable = [], [], [], []
    if uids:
        yield Stretch(uids, seen, unreadable), blocks
