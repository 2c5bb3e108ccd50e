"""A local Maildir as a Source: read without a trace, written to only by delivering into Drafts and INBOX.

Files have names and no numbers, so each name gets the next number when it is first seen, for good; a file
that comes late under an old name is as new as any other. The numbers are kept by whoever opens the mailbox.
"""

import errno
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TypeVar
from zlib import crc32

from kith.domain.folders import Folder, Role, with_roles
from kith.errors import ConfigError, Internal, MailboxFailed, NotFound, TryLater
from kith.mail import maildir_files as files
from kith.mail import parts
from kith.mail.heads import named
from kith.mail.internaldate import of_a_file
from kith.mail.maildir_folders import directories
from kith.mail.mime import Unparsable
from kith.mail.source import Choose, Complete, FolderState, Limit, Part, Place, RawHeader, Texts, Unreadable
from kith.mail.texts import in_turn

BATCH = 500
"""Messages that come together."""

_AGAIN: Final = "the next scan tries again"
_FIELD = re.compile(r"[A-Za-z0-9-]+")
_WRITABLE: Final = frozenset({Role.DRAFTS, Role.INBOX})
_OF_THE_FILE: Final = frozenset({errno.EACCES, errno.EPERM, errno.EIO, errno.EISDIR, errno.ELOOP})
"""What is wrong with one file, and not with the disk."""

T = TypeVar("T")


class Numbers(Protocol):
    """The numbers of a mailbox's files, folder by folder: 1 for the first name ever seen, and so on."""

    @property
    def place(self) -> int:
        """Which Maildir they are of: place_of its path."""
        ...

    def known(self, folder: str) -> tuple[int, int, str]:
        """The number the next name gets, how many files there were, and what the folder looked like then."""
        ...

    def names(self, folder: str) -> Iterator[list[bytes]]:
        """All names in the order of their numbers, some at a time."""
        ...

    def keep(self, folder: str, uidnext: int, new: Sequence[bytes], messages: int, looks: str) -> bool:
        """Numbers new names from uidnext on. False, and nothing changed, where that number is not the next any more."""
        ...


def place_of(root: str) -> int:
    """A number for a Maildir, by its path: its UIDVALIDITY. It is larger than any that a server has (32 bits)."""
    return 2**32 + crc32(os.fsencode(root.rstrip("/")))


@dataclass(frozen=True, slots=True)
class _Listed:
    """A folder as it was listed: where it lies, and the paths in it by number, "" for what is no longer there."""

    folder: str
    directory: bytes
    looks: str
    state: FolderState
    paths: list[bytes]

    def path(self, uid: int) -> bytes:
        """The path of a message, "" where it is gone."""
        inside = self.paths[uid - 1] if 0 < uid <= len(self.paths) else b""
        return self.directory + b"/" + inside if inside else b""


