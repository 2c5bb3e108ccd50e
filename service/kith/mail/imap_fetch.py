"""FETCH of all but the bulk of headers: many questions at once, and what cannot be read costs no other message."""

import imaplib
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final

from imapclient.response_parser import parse_fetch_response  # type: ignore[import-untyped]  # it ships no types

from kith.mail.imap_line import Line
from kith.mail.imap_words import codes, is_busy, shown
from kith.mail.internaldate import YEARS
from kith.mail.source import RawHeader, Unreadable
from kith.mail.wire import BATCH, FETCH, ITEMS, HeaderFetch, response, sequence_set

Answer = dict[bytes, Any]
Question = tuple[Sequence[int], str]
Worth = Callable[[list[bytes]], bool]
Lost = tuple[int, str]
"""A UID, and what was asked of it in vain."""

MOST_ASKED: Final = 24_000
"""Bytes of the questions under way, beside those for headers: more could fill the buffers of both sides."""
MOST_BYTES: Final = 64 << 20
"""Of one answer: what is asked for has a limit, but some servers give the whole message all the same."""
MOST_REFUSED: Final = 16
"""Questions that are refused while nothing comes: then it is not one message, and no use to go on to smaller ones."""

_NAMELESS: Final = 0
"""Stands for the UID of a message in an answer that names none."""
_USUALLY_NAMED = re.compile(rb"\* \d+ FETCH \(UID (\d{1,10})\b")
_NAMED = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)  # wherever in its answer a server names the message
_LITERAL8 = re.compile(rb"~(\{\d+\+?\})\Z")  # RFC 3516: to the driver it is a word and a literal

# All that the driver has been seen to raise on answers of real servers.
_FOREIGN: Final = (
    imaplib.IMAP4.error, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError, OverflowError,
    RecursionError,
)  # fmt: skip


def everything(_pieces: list[bytes]) -> bool:
    """Every answer is worth reading."""
    return True


@dataclass(slots=True)
class Behind:
    """Commands that are sent behind the last question, so that their answers come right after its own.

    tags are theirs once they are sent. undo gets them where something more has to be asked after all.
    """

    commands: Sequence[bytes]
    undo: Callable[[Sequence[bytes]], None]
    tags: Sequence[bytes] = ()

    def take_back(self) -> None:
        """Lets their answers come to nothing; they are not sent again."""
        if self.tags:
            self.undo(self.tags)
            self.commands, self.tags = (), ()


@dataclass(slots=True)
class Told:
    """What the server said of some messages: answers by UID.

    lost are those that it said nothing of (a UID and what was asked of it), with its words where it refused. They
    may be gone.
    """

    found: dict[int, Answer] = field(default_factory=dict)
    lost: dict[Lost, str] = field(default_factory=dict)


def answers(
    line: Line,
    asked: Collection[Question],
    worth: Worth = everything,
    headers: HeaderFetch | None = None,
    behind: Behind | None = None,
) -> Told:
    """What the server says of some messages, several questions under way at once: each is UIDs, and what of them.

    Left out is what is not worth reading, by the bytes of its answer. A question that is refused is asked again in
    halves, so one message costs no other. Headers that are under way are read first, and more of them asked for, so
    that the line is never idle. Raises imaplib's abort or OSError when the line is lost, and its error when the
    server is only busy, or refuses everything.
    """
    told = Told()
    refusals: dict[Lost, str] = {}
    dull: set[int] = set()
    in_vain = 0
    waiting = deque((uids[at : at + BATCH], item) for uids, item in asked for at in range(0, len(uids), BATCH))
    while waiting:
        flight = _flight(waiting)
        refused = []
        for question, pieces in _asked_at_once(line, flight, headers, None if waiting else behind):
            if question:
                refused.append((question, shown(pieces[0])))
            elif worth(pieces):
                _take(told.found, pieces)
            else:
                dull.update(_named(pieces))
        if refused and behind:
            behind.take_back()
        in_vain += len(refused)
        for (uids, item), words in refused:
            if is_busy(words):
                raise imaplib.IMAP4.error(words)
            half = len(uids) // 2
            waiting += [(some, item) for some in (uids[:half], uids[half:]) if half]
            refusals |= {(uid, item): words for uid in uids}
        if in_vain >= MOST_REFUSED and not (told.found or dull):
            raise imaplib.IMAP4.error(refused[-1][1])
    wanted = {uid for uids, _ in asked for uid in uids}  # servers tell news of others, too
    told.found = {uid: answer for uid, answer in told.found.items() if uid in wanted}
    told.lost = {(uid, item): refusals.get((uid, item), "") for uid, item in _unanswered(asked, told.found, dull)}
    return told


def _flight(waiting: deque[Question]) -> dict[bytes, Question]:
    """As many of the questions as may be under way at once, by their commands."""
    flight: dict[bytes, Question] = {}
    while waiting and sum(map(len, flight)) < MOST_ASKED:
        question = waiting.popleft()
        flight[command(question)] = question
    return flight


def _unanswered(asked: Iterable[Question], found: dict[int, Answer], dull: Collection[int]) -> Iterator[Lost]:
    none: Answer = {}
    for uids, item in asked:
        begin = _begin(item)
        yield from ((uid, item) for uid in uids if uid not in dull and not _holds(found.get(uid, none), begin))


def _named(pieces: list[bytes]) -> Iterable[int]:
    """The UIDs in a response that nobody reads any further."""
    usual = _USUALLY_NAMED.match(pieces[0])
    return map(int, usual.groups() if usual else _NAMED.findall(b"".join(pieces[::2])))


