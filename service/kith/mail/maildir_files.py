"""The files of one Maildir folder: listed, told apart by the part of their names that never changes, read, delivered.

A mail program moves a file from new to cur and writes flags behind its name; mbsync and OfflineIMAP add
the number that the server has for it (",U=12"). What is left is the name for good.
"""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from kith.mail.heads import FIRST_READ, MOST_HEAD, head_of, of_a_scan
from kith.mail.packed import GZIP, MAGICS, Unpacking, other_packing

SETTLED: Final = 2.0
"""Seconds after which a directory's time tells whether it has changed: some file systems count whole seconds."""
TRIES: Final = 5
"""Listings until one is not disturbed. What is renamed while a directory is read may be seen twice or not at all."""

_FLAGS_ELSEWHERE = re.compile(rb"[;!]2,[A-Za-z]*\Z")  # where a file system takes no colon
_FLAGS = re.compile(rb"[:;!]2,[A-Za-z]*\Z")
_SERVERS_NUMBER = re.compile(rb",U=[0-9]+")
_OPEN: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe that lies there must not hold us up
_PIECE: Final = 65_536
_NO_FIELDS: Final = 2  # bytes of a header without any
_ANY_FIELD = re.compile(rb"^[!-9;-~]{1,100}[ \t]*:", re.MULTILINE)
_LETTERS: Final = {r"\draft": "D", r"\flagged": "F", r"\answered": "R", r"\seen": "S", r"\deleted": "T"}


@dataclass(frozen=True, slots=True)
class Listing:
    """The paths of a folder's files within it, by lasting name; looks: see look."""

    files: dict[bytes, bytes]
    looks: str


def look(folder: bytes) -> str:
    """What changes whenever a file comes, goes or is renamed; "" while a change might not show yet."""
    looks, is_settled = _look(folder)
    return looks if is_settled else ""


def _look(folder: bytes) -> tuple[str, bool]:
    told, latest = [], 0.0
    for name in (b"/cur", b"/new"):
        with suppress(FileNotFoundError):
            there = os.stat(folder + name)  # noqa: PTH116 -- pathlib takes no bytes, and names need not be text
            told.append(f"{there.st_ino}:{there.st_mtime_ns}:{there.st_ctime_ns}")
            latest = max(latest, there.st_mtime, there.st_ctime)
    return " ".join(told), time.time() - latest > SETTLED


def listing(folder: bytes) -> Listing:
    """All messages of a folder. Raises OSError where it cannot be read."""
    files: dict[bytes, bytes] = {}
    for tries in range(1, TRIES + 1):
        before, is_settled = _look(folder)
        found = _told_apart(folder, _paths(folder))
        is_calm = before == _look(folder)[0]
        if is_calm and is_settled:
            return Listing(found, before)
        files |= found  # what is renamed while one listing passes it by is met by the next
        if is_calm and tries > 1:
            break  # once is not enough: within one tick of the file system's clock, a change does not show
    return Listing(files, "")


def _paths(folder: bytes) -> Iterator[bytes]:
    """Files, as new/… and cur/…; new comes first: what moves to cur meanwhile is met twice, and not missed."""
    for name in (b"new", b"cur"):
        try:
            entries = os.scandir(folder + b"/" + name)
        except FileNotFoundError:
            if name == b"cur":
                raise
            continue
        prefix = name + b"/"
        with entries:
            for entry in entries:
                if entry.name[:1] != b"." and _may_be_read(entry):
                    yield prefix + entry.name


def _may_be_read(entry: os.DirEntry[bytes]) -> bool:
    """Not for directories and pipes. A link that leads in a circle is told by whoever reads it, as one message."""
    try:
        return entry.is_file()
    except OSError:
        return True


def _told_apart(folder: bytes, paths: Iterator[bytes]) -> dict[bytes, bytes]:
    """Paths by lasting name. Where several files are there under one such name, they have their paths for names."""
    found: dict[bytes, bytes] = {}
    again: dict[bytes, list[bytes]] = {}
    for path in paths:
        key = lasting(path[4:])
        if found.setdefault(key, path) != path:
            again.setdefault(key, [found[key]]).append(path)
    for key, several in again.items():
        there = [path for path in several if os.path.lexists(folder + b"/" + path)]
        if len(there) > 1:
            del found[key]
            found.update({path: path for path in there})
        else:
            found[key] = (there or several)[-1]  # the same file, renamed while it was listed
    return found


def is_draft(path: bytes) -> bool:
    """Whether the flags behind a file's name say that its owner still writes it."""
    flags = _FLAGS.search(path)
    return flags is not None and _LETTERS[r"\draft"].encode() in flags[0][len(":2,") :]


