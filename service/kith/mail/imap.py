"""A mailbox on an IMAP server, as a Source: opened with EXAMINE, read with PEEK, written to only by APPEND."""

import imaplib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from kith.domain.folders import Folder, Role, with_roles
from kith.errors import Internal, MailboxFailed, NotFound, TryLater
from kith.mail import structure
from kith.mail.imap_account import AGAIN, Account, is_busy, shown
from kith.mail.imap_fetch import Answer, Question, Worth, alone, answers, body, everything
from kith.mail.imap_line import Line, open_client
from kith.mail.imap_names import listed, status_answers
from kith.mail.imap_session import ImapSession
from kith.mail.source import FolderState, Limit, Part, RawHeader, Unreadable, limit_of
from kith.mail.wire import Batch, HeaderFetch, sequence_set

__all__ = ["Account", "ImapSource", "connect"]

_STATUS_AT_ONCE: Final = 200  # commands in one piece: more could fill both sides' buffers, each waiting for the other
_WRITABLE: Final = frozenset({Role.DRAFTS, Role.INBOX})
_UNSENDABLE = re.compile(r"[\0\r\n]")
_FIELD = re.compile(r"[A-Za-z0-9-]+")
_SECTION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})*")
_NAMED = re.compile(rb"uid (\d{1,10})")  # wherever in its answer a server names the message
_FLAG = re.compile(r"\\?[A-Za-z$]+")
_SEARCHABLE = re.compile(r"[!#-\[\]-~]+")  # printable ASCII without what would have to be escaped


def connect(account: Account, timeout: float = 60.0) -> "ImapSource":
    """Opens a mailbox and logs in; timeout is the longest silence of the server in seconds.

    Raises TryLater, LoginRefused, or ConfigError for settings that would be unsafe or cannot work.
    """
    return ImapSource(account, open_client(account, timeout))


