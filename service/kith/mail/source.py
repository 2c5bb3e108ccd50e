"""What a scan needs of a mailbox, whatever holds it: the protocol that every mail driver offers."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from kith.domain.folders import Folder, Role
from kith.mail.internaldate import instant

__all__ = [
    "Choose", "Complete", "Folder", "FolderState", "Headers", "Limit", "Part", "Place", "RawHeader", "Role", "Source",
    "Text", "Texts", "Unreadable", "limit_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FolderState:
    """What the server says of a folder. None where the server does not say."""

    uidvalidity: int
    uidnext: int | None
    messages: int | None = None
    highestmodseq: int | None = None


class RawHeader(NamedTuple):
    """The header fields of one message as they came. received is INTERNALDATE, in bytes as a server wrote it.

    is_draft: marked as one, where that is known without asking (a Maildir's file names).
    """

    uid: int
    received: datetime | bytes | None
    block: bytes
    is_draft: bool = False

    @property
    def received_at(self) -> datetime | None:
        """INTERNALDATE, None if unreadable. Of most messages nobody asks for it, so it is read only then."""
        return instant(self.received) if isinstance(self.received, bytes) else self.received


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that the server has and could not give, or gave in a form nobody can read."""

    uid: int
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a message's structure. section is IMAP's part number, such as "1.2"."""

    section: str
    media_type: str  # "text/calendar", lower case
    charset: str
    encoding: str  # "base64", lower case
    size: int
    filename: str = ""
    is_attached: bool = False  # a file beside the words (RFC 2183, 2.2)


Limit = int | Mapping[str, int]
"""How many bytes of a part are wanted, or how many by its media type."""


def limit_of(part: Part, limit: Limit) -> int:
    """How many bytes of this part are wanted."""
    return limit if isinstance(limit, int) else limit[part.media_type]


Headers = tuple[list[int], list[RawHeader], list[Unreadable]]
"""A batch: the UIDs it covers, the headers found, the messages that could not be read."""


Place = tuple[str, int]
"""A folder, and the UIDVALIDITY by which it is still the same."""

Choose = Callable[[list[Part]], Part | None]
"""Picks one of the leaves of a message."""

Text = tuple[Part, bytes]
"""A part, and its first bytes, the transfer encoding undone."""

Texts = dict[Place, dict[int, Text]]
"""By folder and UID, one part of each message."""


class Complete:
    """Part of a source that gives all that is asked of a message, or does not have it."""

    def withheld(self) -> list[Unreadable]:
        """None at all."""
        return []


class Source(Protocol):
    """One open mailbox, read-only but for append.

    Methods raise TryLater (or MailboxFailed) when the line is lost and LoginRefused when the login
    is. A message that has gone since its UID was seen is left out of an answer, silently.
    """

    def folders(self) -> list[Folder]:
        """All folders that can be opened, each once."""
        ...

    def status(self, folders: Sequence[str]) -> dict[str, FolderState]:
        """The state of folders that are not opened; one that cannot be asked is left out."""
        ...

    def foresee(self, folder: str, first: int) -> None:
        """Says which folder is opened next, and that its UIDs from first upwards are asked for then.

        A server that is far away may be asked beforehand; for others it means nothing.
        """
        ...

    def examine(self, folder: str) -> FolderState:
        """Opens a folder read-only (EXAMINE)."""
        ...

    def uids(self, first: int) -> Sequence[int]:
        """The UIDs from first upwards in the open folder, ascending."""
        ...

    def headers(self, uids: Sequence[int], wanted: Callable[[bytes], bool] | None = None) -> Iterator[Headers]:
        """Header fields (kith.domain.message.FIELDS) of the open folder's messages, batch by batch.

        Each batch gives the UIDs it covers, in the order asked, the headers found and the messages
        that could not be read. Where wanted is given, header blocks it refuses are left out.
        """
        ...

    def fields(self, uids: Sequence[int], names: Sequence[str]) -> dict[int, bytes]:
        """Further header fields of a few messages of the open folder (Received, Authentication-Results)."""
        ...

    def structures(
        self, uids: Sequence[int], holding: Collection[str] = (), surely: Collection[int] = ()
    ) -> dict[int, list[Part]]:
        """The leaves of some messages of the open folder.

        holding: media types; messages that have no part of any of them may be left out, but for those
        of them that are named in surely.
        """
        ...

    def parts(self, wanted: Collection[tuple[int, Part]], limit: Limit) -> dict[tuple[int, str], bytes]:
        """By UID and section, the first limit bytes of some parts, their transfer encoding undone."""
        ...

    def withheld(self) -> list[Unreadable]:
        """Messages of the open folder of which fields(), structures() or parts() did not get all they asked for.

        Others came at the same time, so it is these messages. Each is told once.
        """
        ...

    def texts(self, wanted: Mapping[Place, Sequence[int]], choose: Choose, limit: int) -> Texts:
        """Of a few messages in several folders, the first limit bytes of the part that choose picks.

        Folders that cannot be opened, or are others by now, are left out. Afterwards none counts as open.
        """
        ...

    def raw(self, uid: int, limit: int) -> bytes | None:
        """The first limit bytes of a whole message (BODY.PEEK[]), None if it is gone."""
        ...

    def find(self, folder: str, message_id: str) -> list[int]:
        """UIDs in a folder (opened read-only for it) of the messages that carry a Message-ID."""
        ...

    def append(self, folder: str, raw: bytes, flags: Sequence[str]) -> None:
        """Puts a message into a folder. Only Drafts and INBOX are ever asked for."""
        ...

    def close(self) -> None:
        """Says goodbye; never raises."""
        ...