class MaildirSource(Complete):
    """One open Maildir: kith.mail.source.Source. Raises ConfigError where there is none at root."""

    def __init__(self, name: str, root: str, numbers: Numbers, sent: str = "auto", drafts: str = "auto") -> None:
        self._name, self._numbers = name, numbers
        self._root = os.fsencode(root).rstrip(b"/") or b"/"
        self._sent, self._drafts = sent, drafts
        self._directories: dict[str, bytes] = {}
        self._listed: dict[str, _Listed] = {}
        self._opened: _Listed | None = None
        if not self.folders():
            raise ConfigError(f"{name}: there is no Maildir in {root}", "see `url`; is the disk there?")

    # -- folders

    def folders(self) -> list[Folder]:
        """All folders that can be opened, each once. The first of a role is the one to use."""
        try:
            found = directories(self._root)
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            where = os.fsdecode(self._root)
            raise ConfigError(f"{self._name}: {where}: {error.strerror}", "see `url`; is the disk there?") from error
        except OSError as error:
            raise self._failed("listing folders", error) from error
        self._directories = {one.name: one.path for one in found}
        return with_roles((one.listed for one in found), self._sent, self._drafts)

    def status(self, folders: Sequence[str]) -> dict[str, FolderState]:
        """The state of folders that are not opened; one that cannot be read is left out."""
        states = {}
        for folder in folders:
            with suppress(OSError, NotFound):
                states[folder] = self._state(folder)
        return states

    def _state(self, folder: str) -> FolderState:
        uidnext, messages, looks = self._numbers.known(folder)
        if looks and looks == files.look(self._directory(folder)):
            return FolderState(self._numbers.place, uidnext, messages)
        return self._numbered(folder).state

    def foresee(self, folder: str, first: int) -> None:
        """Means nothing here."""

    def examine(self, folder: str) -> FolderState:
        """Opens a folder: lists it, and numbers what is new."""
        directory = self._directory(folder)
        try:
            listed = self._listed.get(folder)
            is_as_it_was = listed is not None and listed.looks and listed.looks == files.look(directory)
            self._opened = listed if listed and is_as_it_was else self._numbered(folder)
        except FileNotFoundError:
            raise NotFound(f"{self._name}: there is no folder {folder} any more") from None
        except OSError as error:
            raise self._failed(f"listing {folder}", error) from error
        return self._opened.state

    def _directory(self, folder: str) -> bytes:
        if folder not in self._directories:
            self.folders()
        if folder not in self._directories:
            raise NotFound(f"{self._name}: there is no folder {folder!r}")
        return self._directories[folder]

    def _numbered(self, folder: str) -> _Listed:
        """Lists a folder and numbers what is new in it."""
        directory = self._directory(folder)
        for _ in range(files.TRIES):
            found = files.listing(directory)
            count, left = len(found.files), found.files
            paths = [left.pop(name, b"") for names in self._numbers.names(folder) for name in names]
            new, uidnext = sorted(left), len(paths) + 1
            paths += [left[name] for name in new]
            left.clear()  # of a large folder it is megabytes
            is_known = not new and self._numbers.known(folder) == (uidnext, count, found.looks)
            if is_known or self._numbers.keep(folder, uidnext, new, count, found.looks):
                state = FolderState(self._numbers.place, len(paths) + 1, count)
                self._listed[folder] = _Listed(folder, directory, found.looks, state, paths)
                return self._listed[folder]
        raise TryLater(f"{self._name}: other programs of Kith number {folder} all the time", _AGAIN)

    # -- messages

    def uids(self, first: int) -> list[int]:
        """The UIDs from first upwards in the open folder, ascending."""
        first = max(1, first)
        return [uid for uid, path in enumerate(self._open.paths[first - 1 :], first) if path]

    def headers(
        self, uids: Sequence[int], wanted: Callable[[bytes], bool] | None = None
    ) -> Iterator[tuple[list[int], list[RawHeader], list[Unreadable]]]:
        """The fields of a scan of the open folder's messages, batch by batch; the time is that of the file."""
        opened = self._open.folder
        how = partial(files.head_fields, wanted=wanted)
        for start in range(0, len(uids), BATCH):
            if opened != self._open.folder:
                raise Internal("another folder was opened while headers were being read")
            covered = list(uids[start : start + BATCH])
            found: list[RawHeader] = []
            unreadable: list[Unreadable] = []
            for uid in covered:
                read = self._read(uid, how)
                if isinstance(read, Unreadable):
                    unreadable.append(read)
                elif read:
                    is_draft = files.is_draft(self._open.path(uid))
                    found.append(RawHeader(uid, of_a_file(read[1]), read[0], is_draft))
            yield covered, found, unreadable

    def _read(self, uid: int, how: Callable[[bytes], T]) -> T | Unreadable | None:
        """What how makes of a message's path; None where it is gone. A file that was renamed is found again."""
        opened = self._open
        for _ in range(files.TRIES):
            path = opened.path(uid)
            if not path:
                return None
            try:
                return how(path)
            except FileNotFoundError:
                self.examine(opened.folder)
                opened = self._open
            except OSError as error:
                if error.errno not in _OF_THE_FILE:
                    raise self._failed("reading messages", error) from error
                return Unreadable(uid, f"its file cannot be read: {error.strerror}")
            except files.NoMail as error:
                return Unreadable(uid, str(error))
        return Unreadable(uid, "its file is renamed all the time")

    def _each(self, uids: Sequence[int], how: Callable[[bytes], T]) -> Iterator[tuple[int, T]]:
        for uid in uids:
            read = self._read(uid, how)
            if read is not None and not isinstance(read, Unreadable):
                yield uid, read

    def fields(self, uids: Sequence[int], names: Sequence[str]) -> dict[int, bytes]:
        """Further header fields of a few messages of the open folder (Received, Authentication-Results)."""
        if not names or not all(map(_FIELD.fullmatch, names)):
            raise Internal(f"these are not names of header fields: {names}")
        return {uid: named(head, names) for uid, head in self._each(uids, files.head)}

    def structures(
        self, uids: Sequence[int], holding: Collection[str] = (), surely: Collection[int] = ()
    ) -> dict[int, list[Part]]:
        """The leaves of some messages of the open folder; one whose structure makes no sense is left out."""
        found = {}
        for uid, raw in self._each(uids, _whole):
            if not holding or uid in surely or parts.may_hold(raw, holding):
                with suppress(Unparsable):
                    found[uid] = parts.leaves(raw)
        return found

    def parts(self, wanted: Collection[tuple[int, Part]], limit: Limit) -> dict[tuple[int, str], bytes]:
        """By UID and section, the first limit bytes of some parts, their transfer encoding undone."""
        sections: dict[int, set[str]] = {}
        for uid, part in wanted:
            sections.setdefault(uid, set()).add(part.section)
        found = {}
        for uid, raw in self._each(list(sections), _whole):
            found.update({(uid, section): data for section, data in parts.contents(raw, sections[uid], limit)})
        return found

    def texts(self, wanted: Mapping[Place, Sequence[int]], choose: Choose, limit: int) -> Texts:
        """Of some messages in several folders, the first limit bytes of the part that choose picks."""
        return in_turn(self, wanted, choose, limit)

    def raw(self, uid: int, limit: int) -> bytes | None:
        """The first limit bytes of a whole message, its lines ended as on the wire; None if it is gone."""
        found = self._read(uid, lambda path: parts.with_crlf(files.beginning(path, limit))[:limit])
        if isinstance(found, Unreadable):
            raise MailboxFailed(f"{self._name}: message {uid} of {self._open.folder}: {found.reason}", _AGAIN)
        return found

    def find(self, folder: str, message_id: str) -> list[int]:
        """UIDs in a folder (left open) of the messages that carry a Message-ID."""
        self.examine(folder)
        sought = message_id.encode("utf-8", "surrogateescape")
        if not sought:
            return []
        heads = ((uid, head) for uid, head in self._each(self.uids(1), files.head) if sought in head)  # few
        return [uid for uid, head in heads if sought in named(head, ["Message-ID"]).partition(b":")[2].split()]

    # -- the only writes

    def append(self, folder: str, raw: bytes, flags: Sequence[str]) -> None:
        """Delivers a message into Drafts or INBOX, the only folders Kith ever writes to."""
        role = next((known.role for known in self.folders() if known.name == folder), None)
        if role is None:
            raise NotFound(f"{self._name}: there is no folder {folder}")
        if role not in _WRITABLE:
            raise Internal(f"{self._name}: Kith does not write to the folder {folder}")
        try:
            files.deliver(self._directories[folder], raw, flags)
        except OSError as error:
            raise self._failed(f"placing a message in {folder}", error) from error

    def close(self) -> None:
        """Forgets what is open. There is nobody to say goodbye to."""
        self._opened = None
        self._listed.clear()

    @property
    def _open(self) -> _Listed:
        if self._opened is None:
            raise Internal("no folder is open")
        return self._opened

    def _failed(self, what: str, error: OSError) -> MailboxFailed:
        return MailboxFailed(f"{self._name}: {what} failed ({error.strerror})", _AGAIN)


def _whole(path: bytes) -> bytes:
    return files.beginning(path, parts.MOST_BYTES)
