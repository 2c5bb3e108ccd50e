"""Reads a reply: the owner's new words as instructions, and what may be the owner's elsewhere as lines to ask about."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Final

from kith.domain import ownwords
from kith.domain import reply as instructing
from kith.domain.instruction import not_understood
from kith.domain.message import Envelope, identity
from kith.domain.names import bare
from kith.domain.reply import Instruction, Verb
from kith.domain.subject import is_own
from kith.jobs.desk import Answer
from kith.jobs.work import Work
from kith.mail import mime, replytext
from kith.mail.replysign import may_instruct
from kith.store import letters, people
from kith.store.engine import Session
from kith.store.tables import LetterRow

MOST_QUOTED: Final = 8
"""Letters of ours that one reply may quote: its own, and those further up in the thread."""

MOST_TOLD: Final = 50
"""Lines that are given back one by one; a quote that was changed all over comes back as few long ones."""

OURS: Final = "these are words of the letter you answered; if you mean them, say them in words of your own"
IN_THE_QUOTE: Final = "I found this in the quoted letter and left it alone; please send it again above the quote"
IN_THE_SIGNATURE: Final = "I found this in your signature and left it alone; if it is for me, send it again above it"

_MAY_BE_PRINTED: Final = frozenset(
    {Verb.UNKNOWN, Verb.NOTE, Verb.ASK, Verb.SHARE, Verb.THANK, Verb.ADD, Verb.BRIEFING, Verb.MORE, Verb.HELP}
)
"""What a line may look like that programs put into every mail: "12 Long Hall", "Ask me about my book"."""


def understand(
    work: Work,
    message: mime.Message,
    letter: LetterRow | None,
    unread: str = "",
    written_at: datetime | None = None,
) -> Answer:
    """A reply's new words as instructions; unread says why they cannot be read. Changes nothing.

    written_at is when it was sent, by its Date and what the server says of it: its days are counted from there.
    """
    envelope, owner = message.envelope, work.config.owner
    said = replytext.new_text(message.text or None, message.html or None, owner.addresses, owner=owner.name)
    written_at = min(written_at or envelope.date or work.now(), work.now())
    today = work.local(max(written_at, letter.created_at) if letter else written_at)
    if unread:
        lost = not_understood(f"its text could not be read ({unread}); please send it again as plain text")
        parsed = [replace(lost, line=f"your mail “{envelope.subject}”")]
    elif letter is None:
        subject = envelope.subject if is_own(envelope) else ""
        parsed = instructing.parse_self_note(
            subject, said.words, today, partial(_is_known, work), owner=owner.name, circles=work.config.circle
        )
    else:
        parsed = _answered(work, letter, envelope, said, today)
    before = envelope.references[-5:] or envelope.in_reply_to[:1]  # RFC 5322, 3.6.4
    return Answer(
        identity(envelope),
        envelope.message_id,
        envelope.subject,
        (*before, envelope.message_id),
        letter,
        parsed,
        is_polite=not parsed and instructing.is_mere_politeness(said.words, owner.name),
    )


def _answered(
    work: Work, letter: LetterRow, envelope: Envelope, said: replytext.NewText, today: date
) -> list[Instruction]:
    """What an answer asks for without the letter's own words; and what may be the owner's all the same, to be told."""
    own = ownwords.without(said.words, letter.words, work.tokens.key)
    parsed = _parsed(work, own.text, today)
    told = [(line, OURS) for line in own.doubtful]
    told += [(line, IN_THE_QUOTE) for line in _in_the_quote(work, letter, envelope, said.quoted, today)]
    told += [(line, IN_THE_SIGNATURE) for line in _in_the_signature(work, said.signature, today)]
    left = (
        replace(not_understood(why), position=len(parsed) + n, line=line) for n, (line, why) in enumerate(_few(told))
    )
    return [*parsed, *left]


def _parsed(work: Work, text: str, today: date) -> list[Instruction]:
    config = work.config
    return instructing.parse(text, today, partial(_is_known, work), owner=config.owner.name, circles=config.circle)


def _few(told: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each once, and those that are too many as one."""
    each = list(dict.fromkeys(told))
    rest = each[MOST_TOLD - 1 :]
    return each if len(rest) <= 1 else [*each[: MOST_TOLD - 1], (" ".join(line for line, _ in rest), rest[0][1])]


def _in_the_quote(work: Work, letter: LetterRow, envelope: Envelope, quoted: str, today: date) -> list[str]:
    """Lines in an unmarked quote that are no letter's of ours: the owner wrote them under a name, or wherever it was.

    They might as well be what a program made of the letter's, and those are never an instruction.
    """
    if not quoted or not letter.words:
        return []
    with work.reading() as session:
        ours = [m for m in envelope.answers if work.tokens.is_ours(m)][:MOST_QUOTED]
        rows = [letters.letter_by_message_id(session, work.owner_id, m) for m in ours]
    marked = letter.words + b"".join(row.words for row in rows if row)
    chunks = ownwords.between(quoted, marked, work.tokens.key)
    return [line for chunk in chunks for line in _new_lines(work, chunk, today)]


def _in_the_signature(work: Work, signature: tuple[str, ...], today: date) -> list[str]:
    """What looks like instructions in a signature, each with the lines that go on from it."""
    first = next((n for n, line in enumerate(signature) if may_instruct(line)), len(signature))
    return list(_new_lines(work, "\n".join(signature[first:]), today))


def _new_lines(work: Work, text: str, today: date) -> Iterator[str]:
    """The lines of a text that should be told: not those that were told before and may be printed in every mail."""
    found: dict[str, set[Verb]] = {}
    for one in _parsed(work, text, today):
        found.setdefault(one.line, set()).add(one.verb)
    with work.reading() as session:
        known = letters.told_before(session, work.owner_id, [line for line in found if found[line] <= _MAY_BE_PRINTED])
    return (line for line in found if line not in known)


def _is_known(work: Work, name: str) -> bool:
    with work.reading() as session:
        return is_one(session, work, name)


def is_one(session: Session, work: Work, name: str) -> bool:
    """Whether these are whole words of a name of one person, and of no other; after the first, "K" is one as well."""
    found = people.find(session, work.owner_id, name, work.key(name))
    wanted = _words(name)
    return len(found) == 1 and any(_holds(_words(one), wanted) for one in (found[0][0].name, *found[0][0].aliases))


def _holds(name: list[str], wanted: list[str]) -> bool:
    initials = {word[0] for word in name}
    return all(word in name or (at > 0 and word in initials) for at, word in enumerate(wanted))


def _words(name: str) -> list[str]:
    return bare(name.casefold()).split()