def lasting(name: bytes) -> bytes:
    """The part of a file's name that stays whatever becomes of the message in this folder."""
    key = name.partition(b":")[0]
    if b"2," in key:
        key = _FLAGS_ELSEWHERE.sub(b"", key)
    return _SERVERS_NUMBER.sub(b"", key) if b",U=" in key else key


class NoMail(ValueError):
    """A file that holds no mail anybody could read, and why."""


def head_fields(path: bytes, wanted: Callable[[bytes], bool] | None = None) -> tuple[bytes, float] | None:
    """The fields of a scan, and the file's time in seconds; None where they are not wanted.

    Raises OSError, and NoMail for what is none.
    """
    handle = os.open(path, _OPEN)
    try:
        head = _head(handle)
        block = of_a_scan(head)
        if len(block) <= _NO_FIELDS and b"\0" in head and not _ANY_FIELD.search(head):
            raise NoMail("its file holds something else than mail")
        if wanted and not wanted(block):
            return None
        return block, os.fstat(handle).st_mtime
    finally:
        os.close(handle)


def head(path: bytes) -> bytes:
    """All header fields of a message. Raises OSError, and NoMail."""
    handle = os.open(path, _OPEN)
    try:
        return _head(handle)
    finally:
        os.close(handle)


def _head(handle: int) -> bytes:
    data = os.read(handle, FIRST_READ)
    read: Callable[[int], bytes] = partial(os.read, handle)
    if data.startswith(MAGICS):
        read = _unpacking(data, read)
        data = read(FIRST_READ)
    found = head_of(data)
    while found is None and len(data) < MOST_HEAD and (more := read(len(data) or 1)):
        data += more  # each time twice as much, or a long header would be looked through again and again
        found = head_of(data)
    return data[:MOST_HEAD] if found is None else found


def _unpacking(data: bytes, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    if packed_by := other_packing(data):
        raise NoMail(f"its file is packed with {packed_by}, which Kith cannot unpack")
    return Unpacking(data, read).read


def beginning(path: bytes, limit: int) -> bytes:
    """The first limit bytes of a message. Raises OSError."""
    handle = os.open(path, _OPEN)
    try:
        size = os.fstat(handle).st_size
        data = os.read(handle, min(limit, size + 1))  # a byte more than there is: so much less, and it is all
        if data.startswith(GZIP):
            return Unpacking(data, partial(os.read, handle)).read(limit)
        while len(data) != size and len(data) < limit and (more := os.read(handle, min(limit - len(data), _PIECE))):
            data += more
    finally:
        os.close(handle)
    return data


def deliver(folder: bytes, raw: bytes, flags: Sequence[str]) -> None:
    """Puts a message into a folder, whole or not at all: written in tmp, then moved. Raises OSError.

    One without flags lies in new, as what has just arrived. Lines end as local programs expect them.
    """
    letters = "".join(sorted(_LETTERS[flag.lower()] for flag in flags if flag.lower() in _LETTERS))
    name = _new_name()
    target = folder + (b"/cur/" + name + b":2," + letters.encode() if letters else b"/new/" + name)
    draft = folder + b"/tmp/" + name
    for place in (target, draft):
        os.makedirs(os.path.dirname(place), 0o700, exist_ok=True)  # noqa: PTH103, PTH120 -- as above
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            _hand_over(handle, folder)
            file.write(raw.replace(b"\r\n", b"\n"))
            file.flush()
            os.fsync(handle)
        os.rename(draft, target)  # noqa: PTH104 -- as above
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)  # noqa: PTH108 -- as above
        raise
    _keep_name(os.path.dirname(target))  # noqa: PTH120 -- as above


def _new_name() -> bytes:
    """A name that no other program makes: time, process and chance (the Maildir convention)."""
    seconds, rest = divmod(time.time_ns(), 10**9)
    host = socket.gethostname().replace("/", r"\057").replace(":", r"\072")
    return f"{seconds}.M{rest // 1000}P{os.getpid()}R{os.urandom(8).hex()}.{host}".encode("utf-8", "replace")


def _hand_over(handle: int, folder: bytes) -> None:
    """Root writes for whoever keeps the mail: a draft its owner cannot read is of no use."""
    if os.geteuid() == 0:
        there = os.stat(folder)  # noqa: PTH116 -- as above
        os.fchown(handle, there.st_uid, there.st_gid)


def _keep_name(directory: bytes) -> None:
    """Makes the new name survive a power cut."""
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
