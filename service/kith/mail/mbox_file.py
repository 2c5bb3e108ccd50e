"""An mbox file on disk: where its messages begin, in one pass, and their heads and bytes (RFC 4155)."""

import gzip
import os
import re
import tempfile
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from kith.errors import MailboxFailed, NotFound, TryLater, UsageError
from kith.mail.heads import FIRST_READ, MOST_HEAD, head_of
from kith.mail.internaldate import of_a_file
from kith.mail.mbox_lines import BEGINNING, LONGEST_MARK, MARK, date_of

Searched = Callable[[int, int], None]
"""Told how many bytes have been looked through, and how many there are."""

CHUNK = 1024 * 1024
"""Bytes that are looked through at once. The file is not mapped, so that its pages do not count as our memory."""
_PIECE: Final = 64 * 1024
_GZIP: Final = b"\x1f\x8b"
_BYTE_ORDER: Final = b"\xef\xbb\xbf"
_BEFORE: Final = b"\r\n \t" + _BYTE_ORDER  # empty lines and a byte order mark may come first
_FINGERPRINT: Final = 48  # bits: a number that every reader of JSON takes

_LENGTH_MARK: Final = b"\nContent-Length:"
_LENGTH = re.compile(rb"^Content-Length:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.MULTILINE)
_LONG_HEAD: Final = 16 * FIRST_READ
_MOST_EMPTY: Final = 4  # bytes: two line ends between the end of a text and the next From_ line


class MboxFile:
    """One mbox file, open for reading; one that is packed with gzip is unpacked first, into a file nobody sees.

    A message is named by the offset of its first header field. Raises NotFound or UsageError for what
    cannot be read, or is no mbox.
    """

    def __init__(self, path: Path, searched: Searched = lambda _done, _total: None) -> None:
        self._path, self._searched = path, searched
        self._begins: array[int] = array("q")  # the messages that a search has found, all from an offset on
        self._begins_from: int | None = None
        try:
            self._file: IO[bytes] = path.open("rb")
        except OSError as error:
            raise NotFound(f"{path} cannot be read: {error.strerror}", "name an mbox file") from error
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            self.fingerprint = self._fingerprint()
            self._written = os.fstat(self._file.fileno()).st_mtime
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
        """Where messages begin, from the offset first upwards, ascending. Raises UsageError where there are none."""
        if self._begins_from is None or first < self._begins_from:
            self._begins, self._begins_from = array("q", self._looked_through(first)), first
        if self.size and first <= 1 and not self._begins:
            hint = 'each message begins with a line "From SENDER DATE", then header fields; lines end with LF or CR LF'
            raise UsageError(f"{self._path} is no mbox file: no message can be told in it", hint)
        return self._begins[bisect_left(self._begins, first) :].tolist()

    def _looked_through(self, first: int) -> Iterator[int]:
        at = max(0, first - LONGEST_MARK)
        held = 0 if at else 1
        at += len(_BYTE_ORDER) if not at and self._bytes(0, len(_BYTE_ORDER)) == _BYTE_ORDER else 0
        buffer = bytearray(b"\n" * held).ljust(LONGEST_MARK + CHUNK)  # the first line has a line end before it, too
        told_end = self._told_end(first - 1) if self._is_beginning(first - 1) else 0
        has_lengths = _LENGTH_MARK in self._bytes(0, CHUNK)  # such programs write it into each message
        while at < self.size:
            count = self._read_into(memoryview(buffer)[held : held + CHUNK], at)
            if not count:
                return  # the file has become shorter
            base, end, at = at - held, held + count, at + count
            sure = end if at >= self.size else max(0, end - LONGEST_MARK)
            for mark in BEGINNING.finditer(buffer, 0, end):
                begin = base + mark.end()
                if mark.start() < sure and begin >= first and begin > told_end:
                    yield begin
                    if has_lengths or mark.end() + FIRST_READ > end:  # a few of the others as well
                        told_end = self._told_end(begin)
                        has_lengths = has_lengths or told_end > 0
            held = end - sure
            buffer[:held] = buffer[sure:end]
            self._searched(at, self.size)

    def _is_beginning(self, offset: int) -> bool:
        start = max(0, offset - LONGEST_MARK)
        around = self._bytes(start, LONGEST_MARK + offset - start) if offset > 0 else b""
        return any(start + mark.end() - 1 == offset for mark in BEGINNING.finditer(b"\n" + around))

    def _told_end(self, begin: int) -> int:
        """Where the From_ line after a message stands, or the file ends, if its Content-Length says so; 0 if not.

        Programs that write it (mboxcl2) leave lines as they are that look like From_ lines. Others hand on what
        a sender says, so it is believed only where it leads to such a line, or to the end.
        """
        head = head_of(self._bytes(begin, FIRST_READ)) or head_of(self._bytes(begin, _LONG_HEAD))
        length = _LENGTH.search(head) if head else None
        if not head or not length:
            return 0
        body = begin + len(head) + (2 if self._bytes(begin + len(head), 1) == b"\r" else 1)
        end = body + int(length[1])
        behind = self._bytes(end - 1, LONGEST_MARK) if end <= self.size else b""
        following = behind[1:].lstrip(b"\r\n")
        at = end - 1 + len(behind) - len(following)
        if at == self.size:
            return at
        is_line = at - end <= _MOST_EMPTY and (at > end or behind.startswith(b"\n"))
        return at if is_line and BEGINNING.match(b"\n" + following) else 0

    def head(self, begin: int) -> bytes | None:
        """All header fields of a message; None where they do not end within MOST_HEAD."""
        data = self._bytes(begin, FIRST_READ)
        found = head_of(data)
        while found is None and len(data) < MOST_HEAD and (more := self._bytes(begin + len(data), len(data) or 1)):
            data += more  # each time twice as much, or a long header would be looked through again and again
            found = head_of(data)
        head = data if found is None else found
        following = self._next(begin)
        mark = BEGINNING.search(head) if not following or following - begin <= len(head) else None
        if mark:
            return head[: mark.start() + 1]
        return data if found is None and len(data) < MOST_HEAD else found

    def message(self, begin: int, limit: int) -> bytes:
        """The first limit bytes of a message."""
        following = self._next(begin)
        if not following:
            told_end = self._told_end(begin)
            return self._bytes(begin, min(told_end - begin, limit)) if told_end else self._up_to_a_mark(begin, limit)
        data = self._bytes(begin, min(following - begin, limit + LONGEST_MARK))
        if begin + len(data) == following:
            data = data[: data.rfind(MARK) + 1]  # without the From_ line of the next
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
            if mark := BEGINNING.search(data, before):
                return bytes(data[: min(mark.start() + 1, limit)])
        return bytes(data[:limit])

    def put_at(self, begin: int) -> datetime | None:
        """The date of the From_ line before a message: when it was put there."""
        start = max(0, begin - LONGEST_MARK)
        lines = b"\n" + self._bytes(start, begin - start).removeprefix(_BYTE_ORDER)
        return date_of(lines[lines.rfind(MARK) + 1 :].partition(b"\n")[0])

    @property
    def written_at(self) -> datetime | None:
        """When the file was written last: no message in it came later. None for a time that nobody set in earnest."""
        return of_a_file(self._written)

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
