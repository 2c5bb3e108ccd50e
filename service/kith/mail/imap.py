"""A mailbox on an IMAP server, as a Source: opened with EXAMINE, read with PEEK, written to only by APPEND."""

import imaplib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from kith.domain.folders import Folder, Listed, Role, with_roles
from kith.errors import Internal, MailboxFailed, NotFound, TryLater
from kith.mail import imap_parts
from kith.mail.imap_account import AGAIN, Account
from kith.mail.imap_doubt import ImapQuestions
from kith.mail.imap_fetch import Worth, body, everything
from kith.mail.imap_line import Line, open_client
from kith.mail.imap_names import listed, status_answers
from kith.mail.imap_parts import bytes_of, leaves_of, questions
from kith.mail.imap_words import shown
from kith.mail.source import Choose, FolderState, Limit, Part, Place, RawHeader, Texts, Unreadable
from kith.mail.texts import in_turn
from kith.mail.wire import HeaderFetch

__all__ = ["Account", "ImapSource", "connect"]

_STATUS_AT_ONCE: Final = 200  # commands in one piece: more could fill both sides' buffers, each waiting for the other
_INBOX: Final = "INBOX"
_WRITABLE: Final = frozenset({Role.DRAFTS, Role.INBOX})
_UNSENDABLE = re.compile(r"[\0\r\n]")
_FIELD = re.compile(r"[A-Za-z0-9-]+")
_NAMED = re.compile(rb"uid (\d{1,10})")  # wherever in its answer a server names the message
_FLAG = re.compile(r"\\?[A-Za-z$]+")
_SEARCHABLE = re.compile(r"[!#-\[\]-~]+")  # printable ASCII without what would have to be escaped


def connect(account: Account, timeout: float = 60.0) -> "ImapSource":
    """Opens a mailbox and logs in; timeout is the longest silence of the server in seconds.

    Raises TryLater, LoginRefused, or ConfigError for settings that would be unsafe or cannot work.
    """
    client = open_client(account, timeout)
    try:
        return ImapSource(account, client)
    except BaseException:
        client.line.shutdown()
        raise


class ImapSource(ImapQuestions):
    """One open IMAP mailbox: kith.mail.source.Source. Not to be used by two threads at once."""

    # -- folders

    def folders(self) -> list[Folder]:
        """All folders that can be opened, each once. The first of a role is the one to use."""
        with self._doing("listing folders"):
            found = listed(self._list())
            if not found:
                raise imaplib.IMAP4.error("it names none")
        if not any(entry.name.upper() == _INBOX for _, entry in found):  # it is always there (RFC 3501, 5.1)
            found.append((_INBOX.encode(), Listed(_INBOX)))
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
            kind, text = self._line.ask(b'LIST "" "*"' + ending)
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
                self._wake(line)
                states.update(_statuses(line, names, line.start(commands)))
        return states

    def _wake(self, line: Line) -> None:
        """Of the folder that is open, Dovecot's STATUS says what it was when somebody last looked.

        It does so even behind a NOOP, where both come in one piece.
        """
        if self._folder:
            line.ask(b"NOOP")

    # -- messages

    def uids(self, first: int) -> Sequence[int]:
        """The UIDs from first upwards in the open folder, ascending; see _from()."""
        listed, self._listed = self._listed, None
        first = max(1, first)
        if not listed or listed.first != first:
            with self._doing("listing messages"):
                return self._uids(self._folder, first, self._state)
        with self._safely("listing messages"):
            if listed.error:
                raise listed.error
        return listed.uids

    def headers(
        self, uids: Sequence[int], wanted: Callable[[bytes], bool] | None = None
    ) -> Iterator[tuple[list[int], list[RawHeader], list[Unreadable]]]:
        """Header fields of the open folder's messages, batch by batch, the next batches already on their way.

        Other methods may be called between two batches, but another folder must not be opened.
        """
        opened, fetch = self._opened, self._launched(uids, wanted) or HeaderFetch(self._line, uids, wanted)
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

    def _launched(self, uids: Sequence[int], wanted: Callable[[bytes], bool] | None) -> HeaderFetch | None:
        """The headers that are under way since before the folder was opened, if they are those."""
        fetch = self._fetch
        return fetch if fetch and not self._ahead and fetch.take_over(uids, wanted) else None

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
        return leaves_of(self._answers([(uids, "BODYSTRUCTURE")], "reading the structure of messages", worth))

    def parts(self, wanted: Collection[tuple[int, Part]], limit: Limit) -> dict[tuple[int, str], bytes]:
        """By UID and section, the first limit bytes of some parts, their transfer encoding undone."""
        asked = questions(wanted, limit)
        return bytes_of(self._answers(asked, "reading parts of messages", leaving=True), wanted, limit)

    def texts(self, wanted: Mapping[Place, Sequence[int]], choose: Choose, limit: int) -> Texts:
        """Of a few messages in several folders, the first limit bytes of the part that choose picks."""
        self._opened += 1
        self._folder = ""
        there = {place: uids for place, uids in wanted.items() if not _UNSENDABLE.search(place[0])}
        with self._doing("reading the words of messages") as line:
            found = imap_parts.texts(line, there, self._quoted, choose, limit)
        return in_turn(self, there, choose, limit) if found is None else found

    def raw(self, uid: int, limit: int) -> bytes | None:
        """The first limit bytes of a whole message (BODY.PEEK[]), None if it is gone."""
        whole = body(self._answers([([uid], f"BODY.PEEK[]<0.{limit}>")], "reading a message").get(uid, {}))
        if whole:
            return whole[:limit]  # some servers do not know how to give a part
        refused = self.withheld()
        with self._doing("looking for a message"):
            if not refused and uid not in self._search(b"UID %d" % uid):
                return None
        why = f": {refused[0].reason}" if refused else ""
        raise MailboxFailed(f"{self._account.name}: {self._account.host} does not give message {uid}{why}", AGAIN)

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
        fields = self.fields(found, ["Message-ID"])
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