def ask(line: Line, uid: int, item: str) -> tuple[Answer, str]:
    """What the server says of one message, asked for alone, and its words where it refuses. Raises like answers()."""
    found: dict[int, Answer] = {}
    refusal = b""
    question = [uid], item
    [tag] = line.start([command(question)])
    for refused, pieces in replies(line, {tag: question}):
        if refused:
            refusal = pieces[0]
        else:
            _take(found, pieces)
    words = shown(refusal.partition(b" ")[2]) or shown(refusal)
    if is_busy(words):
        raise imaplib.IMAP4.error(words)
    return found.get(_NAMELESS, {}) | found.get(uid, {}), words


def holds(answer: Answer, item: str) -> bool:
    """Whether an answer has what was asked for, be it NIL."""
    return _holds(answer, _begin(item))


def _begin(item: str) -> bytes:
    """How the name of an item begins in an answer: servers write lists of fields in many ways."""
    return item.replace(".PEEK", "").partition("<")[0].partition(" ")[0].encode()


def _holds(answer: Answer, begin: bytes) -> bool:
    return begin in answer or any(name.upper().startswith(begin) for name in answer)


def is_gone(words: str) -> bool:
    """Whether a refusal says that somebody has removed the message (RFC 5530). SEARCH may list it for a while."""
    return "EXPUNGEISSUED" in codes(words)


def _take(found: dict[int, Answer], pieces: list[bytes]) -> None:
    for uid, answer in parsed(pieces).items():
        found.setdefault(uid, {}).update(answer)


def command(question: Question) -> bytes:
    """A question as it is sent."""
    uids, item = question
    return b"UID FETCH %s (%s)" % (sequence_set(uids), item.encode())


def _asked_at_once(
    line: Line, flight: dict[bytes, Question], headers: HeaderFetch | None, behind: Behind | None
) -> Iterator[tuple[Question | None, list[bytes]]]:
    """Sends some questions at once; gives what replies() does."""
    before = headers.under_way if headers else 0
    tags = line.start([*flight, *(behind.commands if behind else ())])
    if behind:
        behind.tags = tags[len(flight) :]
    return replies(line, dict(zip(tags, flight.values(), strict=False)), headers, before)


def replies(
    line: Line, flying: dict[bytes, Question], headers: HeaderFetch | None = None, before: int = 0
) -> Iterator[tuple[Question | None, list[bytes]]]:
    """The FETCH responses to some questions, and each of them that is refused with the refusal.

    flying: the questions by their tags; before: how many batches of headers were asked for before them.
    """
    try:
        strays = headers.land(before) if headers else []
        responses = chain(strays, _responses(line, headers))
        while flying:
            pieces = next(responses)
            tag, _, rest = pieces[0].partition(b" ")
            if headers and headers.under_way and headers.takes(pieces):
                continue
            if tag in flying:
                line.done(tag)
                question = flying.pop(tag)
                if not rest.upper().startswith(b"OK"):
                    yield question, [rest]
            elif pieces[0][:6].upper() == b"* BYE ":
                raise imaplib.IMAP4.abort(shown(pieces[0][6:]))
            elif FETCH.match(pieces[0]):
                yield None, pieces
    finally:
        if flying:
            line.shutdown()  # the rest of the answers would be taken for those to the next question


def _responses(line: Line, headers: HeaderFetch | None) -> Iterator[list[bytes]]:
    """What comes. Some servers answer several commands at once: headers that come in between are taken quickly."""
    while True:
        if headers and headers.under_way:
            headers.scan()
        yield response(line.stream, MOST_BYTES)


def parsed(pieces: list[bytes]) -> dict[int, Answer]:
    """One FETCH response as imapclient reads it, by UID; empty where it cannot."""
    begin = FETCH.match(pieces[0])
    lines = [b"%d (" % _NAMELESS + pieces[0][begin.end() if begin else 0 :], *pieces[2::2]]
    lines = [_LITERAL8.sub(rb"\1", each.rstrip(b"\r\n")) for each in lines]
    text = [*zip(lines, pieces[1::2], strict=False), lines[-1]]
    try:
        return dict(parse_fetch_response(text, normalise_times=False))
    except _FOREIGN:
        return {}


def body(answer: Answer, section: str | None = None) -> bytes | None:
    """The bytes of a BODY[...] that was asked for (of the only one, without section), None where there are none."""
    begin = b"BODY[" if section is None else b"BODY[%s]" % section.encode()
    value = next((value for name, value in answer.items() if name.startswith(begin)), None)
    if isinstance(value, int):  # digits that came without quotes
        return str(value).encode()
    return value if isinstance(value, bytes) else None


def alone(line: Line, uid: int, wanted: Callable[[bytes], bool] | None) -> RawHeader | Unreadable | None:
    """The header fields of a message that could not be read among others.

    None where wanted refuses them, or the message is gone. Raises like answers().
    """
    reason = ""
    for items in (f"INTERNALDATE {ITEMS}", ITEMS):  # a date nobody can read should not cost the message
        answer, words = ask(line, uid, items)
        if is_gone(words):
            return None
        block = body(answer)
        if block:
            received_at = _sane(answer.get(b"INTERNALDATE"))
            return RawHeader(uid, received_at, block) if wanted is None or wanted(block) else None
        reason = words or reason
    return Unreadable(uid, reason or "the server gives no header fields for it")


def _sane(at: Any) -> datetime | None:
    try:
        moment = at.astimezone(UTC) if isinstance(at, datetime) else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment.year in YEARS else None
