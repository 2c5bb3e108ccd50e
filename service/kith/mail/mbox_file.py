"""An mbox file on disk: where its messages begin, in one pass, and their heads and bytes (RFC 4155)."""

import gzip
import os
import re
import tempfile
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from kith.errors import MailboxFailed, NotFound, TryLater, UsageError
from kith.mail.headers import instant
from kith.mail.heads import FIRST_READ, MOST_HEAD, head_of

Searched = Callable[[int, int], None]
"""Told how many bytes have been looked through, and how many there are."""

CHUNK = 1024 * 1024
"""Bytes that are looked through at once. The file is not mapped, so that its pages do not count as our memory."""
LONGEST_MARK: Final = 1024
"""Bytes within which a From_ line and the beginning of the next can be recognised."""
_PIECE: Final = 64 * 1024
_GZIP: Final = b"\x1f\x8b"
_BEFORE: Final = b"\r\n \t\xef\xbb\xbf"  # empty lines and a byte order mark may come first
_FINGERPRINT: Final = 48  # bits: a number that every reader of JSON takes

# A line that begins with "From " begins a message where it bears a date, or nothing at all (as Thunderbird writes it
# now), and where a header field follows. Some programs leave such lines of a text as they are.
_BEGINNING = re.compile(
    rb"\nFrom (?=[^\n]{0,300}?[A-Z][a-z]{2} {1,2}[0-9]{1,4} {1,2}[0-9]{1,2}:[0-9]{2}|-?[ \t]*\r?\n)[^\n]{0,400}+\n"
    rb"(?=[!-9;-~]{1,100}[ \t]*:)"
)
_DATE = re.compile(
    rb"([A-Z][a-z]{2}) {1,2}([0-9]{1,2}) {1,2}([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)"
    rb"(?: ([+-][0-9]{4}))?(?: [A-Z]{1,5})?(?: ([+-][0-9]{4}))? ([0-9]{4})"
)


