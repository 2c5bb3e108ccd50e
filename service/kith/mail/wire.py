"""The fast way to header fields: several FETCH commands under way, and a scanner of the one answer they have.

Reading headers is what a first scan spends its time on. The scanner looks for the answer as servers
write it, in one regular expression a message; anything else goes to a slower, lenient reader, and
what that cannot read is left for the caller to ask again.
"""

import imaplib
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import eq
from typing import Final

from kith.domain.message import FIELDS
from kith.mail.imap_line import Line
from kith.mail.imap_stream import Stream
from kith.mail.imap_words import shown
from kith.mail.source import RawHeader, Unreadable

__all__ = ["Batch", "HeaderFetch", "sequence_set"]

BATCH: Final = 500
"""Messages a command: ten digits each keep the line under the 8,000 bytes that servers take (RFC 7162, 4)."""
WINDOW: Final = 8
"""Commands under way at once: on a compressed line of 20 Mbit/s and 50 ms, four left it idle a third of the time.
More would only keep those waiting who ask something else in between, and could fill the buffers of both sides."""
AHEAD: Final = 32
"""Batches that may have come before anybody wants them, so that a far line need not rest while others are judged."""
MOST_BYTES: Final = 8 << 20
"""Of one message's header fields; the largest honest ones are a tenth of one MiB."""

TOO_LONG: Final = b"\0 longer than MOST_BYTES"
"""Stands for a literal that was read past."""
_LONG_HEAD: Final = 4096  # an answer's first line is a tenth of it
ITEMS: Final = f"BODY.PEEK[HEADER.FIELDS ({' '.join(FIELDS)})]".upper()

