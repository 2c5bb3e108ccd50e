"""One round with one mailbox: read it, answer what the owner wrote, place drafts. What the service repeats."""

from collections.abc import Callable
from contextlib import closing

from kith.config import MailboxSection
from kith.domain.folders import Folder
from kith.jobs import draft, meetings, snippets
from kith.jobs.scan import STOPS, MailboxResult, Progress, scan_open, silent
from kith.jobs.work import Work
from kith.mail.source import Source
from kith.store import folders, notes


def everything(_folder: Folder) -> bool:
    """All folders."""
    return True


def read(
    work: Work,
    mailbox: MailboxSection,
    source: Source,
    result: MailboxResult,
    *,
    full: bool = False,
    only: Callable[[Folder], bool] = everything,
    progress: Progress = silent,
) -> None:
    """Reads an open mailbox and keeps what follows from it. Writes nothing into the mailbox."""
    scan_open(work, mailbox, source, result, full=full, only=only, progress=progress)
    meetings.keep_meetings(work)
    snippets.fetch_snippets(work, mailbox.name, source)
    draft.note_sent(work)
    with work.writing() as session:
        notes.settle_follow_ups(session, work.owner_id, work.now(), work.config.owner.timezone)


def go_round(
    work: Work,
    mailbox: MailboxSection,
    source: Source,
    *,
    only: Callable[[Folder], bool] = everything,
    progress: Progress = silent,
) -> MailboxResult:
    """Reads an open mailbox, answers and places drafts. What stops it is noted and part of the result."""
    from kith.jobs import answer  # what understands replies is no small part, and `kith scan` does without

    result = MailboxResult(mailbox.name)
    try:
        read(work, mailbox, source, result, only=only, progress=progress)
        answer.answer_mailbox(work, mailbox.name, source)
        draft.place(work, source, mailbox.name)
    except STOPS as error:
        result.error = error
    _note(work, result)
    return result


def scan_once(work: Work, mailbox: MailboxSection, *, full: bool = False, progress: Progress = silent) -> MailboxResult:
    """Opens a mailbox, reads it to its end and closes it. What stops it is noted and part of the result."""
    result = MailboxResult(mailbox.name)
    try:
        with closing(work.open_source(mailbox)) as source:
            read(work, mailbox, source, result, full=full, progress=progress)
    except STOPS as error:
        result.error = error
    _note(work, result)
    return result


def go_round_once(work: Work, mailbox: MailboxSection, progress: Progress = silent) -> MailboxResult:
    """A round with a connection of its own."""
    try:
        with closing(work.open_source(mailbox)) as source:
            return go_round(work, mailbox, source, progress=progress)
    except STOPS as error:
        result = MailboxResult(mailbox.name, error=error)
        _note(work, result)
        return result


def _note(work: Work, result: MailboxResult) -> None:
    if result.error:
        with work.writing() as session:
            folders.note_failure(session, work.owner_id, result.name, result.error.message, work.now())
