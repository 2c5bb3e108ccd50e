"""Asks, when reading broke off at a single message, whether the server gives others: then it is not the line."""

from collections.abc import Collection, Iterator
from contextlib import closing

from kith.config import MailboxSection
from kith.domain.snag import Others, neighbours
from kith.jobs.keep import ARCHIVE
from kith.jobs.work import STOPS, Work
from kith.mail.source import Source
from kith.store import folders
from kith.store.tables import FolderRow

ENOUGH_BYTES = 512
"""Of another message's beginning. Its headers alone prove little: a server may have them at hand, and no mail."""
MOST_FOLDERS = 3
"""Other folders that are looked into where the message is the only one in its own."""

Place = tuple[str, int]
"""A folder, and a UID in it."""


def others(work: Work, mailbox: MailboxSection, row: FolderRow, uid: int, known: Collection[int]) -> Others:
    """What the server gives just now beside one message, over new lines.

    known are messages of its folder that break the line as well.
    """
    if mailbox.name.startswith(ARCHIVE):  # there is no line, and so it was not the message
        return Others.SILENT
    try:
        with closing(work.open_source(mailbox)) as source:
            if not _is_there(source, row, uid):
                return Others.SILENT
            there = [other for other in source.uids(1) if other != uid and other not in known]
            near = [(row.name, other) for other in neighbours(there, uid)]
            places = near or list(_elsewhere(work, source, row))
    except STOPS:
        return Others.SILENT
    if not places:
        return Others.ABSENT
    return Others.COME if any(_comes(work, mailbox, place) for place in places) else Others.SILENT


def _is_there(source: Source, row: FolderRow, uid: int) -> bool:
    return source.examine(row.name).uidvalidity == row.uidvalidity and next(iter(source.uids(uid)), 0) == uid


def _elsewhere(work: Work, source: Source, row: FolderRow) -> Iterator[Place]:
    """The newest message of some other folders, but for those that break the line as well."""
    with work.reading() as session:
        rows = folders.of_mailbox(session, work.owner_id, row.mailbox).values()
        read = [other for other in rows if other.last_uid and not other.set_aside and other.name != row.name]
        known = {other.name: folders.breakers(session, other) for other in read}
    there = {folder.name for folder in source.folders()}
    for name in [other.name for other in read if other.name in there][:MOST_FOLDERS]:
        source.examine(name)
        yield from ((name, uid) for uid in [uid for uid in source.uids(1) if uid not in known[name]][-1:])


def _comes(work: Work, mailbox: MailboxSection, place: Place) -> bool:
    """Whether a message comes with all that a scan may ask of it. Each has a line of its own: it may break it, too."""
    folder, uid = place
    try:
        with closing(work.open_source(mailbox)) as source:
            source.examine(folder)
            found = [header for _, headers, _ in source.headers([uid]) for header in headers]
            source.structures([uid])
            return bool(found) and bool(source.raw(uid, ENOUGH_BYTES))
    except STOPS:
        return False
