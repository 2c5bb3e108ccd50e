"""Keeps a few words of the latest exchange with those whose turn is near."""

from contextlib import closing

from kith.config import MailboxSection
from kith.domain.cadence import choose
from kith.domain.message import Envelope
from kith.errors import StoreFailed, TryLater
from kith.jobs.keep import ARCHIVE
from kith.jobs.roster import roster
from kith.jobs.work import STOPS, Work
from kith.mail.mime import Message
from kith.mail.snippet import snippet
from kith.mail.source import Part, Place, Source
from kith.mail.words import part_text
from kith.store import folders, messages
from kith.store.tables import MessageRow

MOST_BYTES = 16 * 1024
"""Bytes of a text part that are fetched: the first words are wanted."""
AT_ONCE = 25
"""Snippets a round: the digest needs a handful, and each costs a round trip or two."""


Wish = tuple[int, MessageRow]
"""A person, and the message whose words are wanted."""


def fetch_snippets(work: Work, mailbox: MailboxSection, source: Source) -> int:
    """Fetches what the next digest would quote and does not have yet, from an open mailbox; gives how many.

    Raises what the source does, and then goes without the words of a message over which the server hangs up.
    """
    if not work.config.touch.snippets:
        return 0
    with work.reading() as session:
        cursors = folders.of_mailbox(session, work.owner_id, mailbox.name)
    wanted = _wanted(work, mailbox.name).items()
    wishes = [(who, row) for who, row in wanted if row.folder in cursors and not cursors[row.folder].set_aside]
    try:
        return _fetch(work, source, wishes)
    except StoreFailed:
        raise
    except TryLater:
        if not mailbox.name.startswith(ARCHIVE):
            _one_by_one(work, mailbox, wishes)
        raise


def _one_by_one(work: Work, mailbox: MailboxSection, wishes: list[Wish]) -> None:
    """Each over a line of its own. A message that breaks it costs its own words and no other's.

    Where no line can be opened, or nothing comes, it is not the message, and all wait.
    """
    broke: list[Wish] = []
    came = 0
    for wish in wishes:
        try:
            source = work.open_source(mailbox)
        except STOPS:
            break
        with closing(source):
            try:
                came += _fetch(work, source, [wish])
            except StoreFailed:
                raise
            except TryLater:
                broke.append(wish)
    with work.writing() as session:
        for person_id, row in broke if came or len(wishes) == 1 else ():
            messages.keep_snippet(session, work.owner_id, person_id, row.identity, "")


def _wanted(work: Work, mailbox: str) -> dict[int, MessageRow]:
    with work.reading() as session:
        everybody = roster(work, session, work.now())
        ids = [p.id for p, _ in choose([(m.person, m.standing) for m in everybody], AT_ONCE).chosen]
        latest = messages.latest_mail(session, work.owner_id, ids)
        have = messages.snippets(session, work.owner_id, ids)
    return {
        person_id: row
        for person_id, row in latest.items()
        if row.mailbox == mailbox and not (person_id in have and have[person_id].identity == row.identity)
    }


def _fetch(work: Work, source: Source, wishes: list[Wish]) -> int:
    """The words of some messages.

    Those in a folder that has gone, or is closed, can wait: a later scan finds them where they are now.
    """
    asked: dict[Place, list[int]] = {}
    for _, row in wishes:
        asked.setdefault(_place(row), []).append(row.uid)
    found = source.texts(asked, _readable, MOST_BYTES) if asked else {}
    words = {(place, uid): _words(part, data) for place, some in found.items() for uid, (part, data) in some.items()}
    told = [(person_id, row) for person_id, row in wishes if _place(row) in found]
    with work.writing() as session:
        for person_id, row in told:
            text = words.get((_place(row), row.uid), "")
            messages.keep_snippet(session, work.owner_id, person_id, row.identity, text)
    return len(told)


def _place(row: MessageRow) -> Place:
    return row.folder, row.uidvalidity


def _words(part: Part, data: bytes) -> str:
    text = part_text(data, part.charset)
    return snippet(Message(Envelope(), html=text) if part.media_type == "text/html" else Message(Envelope(), text=text))


def _readable(parts: list[Part]) -> Part | None:
    """The part a reader would see: plain text before HTML, no attachment."""
    for media_type in ("text/plain", "text/html"):
        for part in parts:
            if part.media_type == media_type and not part.filename:
                return part
    return None
