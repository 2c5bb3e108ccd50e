"""Touches from an archive: an mbox file is read as a mailbox would be; reading it again adds nothing."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from kith.config import MailboxSection
from kith.domain.plain import file_name
from kith.errors import KithError
from kith.jobs.keep import ARCHIVE
from kith.jobs.round import read
from kith.jobs.scan import MailboxResult, Progress, silent
from kith.jobs.work import Work
from kith.mail import headers
from kith.mail.heads import named
from kith.mail.mbox import MboxSource
from kith.mail.mbox_file import Searched
from kith.store import folders

MOST_FIELDS = 1000
"""From fields whose author is remembered, since the owner wrote most of what nobody received."""
LONGEST_FIELD = 1000
"""Bytes of one that is remembered: the owner's is no longer, and a hostile one may have a million."""


def import_mbox(
    work: Work, path: Path, progress: Progress = silent, searched: Searched = lambda _done, _total: None
) -> MailboxResult:
    """Reads an mbox file to its end, from where an earlier import stopped. What stops it is part of the result.

    searched is told how far the search for messages is, in bytes.
    """
    result = MailboxResult(f"{ARCHIVE}{file_name(path.name)}")
    try:
        with closing(MboxSource(path, _by_owner(work), searched)) as source:
            folder = source.folder.name
            _forget_another(work, result.name, folder, source.examine(folder).uidvalidity)
            section = MailboxSection.model_construct(
                name=result.name, url=path.absolute().as_uri(), folders=(folder,), exclude=()
            )
            read(_uncounted(work), section, source, result, progress=progress)
    except KithError as error:
        result.error = error
    return result


def _by_owner(work: Work) -> Callable[[bytes], bool]:
    def names_owner(field: bytes) -> bool:
        written_by = headers.envelope(field, None).from_
        return any(work.key(author.address) in work.config.owner_keys for author in written_by)

    remembered = lru_cache(MOST_FIELDS)(names_owner)

    def by_owner(head: bytes) -> bool:
        field = named(head, ["From"])
        return names_owner(field) if len(field) > LONGEST_FIELD else remembered(field)

    return by_owner


def _forget_another(work: Work, mailbox: str, folder: str, uidvalidity: int) -> None:
    """What lies at a path may have grown, or be another file by now: that is no gap, but the cursor means nothing."""
    with work.writing() as session:
        row = folders.of_mailbox(session, work.owner_id, mailbox).get(folder)
        if row and row.uidvalidity != uidvalidity:
            folders.empty_quarantine(session, row)
            row.uidvalidity, row.last_uid, row.uidnext = uidvalidity, 0, None
            session.add(row)


def _uncounted(work: Work) -> Work:
    """Strangers are not counted: they are counted where the mail was, and an archive may hold it once more."""
    touch = work.config.touch.model_copy(update={"strangers": False})
    return replace(work, config=work.config.model_copy(update={"touch": touch}))
