"""An mbox file as a Source with one folder: what `kith import mbox` reads (Takeout, Thunderbird, old mail programs)."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from kith.domain.folders import Folder, Listed, Role, role_of_a_label, with_roles
from kith.domain.plain import file_name
from kith.errors import Internal, NotFound
from kith.mail import parts
from kith.mail.headers import received_time, sent_time
from kith.mail.heads import MOST_HEAD, first_value, named, of_a_scan
from kith.mail.mbox_file import MboxFile, Searched
from kith.mail.mime import Unparsable
from kith.mail.source import Choose, Complete, FolderState, Limit, Part, Place, RawHeader, Texts, Unreadable
from kith.mail.texts import in_turn
from kith.mail.words import decode_words

BATCH: Final = 500
"""Messages that come together."""
NO_MAIL: Final = frozenset({Role.DRAFTS, Role.JUNK, Role.TRASH})
"""What Gmail's labels may make of a message that is not to be read, as in a mailbox."""
NOT_SENT: Final = frozenset({Role.DRAFTS, Role.UNSENT})
ZONES: Final = timedelta(days=1)
"""How far two times of one event may be apart where one is told without a zone."""
EXPUNGED: Final = 0x0008
"""Of X-Mozilla-Status: Thunderbird has deleted the message, and not yet written the file anew."""

