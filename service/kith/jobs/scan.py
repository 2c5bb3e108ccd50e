"""One pass over a mailbox: folder by folder, and what stops one visit does not stop the others for ever."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kith.config import MailboxSection
from kith.domain.folders import Folder, Role, first
from kith.domain.folders import readable as choose_folders
from kith.errors import KithError, NotFound, Refused, StoreFailed, TryLater, beyond
from kith.jobs.prospect import Prospect
from kith.jobs.reading import Progress
from kith.jobs.recount import Recount
from kith.jobs.visit import FolderResult, Visit, is_resting
from kith.jobs.work import STOPS, Work
from kith.mail.source import Source
from kith.store import folders, keys

__all__ = ["STOPS", "FolderResult", "MailboxResult", "Progress", "scan_open", "silent"]


@dataclass(slots=True)
class MailboxResult:
    """What one pass did in one mailbox. error is what stopped it, None where it came to its end.

    taken_back counts touches that a full scan found to be none under the settings of today.
    """

    name: str
    folders: list[FolderResult] = field(default_factory=list)
    error: KithError | None = None
    taken_back: int = 0

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

    A folder in whose middle the line was lost comes after the others next time, so that it holds up nothing. Where
    the server only refuses to give what is in it, the others are read now. One that is named in the settings and is
    not there stops nothing: it is the result's error.
    """
    listed = source.folders()
    readable, missing = choose_folders(listed, mailbox.folders, mailbox.exclude)
    recount = Recount(work, mailbox.name) if full else None
    own_sent = first(listed, Role.SENT)  # a colleague's, shared with the owner, may be called so, too
    _renew_keys(work)
    refused: Refused | None = None
    prospects = _prospects(work, mailbox, source, filter(only, readable), full=full)
    for prospect, following in _with_next(prospects):
        is_sent = prospect.folder == own_sent
        visit = Visit(work, mailbox, source, prospect, progress, is_sent, recount, following)
        try:
            refused = _refusal(visit) or refused
        finally:
            result.folders += [visit.result] if visit.result else []
        if recount and visit.row.set_aside:
            recount.is_whole = False
    if refused:
        raise refused
    unknown = _unknown(mailbox, missing, listed)
    if recount and recount.is_whole and unknown is None:
        result.taken_back = recount.settle()
    result.error = result.error or unknown
    if unknown is None:
        with work.writing() as session:
            folders.note_success(session, work.owner_id, mailbox.name, work.now())


def _refusal(visit: Visit) -> Refused | None:
    """Makes a visit; gives what the server refused in the middle of it, where others may be made all the same."""
    try:
        visit.run()
    except TryLater as error:
        if not isinstance(error, StoreFailed):
            visit.note_break(beyond(visit.mailbox.name, error))
        if isinstance(error, Refused):
            return error
        raise
    return None


def _prospects(
    work: Work, mailbox: MailboxSection, source: Source, readable: Iterable[Folder], *, full: bool
) -> list[Prospect]:
    """What is known of the folders that are to be visited, in the order of the visits."""
    with work.reading() as session:
        rows = folders.of_mailbox(session, work.owner_id, mailbox.name)
    resting = {name for name, row in rows.items() if not full and is_resting(row, work.now())}
    chosen = [f for f in readable if f.name not in resting]
    states = source.status([f.name for f in chosen if f.name in rows])  # the others are opened in any case
    chosen.sort(key=lambda f: rows[f.name].breaks if f.name in rows else 0)  # what broke off comes last
    return [Prospect(f, rows.get(f.name), states.get(f.name), full) for f in chosen]


def _with_next(prospects: Sequence[Prospect]) -> Iterator[tuple[Prospect, Prospect | None]]:
    """Each with the next that is to be opened."""
    following: Prospect | None = None
    pairs = []
    for prospect in reversed(prospects):
        pairs.append((prospect, following))
        following = prospect if prospect.is_due else following
    return reversed(pairs)


def _renew_keys(work: Work) -> None:
    """Where the settings make other keys of people's addresses, mail is to be known by those."""
    with work.reading() as session:
        outdated = keys.outdated(session, work.owner_id, work.key)
    if outdated:
        with work.writing() as session:
            keys.renew(session, work.owner_id, work.key)


def _unknown(mailbox: MailboxSection, missing: Sequence[str], listed: Sequence[Folder]) -> NotFound | None:
    unknown = [name for name in missing if mailbox.folders != "auto" and name in mailbox.folders]
    there = ", ".join(f.name for f in listed)
    what = f"{mailbox.name} has no folder {', '.join(unknown)}"
    return NotFound(what, f"these are there: {there}") if unknown else None