_HEAD = re.compile(
    rb'\* \d{1,10} FETCH \(UID (\d{1,10}) INTERNALDATE "([^"\r\n]{1,40})" '
    rb"BODY\[HEADER\.FIELDS \([^)\r\n]*\)\] \{(\d{1,7})\}\r\n"
)
FETCH = re.compile(rb"\* \d+ FETCH \(", re.IGNORECASE)
_LITERAL = re.compile(rb"\{(\d{1,19})\+?\}\r?\n\Z")
_TOKEN = re.compile(
    rb"""\s*(?:(BODY\[[^\]]*\](?:<\d+>)?) | "((?:[^"\\]|\\.)*)" | ([()]) | (~?\{\d+\+?\}\r?\n) | ([^\s()"{]+))""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(slots=True)
class Batch:
    """One FETCH command and what came of it. refusal is the server's words where it said NO or BAD."""

    uids: list[int]
    found: list[RawHeader] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    refusal: str = ""


class HeaderFetch:
    """Header fields of many messages of the open folder, a batch at a time, several on their way.

    Nothing is sent before the first next(). While commands are under way the line belongs to this
    object: settle() gives it back. Raises OSError or imaplib's abort when the line is lost.
    """

    def __init__(self, line: Line, uids: Sequence[int], wanted: Callable[[bytes], bool] | None) -> None:
        self._line = line
        self._wanted = wanted
        self._uids = uids
        self._asked = 0
        self._landed: deque[Batch] = deque()
        self._under_way: deque[tuple[bytes, Batch]] = deque()
        self._flying: dict[bytes, Batch] = {}  # those of them whose end has not come
        self._owner: dict[int, Batch] = {}  # of the messages that have not come yet
        self._dates: dict[int, bytes] = {}  # of messages whose headers have not come yet
        self._strays: list[list[bytes]] | None = None
        self._is_ahead = False

    def launch_ahead(self) -> None:
        """Asks for the first batches before anybody wants them; who does takes over."""
        self._is_ahead = True
        self.launch()

    def take_over(self, uids: Sequence[int], wanted: Callable[[bytes], bool] | None) -> bool:
        """Whether these messages were asked for before anybody wanted them. Now somebody does."""
        is_same = len(self._uids) == len(uids) and all(map(eq, self._uids, uids))
        if not (self._is_ahead and is_same):
            return False
        self._wanted, self._is_ahead = wanted, False
        return True

    def next(self) -> Batch | None:
        """The next batch, read to its end; None after the last."""
        self.launch()
        if not self._landed:
            if not self._under_way:
                return None
            self._land()
        return self._landed.popleft()

    def settle(self) -> list[list[bytes]]:
        """Reads what is under way, so that others may use the line; gives the responses that came for them already."""
        strays = self._strays = []
        while self._under_way:
            self._land()
        self._strays = None
        return strays

    def land(self, batches: int) -> list[list[bytes]]:
        """Reads so many batches to their end and asks for the next; gives the responses to others that came already."""
        strays = self._strays = []
        for _ in range(batches):
            self._land()
            self.launch()
        self._strays = None
        return strays

    @property
    def under_way(self) -> int:
        """Batches that were asked for and have not been read."""
        return len(self._under_way)

    def takes(self, parts: list[bytes]) -> bool:
        """Takes a response that came among those to somebody who asked before us; whether it was ours."""
        tag, _, rest = parts[0].partition(b" ")
        if tag in self._flying:
            self._end(tag, rest)
            return True
        return b"BODY[HEADER" in parts[0][:_LONG_HEAD].upper() and self._take(parts)

    def drop(self) -> None:
        """Nobody wants the rest: what is under way will be read and forgotten, and no more is asked."""
        self._wanted = lambda _block: False
        self._asked = len(self._uids)

    def launch(self) -> None:
        """Asks for the next batches, so that a window of them is under way."""
        if len(self._landed) >= AHEAD:
            return
        batches: list[Batch] = []
        commands: list[bytes] = []
        while len(self._under_way) + len(batches) < WINDOW and self._asked < len(self._uids):
            some = self._uids[self._asked : self._asked + BATCH]
            batch = Batch(list(dict.fromkeys(some)))
            self._asked += len(some)
            batches.append(batch)
            commands.append(b"UID FETCH %s (UID INTERNALDATE %s)" % (sequence_set(batch.uids), ITEMS.encode()))
            self._owner.update(dict.fromkeys(batch.uids, batch))
        if commands:
            started = list(zip(self._line.start(commands), batches, strict=True))
            self._under_way.extend(started)
            self._flying.update(started)

    def _land(self) -> None:
        """Reads to the end of the oldest command under way."""
        tag, batch = self._under_way[0]
        while tag in self._flying:
            self.scan()
            self._other(response(self._line.stream, MOST_BYTES))
        self._landed.append(batch)
        self._under_way.popleft()

    def scan(self) -> None:
        """Takes all answers of the usual form; stops before the first response of another."""
        stream = self._line.stream
        data, at = stream.data, stream.at
        owner, wanted, match = self._owner, self._wanted, _HEAD.match
        try:
            while True:
                head = match(data, at)
                if head:
                    start = head.end()
                    end = start + int(head[3])
                    if data[end : end + 3] == b")\r\n":
                        uid, block, at = int(head[1]), data[start:end], end + 3
                        if block and (batch := owner.pop(uid, None)) and (wanted is None or wanted(block)):
                            batch.found.append(RawHeader(uid, head[2], block))
                        continue
                    if len(data) >= end + 3:
                        return
                    short = end + 3 - at
                elif len(data) - at < _LONG_HEAD and data.find(b"\n", at) < 0:
                    short = len(data) - at + 1
                else:
                    return
                stream.at = at
                stream.want(short)
                data, at = stream.data, stream.at
        finally:
            if stream.data is data:
                stream.at = at

    def _other(self, parts: list[bytes]) -> None:
        """One response that is not an answer of the usual form."""
        first = parts[0]
        tag, _, rest = first.partition(b" ")
        if tag in self._flying:
            self._end(tag, rest)
        elif first[:6].upper() == b"* BYE ":
            raise imaplib.IMAP4.abort(shown(first[6:]))
        elif not (FETCH.match(first) and self._take(parts)) and self._strays is not None:
            self._strays.append(parts)
        # What strays when nobody else asks is news (EXISTS, EXPUNGE, OK [...]), or nonsense.

    def _end(self, tag: bytes, rest: bytes) -> None:
        batch = self._flying.pop(tag)
        self._line.done(tag)
        if not rest.upper().startswith(b"OK"):
            batch.refusal = shown(rest)
        batch.missing = [uid for uid in batch.uids if self._owner.get(uid) is batch]
        for uid in batch.missing:
            del self._owner[uid]

    def _take(self, parts: list[bytes]) -> bool:
        """An answer in another order, with quoted strings, with items that nobody asked for; whether it was for us."""
        try:
            items = _items(parts)
            uid = int(items.get(b"UID") or 0)
        except ValueError:
            return False  # its message stays missing, and is asked for again alone
        name = next((name for name in items if name.startswith(b"BODY[HEADER")), b"")
        block, batch, received = items.get(name), self._owner.get(uid), items.get(b"INTERNALDATE")
        if batch is None or not block:
            if batch and received:
                self._dates[uid] = received  # what was asked for may come in several answers
            return False
        if block is TOO_LONG:
            batch.unreadable.append(Unreadable(uid, f"its header fields are longer than {MOST_BYTES >> 20} MiB"))
        elif self._wanted is None or self._wanted(block):
            batch.found.append(RawHeader(uid, received or self._dates.pop(uid, None), block))
        del self._owner[uid]
        return True


def response(stream: Stream, most: int) -> list[bytes]:
    """One response as text, literal, text, ... (RFC 3501, 4.3 and 7), TOO_LONG for a literal beyond most bytes."""
    parts = [stream.readline()]
    while parts[0].startswith(b"* ") and (announced := _LITERAL.search(parts[-1])):
        size = int(announced[1])
        if size > most:
            stream.skip(size)
            parts.append(TOO_LONG)
        else:
            parts.append(stream.read(size))
        parts.append(stream.readline())
    return parts


def _items(parts: list[bytes]) -> dict[bytes, bytes | None]:
    """Names and values of a FETCH answer; lists are left out, NIL is None. Raises ValueError for nonsense."""
    found: dict[bytes, bytes | None] = {}
    name, depth = b"", 0
    for kind, value in _tokens(parts):
        if depth or (name and value == b"(" and kind == _PAREN):
            depth += {b"(": 1, b")": -1}.get(value, 0) if kind == _PAREN else 0
            name = name if depth else b""
        elif not name and value == b")" and kind == _PAREN:
            return found
        elif kind == _PAREN or (not name and kind not in {_SECTION, _ATOM}):
            raise ValueError("not a list of names and values")
        elif not name:
            name = value.upper()
        else:
            found[name] = None if kind == _ATOM and value.upper() == b"NIL" else value
            name = b""
    raise ValueError("the answer has no end")


_SECTION, _QUOTED, _PAREN, _MARK, _ATOM = range(1, 6)  # the groups of _TOKEN


def _tokens(parts: list[bytes]) -> Iterator[tuple[int, bytes]]:
    literals = iter(parts[1::2])
    begin = FETCH.match(parts[0])
    at = begin.end() if begin else 0
    for text in parts[::2]:
        while token := _TOKEN.match(text, at):
            at, kind = token.end(), token.lastindex or 0
            yield (_QUOTED, next(literals, b"")) if kind == _MARK else (kind, token[kind])
        if text[at:].strip():
            raise ValueError("not a token")
        at = 0


def sequence_set(uids: Sequence[int]) -> bytes:
    """UIDs as a command names them (RFC 3501, 9), neighbours as ranges, in the order given."""
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return b",".join(b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in ranges)
