"""One round with one mailbox: read it, answer what the owner wrote, place drafts. What the service repeats."""

from collections.abc import Callable
from contextlib import closing, suppress
from typing import NamedTuple

from kith.config import MailboxSection
from kith.domain.folders import Folder
from kith.jobs import draft, meetings, snippets
from kith.jobs.scan import MailboxResult, Progress, scan_open, silent
from kith.jobs.unwanted import remove_unwanted
from kith.jobs.work import STOPS, Work, is_alive
from kith.mail.source import Source
from kith.store import folders, notes


class Step(NamedTuple):
    """A part of a round. by_line: it asks the mailbox, and is left out where the line is lost."""

    do: Callable[[], object]
    by_line: bool = True


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
    progress: Progress = silent,
) -> None:
    """Reads an open mailbox and keeps what follows from it. Writes nothing into the mailbox."""
    scan = Step(lambda: scan_open(work, mailbox, source, result, full=full, progress=progress))
    _each(source, result, scan, *_afterwards(work, mailbox, source))


def go_round(
    work: Work,
    mailbox: MailboxSection,
    source: Source,
    *,
    only: Callable[[Folder], bool] = everything,
    progress: Progress = silent,
) -> MailboxResult:
    """Reads an open mailbox, answers and places drafts. What stops a part of it is noted, and is in the result.

    The owner's words come first: what an earlier visit found is answered although this one may break off.
    """
    from kith.jobs import answer  # what understands replies is no small part, and `kith scan` does without

    result = MailboxResult(mailbox.name)
    answering = Step(lambda: answer.answer_mailbox(work, mailbox.name, source))
    _each(
        source,
        result,
        Step(lambda: remove_unwanted(work), by_line=False),
        answering,
        Step(lambda: scan_open(work, mailbox, source, result, only=only, progress=progress)),
        answering,
        Step(lambda: draft.place(work, source, mailbox.name)),
        Step(lambda: _note_gone(work, mailbox, source)),
        *_afterwards(work, mailbox, source),
    )
    _note(work, result)
    return result


def _afterwards(work: Work, mailbox: MailboxSection, source: Source) -> tuple[Step, ...]:
    """What follows from what was read, the dearest first: a snippet is a mere kindness, and costs the most."""
    return (
        Step(lambda: draft.note_sent(work), by_line=False),
        Step(lambda: meetings.keep_meetings(work), by_line=False),
        Step(lambda: _settle_follow_ups(work), by_line=False),
        Step(lambda: snippets.fetch_snippets(work, mailbox, source)),
    )


def _each(source: Source, result: MailboxResult, *steps: Step) -> None:
    """Takes every step that can be taken, whatever stops another. The first to be stopped is the result's error."""
    is_lost = False
    for step in steps:
        if is_lost and step.by_line:
            continue
        try:
            step.do()
        except STOPS as error:
            result.error = result.error or error
            is_lost = is_lost or not is_alive(source)


def _note_gone(work: Work, mailbox: MailboxSection, source: Source) -> None:
    from kith.jobs import compose  # as above: letters are no small part

    if compose.is_due(work):  # it tells which drafts are waiting
        draft.note_gone(work, source, mailbox.name)


def _settle_follow_ups(work: Work) -> None:
    with work.writing() as session:
        notes.settle_follow_ups(session, work.owner_id, work.now(), work.config.owner.timezone)


def scan_once(work: Work, mailbox: MailboxSection, *, full: bool = False, progress: Progress = silent) -> MailboxResult:
    """Opens a mailbox, reads it to its end and closes it. What stops it is noted and part of the result."""
    result = MailboxResult(mailbox.name)
    try:
        remove_unwanted(work)
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


def place_drafts_once(work: Work) -> None:
    """Places what waits, with connections of its own. A mailbox that cannot be opened keeps its drafts waiting."""
    with work.reading() as session:
        waiting = notes.drafts(session, work.owner_id, "proposed", "placing")
    for mailbox in work.config.mailbox if waiting else ():
        with suppress(*STOPS), closing(work.open_source(mailbox)) as source:
            draft.place(work, source, mailbox.name)


def _note(work: Work, result: MailboxResult) -> None:
    if result.error:
        with work.writing() as session:
            folders.note_failure(session, work.owner_id, result.name, result.error.message, work.now())