class ImapSource(ImapSession):
    """One open IMAP mailbox: kith.mail.source.Source. Not to be used by two threads at once."""

    _folders: Sequence[Folder] = ()

    # -- folders

    def folders(self) -> list[Folder]:
        """All folders that can be opened, each once. The first of a role is the one to use."""
        with self._doing("listing folders"):
            found = listed(self._list())
        self._raw_names = {entry.name: raw for raw, entry in found}
        self._folders = with_roles(
            (entry for _, entry in found),
            self._account.sent,
            self._account.drafts,
            archives_in_all=b"X-GM-EXT-1" in self._offers,
        )
        return list(self._folders)

    def _list(self) -> list[Any]:
        extended = {b"SPECIAL-USE", b"LIST-EXTENDED"} <= self._offers  # RFC 6154, 2: flags may come only on request
        for ending in [b" RETURN (SPECIAL-USE)"] * extended + [b""]:
            kind, text = self._line.finish(self._line.start([b'LIST "" "*"' + ending])[0])
            if kind == "OK":
                return self._line.take("LIST")
        raise imaplib.IMAP4.error(shown(text))

    def status(self, folders: Sequence[str]) -> dict[str, FolderState]:
        """The state of folders that are not opened, all asked at once; one that cannot be asked is left out."""
        more = b" HIGHESTMODSEQ" if self._offers & {b"CONDSTORE", b"QRESYNC"} else b""
        states: dict[str, FolderState] = {}
        for at in range(0, len(folders), _STATUS_AT_ONCE):
            names = [name for name in folders[at : at + _STATUS_AT_ONCE] if not _UNSENDABLE.search(name)]
            commands = [b"STATUS %s (UIDVALIDITY UIDNEXT MESSAGES%s)" % (self._quoted(name), more) for name in names]
            with self._doing("asking for the state of folders") as line:
                states.update(_statuses(line, names, line.start(commands)))
        return states

    # -- messages

    def uids(self, first: int) -> list[int]:
        """The UIDs from first upwards in the open folder, ascending.

        Without the drafts in a folder with everything: one that is sent gets another UID.
        """
        extended = b"RETURN (ALL) " if b"ESEARCH" in self._offers else b""
        everything = any(f.name == self._folder and f.role is Role.EVERYTHING for f in self._folders)
        with self._doing("listing messages"):
            found = self._search(b"%sUID %d:*%s" % (extended, max(1, first), b" UNDRAFT" if everything else b""))
        return sorted(uid for uid in found if uid >= first)  # n:* names the last message even where n is beyond it

    def headers(
        self, uids: Sequence[int], wanted: Callable[[bytes], bool] | None = None
    ) -> Iterator[tuple[list[int], list[RawHeader], list[Unreadable]]]:
        """Header fields of the open folder's messages, batch by batch, the next batches already on their way.

        Other methods may be called between two batches, but another folder must not be opened.
        """
        opened, fetch = self._opened, HeaderFetch(self._line, uids, wanted)
        try:
            while True:
                if opened != self._opened:
                    raise Internal("another folder was opened while headers were being read")
                with self._doing("reading headers", fetch):
                    batch = fetch.next()
                if batch is None:
                    return
                if batch.missing:
                    self._repair(batch, wanted)
                yield batch.uids, batch.found, batch.unreadable
        finally:
            if self._fetch is fetch:
                self._abandon()

    def _repair(self, batch: Batch, wanted: Callable[[bytes], bool] | None) -> None:
        """Asks alone for what did not come with the others; what is gone is left out."""
        if is_busy(batch.refusal):
            raise TryLater(f"{self._account.name}: {self._account.host} is busy ({batch.refusal})", AGAIN)
        with self._doing("reading headers"):
            still_there = self._search(b"UID " + sequence_set(batch.missing))
            for uid in (uid for uid in batch.missing if uid in still_there):
                result = alone(self._client, uid, wanted)
                if isinstance(result, RawHeader):
                    batch.found.append(result)
                elif result:
                    batch.unreadable.append(result)
        order = {uid: place for place, uid in enumerate(batch.uids)}
        batch.found.sort(key=lambda header: order[header.uid])

    def _abandon(self) -> None:
        """Somebody stopped reading headers halfway: what is under way must not become the next answer."""
        if self._fetch:
            self._fetch.drop()
        with suppress(TryLater), self._doing("reading headers"):
            pass  # settling is all there is to do

    def fields(self, uids: Sequence[int], names: Sequence[str]) -> dict[int, bytes]:
        """Further header fields of a few messages of the open folder (Received, Authentication-Results)."""
        if not names or not all(map(_FIELD.fullmatch, names)):
            raise Internal(f"these are not names of header fields: {names}")
        found = self._answers(
            [(uids, f"BODY.PEEK[HEADER.FIELDS ({' '.join(names)})]".upper())], "reading header fields"
        )
        return {uid: block for uid, answer in found.items() if (block := body(answer)) is not None}

    def structures(
        self, uids: Sequence[int], holding: Collection[str] = (), surely: Collection[int] = ()
    ) -> dict[int, list[Part]]:
        """The leaves of some messages of the open folder; one whose structure makes no sense is left out.

        holding: media types; messages that have no part of any of them may be left out, which is much quicker,
        but for those in surely.
        """
        worth = _naming(holding, surely) if holding else everything
        parts: dict[int, list[Part]] = {}
        found = self._answers([(uids, "BODYSTRUCTURE")], "reading the structure of messages", worth)
        for uid, answer in found.items():
            with suppress(ValueError):
                parts[uid] = structure.leaves(answer.get(b"BODYSTRUCTURE"))
        return parts

    def parts(self, wanted: Collection[tuple[int, Part]], limit: Limit) -> dict[tuple[int, str], bytes]:
        """By UID and section, the first limit bytes of some parts, their transfer encoding undone."""
        asked: dict[str, list[int]] = {}
        for uid, part in wanted:
            if not _SECTION.fullmatch(part.section):
                raise Internal(f"{part.section!r} is not the number of a part")
            most = structure.encoded_limit(part.encoding, limit_of(part, limit))
            item = f"BODY.PEEK[{part.section}]<0.{most}>"
            asked.setdefault(item, []).append(uid)
        found = self._answers([(uids, item) for item, uids in asked.items()], "reading parts of messages")
        came = ((uid, part, body(found.get(uid, {}), part.section)) for uid, part in wanted)
        return {
            (uid, part.section): structure.decoded(part.encoding, data)[: limit_of(part, limit)]
            for uid, part, data in came
            if data is not None
        }

    def raw(self, uid: int, limit: int) -> bytes | None:
        """The first limit bytes of a whole message (BODY.PEEK[]), None if it is gone."""
        answer = self._answers([([uid], f"BODY.PEEK[]<0.{limit}>")], "reading a message").get(uid, {})
        whole = body(answer)
        if whole:
            return whole[:limit]  # some servers do not know how to give a part
        with self._doing("looking for a message"):
            if uid not in self._search(b"UID %d" % uid):
                return None
        raise MailboxFailed(f"{self._account.name}: {self._account.host} does not give message {uid}", AGAIN)

    def _answers(self, asked: Collection[Question], what: str, worth: Worth = everything) -> dict[int, Answer]:
        if self._idle:
            self.idle_done()
        with self._safely(what):
            return answers(self._client, asked, worth, self._fetch)

    def find(self, folder: str, message_id: str) -> list[int]:
        """UIDs in a folder (opened read-only for it, and left open) of the messages that carry a Message-ID.

        SEARCH finds parts of words and more (RFC 3501, 6.4.4), so what it finds is read and compared.
        """
        words = _SEARCHABLE.findall(message_id)
        self.examine(folder)
        if not words:
            return []
        with self._doing("looking for a Message-ID"):
            found = self._search(b'HEADER Message-ID "%s"' % max(words, key=len).encode())
        fields = self.fields(sorted(found), ["Message-ID"])
        sought = message_id.encode()
        return [uid for uid, block in sorted(fields.items()) if sought in block.partition(b":")[2].split()]

    def append(self, folder: str, raw: bytes, flags: Sequence[str]) -> None:
        """Puts a message into Drafts or INBOX, the only folders Kith ever writes to."""
        known = self._folders or self.folders()
        role = next((entry.role for entry in known if entry.name == folder), None)
        if role is None:
            raise NotFound(f"{self._account.name}: there is no folder {folder}")
        if role not in _WRITABLE or not all(map(_FLAG.fullmatch, flags)):
            raise Internal(f"{self._account.name}: Kith does not write to the folder {folder}")
        with self._doing(f"placing a message in {folder}") as line:
            marks = f"({' '.join(flags)})" if flags else None
            kind, data = line.append(self._quoted(folder), marks, None, raw)  # type: ignore[arg-type]  # bytes do as well
        if kind != "OK":
            raise self._refusal(f"the message could not be placed in {folder}", shown(data[-1] or b""))


def _naming(holding: Collection[str], surely: Collection[int]) -> Worth:
    """Whether a structure names one of some media types, or is of one of some messages, by its bytes."""
    words = tuple({media_type.lower().rpartition("/")[2].encode() for media_type in holding})

    def names_one(pieces: list[bytes]) -> bool:
        level = b"".join(pieces).lower()
        for word in words:
            if word in level:
                return True
        return any(int(uid) in surely for uid in _NAMED.findall(level))

    return names_one


def _statuses(line: Line, names: Sequence[str], tags: Sequence[bytes]) -> dict[str, FolderState]:
    seen: dict[str, FolderState] = {}
    states: dict[str, FolderState] = {}
    for name, tag in zip(names, tags, strict=True):
        kind, _ = line.finish(tag)
        came = status_answers(line.take("STATUS"))
        seen.update(came)
        state = seen.get(name) or (next(iter(came.values())) if len(came) == 1 else None)
        if kind == "OK" and state:
            states[name] = state
    return states
