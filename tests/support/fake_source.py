"""A mailbox in memory, for what no real server can be made to do: it renumbers, loses, stammers and hangs up.

FakeServer is the account, with all that may go wrong; FakeSource is one connection to it and does what
kith.mail.source.Source promises. Tests of both are beside it.
"""

import email
import email.policy
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from typing import Final

from kith.domain.folders import Folder, Listed, Role, with_roles
from kith.domain.message import FIELDS
from kith.errors import Internal, NotFound, TryLater
from kith.mail.source import Choose, FolderState, Limit, Part, Place, RawHeader, Texts, Unreadable, limit_of
from kith.mail.texts import in_turn

FOLDERS: Final = {"INBOX": "", "Sent": r"\Sent", "Drafts": r"\Drafts", "Junk": r"\Junk", "Trash": r"\Trash"}
BATCH: Final = 10
"""Headers that come together."""

_ROW = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*\n)*")


@dataclass(slots=True)
class Kept:
    """One message as the server has it; at is INTERNALDATE. The server hangs up at the deadly calls for it."""

    raw: bytes
    at: datetime
    flags: tuple[bytes, ...] = ()
    deadly: frozenset[str] = frozenset()


@dataclass(slots=True)
class FakeFolder:
    """One folder. says_uidnext is False for a server that keeps it to itself."""

    flag: str
    uidvalidity: int
    uidnext: int = 1
    messages: dict[int, Kept] = field(default_factory=dict)
    says_uidnext: bool = True

    def take(self, kept: Kept) -> int:
        """Gives a message the next UID."""
        uid = self.uidnext
        self.messages[uid] = kept
        self.uidnext += 1
        return uid

    @property
    def state(self) -> FolderState:
        """What STATUS and EXAMINE say."""
        return FolderState(self.uidvalidity, self.uidnext if self.says_uidnext else None, len(self.messages))


class FakeServer:
    """One account, with what tests do to it behind Kith's back.

    on_call is told of every call before anything of it happens, by the name of the method, and of every
    APPEND once more when the message is in ("appended"); what it raises, the caller gets. "headers" is told
    of each batch. garbled messages are there and cannot be read; of grudged ones the headers come and nothing else;
    ghosts are listed and gone when they are asked for; closed folders are listed and refused.
    """

    def __init__(self) -> None:
        self._made = 1000
        self.folders = {name: FakeFolder(flag, self._validity()) for name, flag in FOLDERS.items()}
        self.garbled: set[tuple[str, int]] = set()
        self.grudged: set[tuple[str, int]] = set()
        self.ghosts: set[tuple[str, int]] = set()
        self.closed: set[str] = set()
        self.on_call: Callable[[str], None] = lambda _call: None
        self.calls: list[str] = []

    def open(self) -> "FakeSource":
        """A new connection."""
        self.told("open")
        return FakeSource(self)

    def _validity(self) -> int:
        """A UIDVALIDITY that was never used."""
        self._made += 1
        return self._made

    def told(self, call: str) -> None:
        """Notes a call, and lets it be interfered with."""
        self.calls.append(call)
        self.on_call(call)

    def folder(self, name: str) -> FakeFolder:
        """A folder, made if it is not there."""
        if name not in self.folders:
            self.folders[name] = FakeFolder("", self._validity())
        return self.folders[name]

    def deliver(self, raw: bytes, folder: str = "INBOX", at: datetime | None = None) -> int:
        """Puts a message into a folder and gives its UID."""
        return self.folder(folder).take(Kept(raw, at or datetime.now(UTC).replace(microsecond=0)))

    def remove(self, uid: int, folder: str = "INBOX") -> None:
        """Expunges a message."""
        del self.folder(folder).messages[uid]

    def renumber(self, name: str = "INBOX", uidvalidity: int | None = None, *, backwards: bool = False) -> None:
        """Gives every message a new UID, from 1, and the folder a new UIDVALIDITY (or that one)."""
        folder = self.folder(name)
        kept = [folder.messages[uid] for uid in sorted(folder.messages, reverse=backwards)]
        folder.uidvalidity = self._validity() if uidvalidity is None else uidvalidity
        folder.messages, folder.uidnext = {}, 1
        for one in kept:
            folder.take(one)

    def rename(self, name: str, other: str, *, renumbered: bool = False) -> None:
        """Gives a folder another name, and where a server does so another UIDVALIDITY and other UIDs."""
        self.folders[other] = self.folders.pop(name)
        if renumbered:
            self.renumber(other)

    def snapshot(self) -> dict[str, dict[int, tuple[bytes, ...]]]:
        """The flags of every message."""
        return {name: {uid: kept.flags for uid, kept in f.messages.items()} for name, f in self.folders.items()}


