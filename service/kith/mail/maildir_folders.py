"""The folders of a Maildir on disk, in the layouts that mail programs keep, with names as people know them."""

import binascii
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kith.domain.folders import Listed

INSIDE: Final = frozenset({b"cur", b"new", b"tmp"})
"""What a folder is made of; it is one where it has cur."""
MOST_DEPTH: Final = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MODIFIED_UTF7 = re.compile(r"(?:[^&]|&-|&[A-Za-z0-9+,]+-)*+")
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")


@dataclass(frozen=True, slots=True)
class Directory:
    """One folder: its name with / between its parts, and where it lies."""

    name: str
    path: bytes

    @property
    def listed(self) -> Listed:
        """As roles are told from."""
        return Listed(self.name)


def directories(root: bytes) -> list[Directory]:
    """Every folder, once, in a steady order. Raises OSError where root itself cannot be looked into.

    Maildir++ has INBOX in root and .Sent or .Archive.2020 beside its cur; mbsync and OfflineIMAP have a
    directory for each folder, INBOX among them, perhaps within each other. Any mixture is read.
    """
    found: list[Directory] = []
    names: set[str] = set()
    for parts, path in sorted(_walk(root)):
        name = written = "/".join(parts) or "INBOX"
        number = 1
        while name in names:  # nothing may hide behind a name that another folder has
            number += 1
            name = f"{written} ({number})"
        names.add(name)
        found.append(Directory(name, path))
    return found


def _walk(root: bytes) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Parts of the name, and path, of all that has cur in it; a directory behind two links is met once."""
    waiting: list[tuple[tuple[str, ...], bytes]] = [((), root)]
    met: set[tuple[int, int]] = set()
    while waiting:
        parts, path = waiting.pop()
        try:
            there = os.stat(path)  # noqa: PTH116 -- pathlib takes no bytes, and names need not be text
            inside = _subdirectories(path)
        except OSError:
            if path == root:
                raise
            continue  # gone meanwhile, or not for us
        if (there.st_dev, there.st_ino) in met:
            continue
        met.add((there.st_dev, there.st_ino))
        is_folder = b"cur" in inside
        if is_folder:
            yield parts, path
        if len(parts) < MOST_DEPTH:
            below = sorted(_below(path, inside, is_root=path == root), reverse=True)
            waiting += [(parts + tuple(_parts(name)), path + b"/" + name) for name in below]


def _below(path: bytes, inside: set[bytes], *, is_root: bool) -> set[bytes]:
    """Where folders may be. What is hidden and no folder, such as .git, has at most .Folders in it."""
    if b"cur" in inside:
        return inside - INSIDE
    is_hidden = path.rpartition(b"/")[2].startswith(b".") and not is_root
    return {name for name in inside if name.startswith(b".")} if is_hidden else inside


def _subdirectories(path: bytes) -> set[bytes]:
    with os.scandir(path) as entries:
        return {entry.name for entry in entries if _is_directory(entry)}


def _is_directory(entry: os.DirEntry[bytes]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in a circle, say
        return False


def _parts(name: bytes) -> Iterable[str]:
    """The parts that one directory adds to a name. In Maildir++ it begins with a dot, and dots part it."""
    words = name[1:].split(b".") if name.startswith(b".") else [name]
    texts = [_CONTROL.sub("\ufffd", _decoded(word)) for word in words if word]
    return ["INBOX" if text.upper() == "INBOX" else text for text in texts[:1]] + texts[1:]


def _decoded(name: bytes) -> str:
    """From modified UTF-7 (RFC 3501, 5.1.3) where it is that, and not just a name with an & in it."""
    text = name.decode("utf-8", "replace")
    if "&" not in text or not _MODIFIED_UTF7.fullmatch(text):
        return text
    try:
        return _SHIFTED.sub(lambda found: _shifted(found[1]) if found[1] else "&", text)
    except ValueError:
        return text


def _shifted(base64: str) -> str:
    padded = base64.replace(",", "/") + "=" * (-len(base64) % 4)
    return binascii.a2b_base64(padded).decode("utf-16-be")