class MboxFile:
    """One mbox file, open for reading; one that is packed with gzip is unpacked first, into a file nobody sees.

    A message is named by the offset of its first header field. Raises NotFound or UsageError for what
    cannot be read, or is no mbox.
    """

    def __init__(self, path: Path, searched: Searched = lambda _done, _total: None) -> None:
        self._path, self._searched = path, searched
        self._begins: array[int] = array("q")  # of the longest row of messages that a search has found
        try:
            self._file: IO[bytes] = path.open("rb")
        except OSError as error:
            raise NotFound(f"{path} cannot be read: {error.strerror}", "name an mbox file") from error
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            self.fingerprint = self._fingerprint()
            if self._bytes(0, len(_GZIP)) == _GZIP:
                self._file = self._unpacked(self._file)
            self.size = os.fstat(self._file.fileno()).st_size
            if self.size and not self._bytes(0, LONGEST_MARK).lstrip(_BEFORE).startswith(b"From "):
                hint = 'an mbox file begins with "From "; unpack archives such as .zip or .tgz first'
                raise UsageError(f"{path} is no mbox file", hint)
            on_failure.pop_all()

    def _fingerprint(self) -> int:
        """A number that is another one when the file is another one."""
        told = b"%d\n%b" % (os.fstat(self._file.fileno()).st_size, self._bytes(0, _PIECE))
        return int.from_bytes(sha256(told).digest()[: _FINGERPRINT // 8], "big") | 1

    def _unpacked(self, packed: IO[bytes]) -> IO[bytes]:
        size = os.fstat(packed.fileno()).st_size
        plain = tempfile.TemporaryFile(prefix="kith-")  # noqa: SIM115 -- it is closed with this object
        with ExitStack() as on_failure:
            on_failure.callback(plain.close)
            try:
                with packed, gzip.GzipFile(fileobj=packed) as stream:
                    while piece := stream.read(CHUNK):
                        plain.write(piece)
                        self._searched(packed.tell(), size)
                plain.flush()
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                hint = "what gunzip saves of it can be read"
                raise UsageError(f"{self._path} is damaged: {error}", hint) from error
            except OSError as error:
                raise TryLater(
                    f"{self._path} cannot be unpacked: {error.strerror}", "is there room on the disk?"
                ) from error
            on_failure.pop_all()
        return plain

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def beginnings(self, first: int) -> list[int]:
        """Where messages begin, from the offset first upwards, ascending."""
        found = array("q", self._looked_through(first))
        if len(found) > len(self._begins):
            self._begins = found
        return found.tolist()

    def _looked_through(self, first: int) -> Iterator[int]:
        at = max(0, first - LONGEST_MARK)
        held = 0 if at else 1
        buffer = bytearray(b"\n" * held).ljust(LONGEST_MARK + CHUNK)  # the first line has a line end before it, too
        while at < self.size:
            count = self._read_into(memoryview(buffer)[held : held + CHUNK], at)
            if not count:
                return  # the file has become shorter
            base, end, at = at - held, held + count, at + count
            sure = end if at >= self.size else max(0, end - LONGEST_MARK)
            for mark in _BEGINNING.finditer(buffer, 0, end):
                if mark.start() < sure and base + mark.end() >= first:
                    yield base + mark.end()
            held = end - sure
            buffer[:held] = buffer[sure:end]
            self._searched(at, self.size)

    def head(self, begin: int) -> bytes | None:
        """All header fields of a message; None where they do not end within MOST_HEAD."""
        data = self._bytes(begin, FIRST_READ)
        found = head_of(data)
        while found is None and len(data) < MOST_HEAD and (more := self._bytes(begin + len(data), len(data) or 1)):
            data += more  # each time twice as much, or a long header would be looked through again and again
            found = head_of(data)
        head = data if found is None else found
        following = self._next(begin)
        mark = _BEGINNING.search(head) if not following or following - begin <= len(head) else None
        if mark:
            return head[: mark.start() + 1]
        return data if found is None and len(data) < MOST_HEAD else found

    def message(self, begin: int, limit: int) -> bytes:
        """The first limit bytes of a message."""
        following = self._next(begin)
        if not following:
            return self._up_to_a_mark(begin, limit)
        data = self._bytes(begin, min(following - begin, limit + LONGEST_MARK))
        if begin + len(data) == following:
            data = data[: data.rfind(b"\n", 0, -1) + 1]  # without the From_ line of the next
        return data[:limit]

    def _next(self, begin: int) -> int:
        """Where the message after one begins, 0 where no search has told."""
        at = bisect_right(self._begins, begin)
        return self._begins[at] if 0 < at < len(self._begins) and self._begins[at - 1] == begin else 0

    def _up_to_a_mark(self, begin: int, limit: int) -> bytes:
        data = bytearray()
        most = limit + LONGEST_MARK  # the next may begin just before the limit
        while len(data) < most and (piece := self._bytes(begin + len(data), min(_PIECE, most - len(data)))):
            before = max(0, len(data) - LONGEST_MARK)
            data += piece
            if mark := _BEGINNING.search(data, before):
                return bytes(data[: min(mark.start() + 1, limit)])
        return bytes(data[:limit])

    def put_at(self, begin: int) -> datetime | None:
        """The date of the From_ line before a message: when it was put there. Without a zone it is taken as UTC."""
        start = max(0, begin - LONGEST_MARK)
        lines = self._bytes(start, begin - start).removesuffix(b"\n")
        found = _DATE.search(lines.rpartition(b"\n")[2])
        if not found:
            return None
        month, day, clock, zone, late_zone, year = (text.decode() for text in (g or b"" for g in found.groups()))
        seconds = clock if clock.count(":") > 1 else f"{clock}:00"
        return instant(f"{day} {month} {year} {seconds:0>8} {zone or late_zone or '+0000'}")

    def _bytes(self, at: int, count: int) -> bytes:
        try:
            return os.pread(self._file.fileno(), count, at)
        except OSError as error:
            raise self._failed(error) from error

    def _read_into(self, buffer: memoryview, at: int) -> int:
        try:
            return os.preadv(self._file.fileno(), [buffer], at)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> MailboxFailed:
        return MailboxFailed(f"{self._path}: {error.strerror}", "what was read so far is kept")