class FakeSource:
    """One connection: a kith.mail.source.Source."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.closed = False
        self._name: str | None = None
        self._examined = 0
        self._withheld: dict[int, Unreadable] = {}

    # -- folders

    def folders(self) -> list[Folder]:
        """All folders that can be opened, each once."""
        self._call("folders")
        return self._listed()

    def _listed(self) -> list[Folder]:
        return with_roles(Listed(name, frozenset({f.flag})) for name, f in self.server.folders.items())

    def status(self, folders: Sequence[str]) -> dict[str, FolderState]:
        """The state of folders that are not opened."""
        self._call("status")
        there = (name for name in folders if name in self.server.folders and name not in self.server.closed)
        return {name: self.server.folders[name].state for name in there}

    def foresee(self, folder: str, first: int) -> None:
        """Means nothing here."""

    def examine(self, folder: str) -> FolderState:
        """Opens a folder."""
        self._call("examine")
        if folder not in self.server.folders:
            raise NotFound(f"there is no folder {folder!r}")
        if folder in self.server.closed:
            raise TryLater(f"the folder {folder} cannot be opened ([NOPERM] not yours)")
        self._name = folder
        self._examined += 1
        self._withheld = {}
        return self.server.folders[folder].state

    @property
    def _open(self) -> dict[int, Kept]:
        """The messages of the open folder that can be fetched."""
        if self._name is None:
            raise Internal("no folder is open")
        there = self.server.folders[self._name].messages
        return {uid: kept for uid, kept in there.items() if (self._name, uid) not in self.server.ghosts}

    # -- messages

    def uids(self, first: int) -> list[int]:
        """The UIDs from first upwards, ghosts among them."""
        self._call("uids")
        if self._name is None:
            raise Internal("no folder is open")
        return sorted(uid for uid in self.server.folders[self._name].messages if uid >= first)

    def headers(
        self, uids: Sequence[int], wanted: Callable[[bytes], bool] | None = None
    ) -> Iterator[tuple[list[int], list[RawHeader], list[Unreadable]]]:
        """Header fields, BATCH messages at a time."""
        examined = self._examined
        for start in range(0, len(uids), BATCH):
            if examined != self._examined:
                raise Internal("another folder was opened while headers were being read")
            self._call("headers")
            covered = list(uids[start : start + BATCH])
            self._survive("headers", covered)
            yield covered, list(self._headers(covered, wanted)), list(self._garbled(covered))

    def _headers(self, uids: list[int], wanted: Callable[[bytes], bool] | None) -> Iterator[RawHeader]:
        for uid in uids:
            kept = self._open.get(uid)
            if kept is None or (self._name, uid) in self.server.garbled:
                continue
            block = named(kept.raw, FIELDS)
            if wanted is None or wanted(block):
                yield RawHeader(uid, kept.at, block)

    def _garbled(self, uids: list[int]) -> Iterator[Unreadable]:
        for uid in uids:
            if uid in self._open and (self._name, uid) in self.server.garbled:
                yield Unreadable(uid, "the server's answer makes no sense")

    def fields(self, uids: Sequence[int], names: Sequence[str]) -> dict[int, bytes]:
        """Further header fields of a few messages."""
        self._call("fields")
        self._survive("fields", uids)
        return {uid: named(self._open[uid].raw, names) for uid in self._given(uids)}

    def structures(
        self, uids: Sequence[int], holding: Collection[str] = (), surely: Collection[int] = ()
    ) -> dict[int, list[Part]]:
        """The leaves of some messages: of those that have a part of one of some media types, and of those in surely."""
        self._call("structures")
        self._survive("structures", uids)
        sought = {media_type.lower() for media_type in holding}
        given = {uid: leaves(parsed(self._open[uid].raw)) for uid in self._given(uids)}
        parts = {uid: [_part(section, leaf) for section, leaf in found] for uid, found in given.items()}
        return {
            uid: some
            for uid, some in parts.items()
            if not sought or uid in surely or sought & {part.media_type for part in some}
        }

    def parts(self, wanted: Collection[tuple[int, Part]], limit: Limit) -> dict[tuple[int, str], bytes]:
        """The first bytes of some parts, decoded."""
        self._call("parts")
        self._survive("parts", [uid for uid, _ in wanted])
        found = {}
        given = self._given([uid for uid, _ in wanted])
        for uid, part in wanted:
            if uid in given:
                payload = dict(leaves(parsed(self._open[uid].raw)))[part.section].get_payload(decode=True)
                found[uid, part.section] = payload[: limit_of(part, limit)] if isinstance(payload, bytes) else b""
        return found

    def _given(self, uids: Sequence[int]) -> list[int]:
        """Those of the messages that are given whole."""
        grudged = [uid for uid in uids if (self._name, uid) in self.server.grudged]
        self._withheld |= {uid: Unreadable(uid, "the server gives a part of it only") for uid in grudged}
        return [uid for uid in uids if uid in self._open and uid not in grudged]

    def withheld(self) -> list[Unreadable]:
        """Messages of the open folder of which not all came; each is told once."""
        found, self._withheld = list(self._withheld.values()), {}
        return found

    def texts(self, wanted: Mapping[Place, Sequence[int]], choose: Choose, limit: int) -> Texts:
        """Of some messages in several folders, the first limit bytes of the part that choose picks."""
        return in_turn(self, wanted, choose, limit)

    def raw(self, uid: int, limit: int) -> bytes | None:
        """The first bytes of a whole message."""
        self._call("raw")
        self._survive("raw", [uid])
        return self._open[uid].raw[:limit] if uid in self._open else None

    def find(self, folder: str, message_id: str) -> list[int]:
        """UIDs of the messages that carry a Message-ID."""
        self.examine(folder)
        self._call("find")
        sought = message_id.encode()
        rows = ((uid, named(kept.raw, ["Message-ID"])) for uid, kept in self._open.items())
        return [uid for uid, row in rows if sought in row.partition(b":")[2].split()]

    # -- the only writes

    def append(self, folder: str, raw: bytes, flags: Sequence[str]) -> None:
        """Puts a message into Drafts or INBOX."""
        self._call("append")
        role = next((entry.role for entry in self._listed() if entry.name == folder), None)
        if role is None:
            raise NotFound(f"there is no folder {folder}")
        if role not in (Role.DRAFTS, Role.INBOX):
            raise Internal(f"Kith does not write to the folder {folder}")
        now = datetime.now(UTC).replace(microsecond=0)
        self.server.folders[folder].take(Kept(raw, now, tuple(flag.encode() for flag in flags)))
        self.server.told("appended")

    def close(self) -> None:
        """Says goodbye."""
        self.closed = True

    def _survive(self, call: str, uids: Sequence[int]) -> None:
        if any(call in self._open[uid].deadly for uid in uids if uid in self._open):
            self.closed = True
            raise TryLater("personal: the line was lost (the server hung up)")

    def _call(self, name: str) -> None:
        if self.closed:
            raise TryLater("the line is closed")
        self.server.told(name)


def named(raw: bytes, names: Sequence[str]) -> bytes:
    """Header fields by name, as they came, and the empty line behind them."""
    wanted = {name.lower().encode() for name in names}
    rows = _ROW.findall(_head(raw))
    return b"".join(row for row in rows if row.partition(b":")[0].strip().lower() in wanted) + b"\r\n"


def _head(raw: bytes) -> bytes:
    end = re.search(rb"\A\r?\n|\n\r?\n", raw)
    return raw[: end.start() + 1] if end else raw


def parsed(raw: bytes) -> Message:
    """A message, its bytes as they are."""
    return email.message_from_bytes(raw, policy=email.policy.compat32)


def leaves(message: Message, section: str = "") -> list[tuple[str, Message]]:
    """The parts that hold no others, by their section."""
    children = message.get_payload()
    if message.get_content_maintype() != "multipart" or not isinstance(children, list):
        return [(section or "1", message)]
    prefix = f"{section}." if section else ""
    return [
        leaf
        for number, child in enumerate(children, 1)
        if isinstance(child, Message)
        for leaf in leaves(child, f"{prefix}{number}")
    ]


def _part(section: str, leaf: Message) -> Part:
    payload = leaf.get_payload()
    return Part(
        section=section,
        media_type=leaf.get_content_type(),
        charset=leaf.get_content_charset() or "",
        encoding=str(leaf.get("Content-Transfer-Encoding", "7bit")).lower(),
        size=len(payload) if isinstance(payload, str) else 0,
        filename=leaf.get_filename() or "",
        is_attached=leaf.get_content_disposition() == "attachment",
    )