_TELLING = re.compile(rb"X-(?:Gmail-Labels|Mozilla-Status):")
_LABELS = re.compile(rb"^X-Gmail-Labels:([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"^X-Mozilla-Status:[ \t]*([0-9a-fA-F]{4})", re.MULTILINE)
_USUAL_DATE = re.compile(
    rb"\s{0,9}(?:[A-Z][a-z]{2}, {1,2})?(0?[1-9]|1[0-9]|2[0-8]|(?:29|30)(?! Feb))"
    rb" (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (199[0-9]|20[0-9]{2})"
    rb" ((?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2} [+-](?:0[0-9]|1[0-4])[0-5][0-9])(?: \([A-Za-z ]{1,40}\))?\s{0,9}"
)
"""A date that every calendar has, as Received ends with it (RFC 5322, 3.3): day, month, year, the rest."""


class MboxSource(Complete):
    """One mbox file: kith.mail.source.Source, for reading only. UIDs are offsets in it.

    by_owner tells from a head whether the owner wrote the message; searched is told how far the search
    for messages is, in bytes. Raises NotFound or UsageError for what is no mbox file.
    """

    def __init__(
        self,
        path: Path,
        by_owner: Callable[[bytes], bool] = lambda _head: False,
        searched: Searched = lambda _done, _total: None,
    ) -> None:
        self._path = path.resolve()
        self._file = MboxFile(self._path, searched)
        self._by_owner = by_owner

    # -- folders

    @property
    def folder(self) -> Folder:
        """The one folder. A file called Drafts or Templates holds drafts; one called anything else is to be read."""
        [listed] = with_roles([Listed(self._path.stem)])
        return Folder(file_name(str(self._path)), Role.DRAFTS if listed.role in NOT_SENT else Role.PLAIN)

    def folders(self) -> list[Folder]:
        """The one folder."""
        return [self.folder]

    def status(self, folders: Sequence[str]) -> dict[str, FolderState]:
        """Its state: another file has another UIDVALIDITY."""
        state = FolderState(self._file.fingerprint, self._file.size + 1)
        return {name: state for name in folders if name == self.folder.name}

    def foresee(self, folder: str, first: int) -> None:
        """Means nothing here."""

    def examine(self, folder: str) -> FolderState:
        """The same; there is nothing to open."""
        for state in self.status([folder]).values():
            return state
        raise NotFound(f"{folder} is not the file that is open")

    # -- messages

    def uids(self, first: int) -> list[int]:
        """Where messages begin, from first upwards."""
        return self._file.beginnings(first)

    def headers(
        self, uids: Sequence[int], wanted: Callable[[bytes], bool] | None = None
    ) -> Iterator[tuple[list[int], list[RawHeader], list[Unreadable]]]:
        """The fields of a scan, batch by batch. Drafts, spam and what was thrown away are left out."""
        for start in range(0, len(uids), BATCH):
            covered = list(uids[start : start + BATCH])
            found: list[RawHeader] = []
            unreadable: list[Unreadable] = []
            for uid in covered:
                head = self._file.head(uid)
                if head is None:
                    unreadable.append(Unreadable(uid, f"its header does not end within {MOST_HEAD:,} bytes"))
                elif _is_mail(head):
                    block = of_a_scan(head)
                    if wanted is None or wanted(block):
                        found.append(RawHeader(uid, self._arrived(uid, head), block))
            yield covered, found, unreadable

    def _arrived(self, uid: int, head: bytes) -> datetime | bytes | None:
        """The topmost Received, else the From_ line, whose zone is unknown, else at the latest the time of the file.

        What the owner wrote was sent when its Date says, and whatever lies there when nothing else tells; but not
        where the Date is later than the time at which it was put there.
        """
        received = _received(head)
        if received:
            return received
        put_at = self._file.put_at(uid)
        if put_at and not self._by_owner(head):
            return put_at
        latest, written = put_at or self._file.written_at, sent_time(named(head, ["Date"]))
        return latest if latest and (written is None or written - latest > ZONES) else None

    def fields(self, uids: Sequence[int], names: Sequence[str]) -> dict[int, bytes]:
        """Further header fields of a few messages."""
        heads = ((uid, self._file.head(uid)) for uid in uids)
        return {uid: named(head, names) for uid, head in heads if head is not None}

    def structures(
        self, uids: Sequence[int], holding: Collection[str] = (), surely: Collection[int] = ()
    ) -> dict[int, list[Part]]:
        """The leaves of some messages; one whose structure makes no sense is left out."""
        found = {}
        for uid in uids:
            raw = self._file.message(uid, parts.MOST_BYTES)
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
        for uid, some in sections.items():
            raw = self._file.message(uid, parts.MOST_BYTES)
            found.update({(uid, section): data for section, data in parts.contents(raw, some, limit)})
        return found

    def texts(self, wanted: Mapping[Place, Sequence[int]], choose: Choose, limit: int) -> Texts:
        """Of some messages in several folders, the first limit bytes of the part that choose picks."""
        return in_turn(self, wanted, choose, limit)

    def raw(self, uid: int, limit: int) -> bytes | None:
        """The first limit bytes of a whole message, its lines ended as on the wire; None where there is none."""
        return parts.with_crlf(self._file.message(uid, limit))[:limit] or None

    def find(self, folder: str, message_id: str) -> list[int]:
        """UIDs of the messages that carry a Message-ID."""
        self.examine(folder)
        fields = self.fields(self.uids(1), ["Message-ID"])
        sought = message_id.encode("utf-8", "surrogateescape")
        return [uid for uid, field in fields.items() if sought in field.partition(b":")[2].split()]

    def append(self, folder: str, raw: bytes, flags: Sequence[str]) -> None:
        """Never: an archive stays as it is."""
        raise Internal(f"{folder} is an archive; Kith does not write to it ({len(raw)} bytes, {list(flags)})")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def _received(head: bytes) -> datetime | bytes | None:
    """The time of the topmost Received: of the usual form as INTERNALDATE, so that it is read when somebody asks."""
    topmost = first_value(head, b"Received")
    usual = _USUAL_DATE.fullmatch(topmost, topmost.rfind(b";") + 1) if topmost else None
    if usual:
        return b"%b-%b-%b %b" % usual.groups()
    return received_time(named(head, ["Received"])) if topmost else None


def _is_mail(head: bytes) -> bool:
    if not _TELLING.search(head):  # one look for both: most programs write neither
        return True
    if b"X-Gmail-Labels:" in head and (labels := _LABELS.search(head)) and _are_no_mail(labels[1]):
        return False
    status = _STATUS.search(head) if b"X-Mozilla-Status:" in head else None
    return not (status and int(status[1], 16) & EXPUNGED)


@lru_cache(maxsize=4096)
def _are_no_mail(labels: bytes) -> bool:
    """Whether one of Gmail's labels, which come in the owner's language, says draft, spam or trash."""
    value = " ".join(labels.decode("utf-8", "replace").split())
    names = (name.strip().strip('"') for name in decode_words(value).split(","))
    return any(role_of_a_label(name) in NO_MAIL for name in names)
