"""One session on an IMAP server: who has the line, which folder is open, and waiting for news in it."""

import imaplib
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final, Self

from kith.domain.folders import Folder, Role
from kith.errors import Internal, NotFound, Refused, TryLater
from kith.mail.imap_account import AGAIN, Account, translated
from kith.mail.imap_idle import Idle
from kith.mail.imap_line import Client, Line
from kith.mail.imap_listing import beginning, completed, search
from kith.mail.imap_names import quoted, state_of
from kith.mail.imap_words import codes, is_busy, shown
from kith.mail.source import FolderState
from kith.mail.wire import HeaderFetch

_GOODBYE_SECONDS: Final = 5.0
_NO_FOLDER = re.compile(
    r"(?:mailbox|folder)\b.{0,200}(?:not exist|n't exist|not (?:be )?found)"
    r"|(?:unknown|no such|invalid) (?:mailbox|folder)|(?:does not|doesn't) exist\.?\s*$",
    re.IGNORECASE,
)
_NONE: Final = frozenset({"NONEXISTENT", "TRYCREATE"})
_WHO_ARE_YOU: Final = b"Unsafe Login"
"""Coremail (163.com, 126.com) opens no folder to a program that has not said its name."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a server said to an EXAMINE, and to the question for UIDs from first upwards that was sent along with it.

    first is 0 where it was not; error is what the server said where it refused to tell.
    """

    folder: str
    is_open: bool
    text: bytes
    state: FolderState
    first: int = 0
    uids: Sequence[int] = ()
    error: imaplib.IMAP4.error | None = None


class ImapSession:
    """The line to one server, and the folder that is open on it. Also a context manager."""

    _folders: Sequence[Folder] = ()

    def __init__(self, account: Account, client: Client) -> None:
        self._account, self._client, self._line = account, client, client.line
        with translated(account, "asking what the server can do"):
            self._offers = frozenset(client.capabilities())
        self._raw_names: dict[str, bytes] = {}  # folders' names as the server writes them
        self._opened = 0  # folders opened so far
        self._folder = ""  # the one that is open
        self._next: tuple[str, int] | None = None  # the one that was foreseen, and from which UID on it will be read
        self._state = FolderState(0, None)
        self._listed: Opening | None = None  # what was asked of the open one beforehand
        self._ahead: Opening | None = None  # another, which the server has opened already
        self._fetch: HeaderFetch | None = None
        self._idle: Idle | None = None
        self._lost = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Says goodbye where the line is free for it; never raises."""
        if not self._lost and self._idle is None and self._fetch is None:
            with suppress(OSError, imaplib.IMAP4.error):
                self._line.sock.settimeout(_GOODBYE_SECONDS)
                self._line.start([b"LOGOUT"])  # the answer is of no use to anybody
        self._hang_up()

    def cut(self) -> None:
        """Drops the line under whoever is using it: they hear at once that it has ended. Never raises."""
        with suppress(OSError):
            self._line.sock.shutdown(socket.SHUT_RDWR)

    # -- the folder

    def foresee(self, folder: str, first: int) -> None:
        """Says which folder is opened next, and that its UIDs from first upwards are asked for then.

        So both can be asked in one piece, and behind the last question about the folder that is open.
        """
        self._next = None
        with suppress(NotFound):  # it is raised where the folder is opened
            self._quoted(folder)
            self._next = folder, max(1, first)

    def examine(self, folder: str) -> FolderState:
        """Opens a folder read-only (EXAMINE); uidvalidity is 0 where the server has none.

        Raises NotFound where there is no such folder.
        """
        first = self._next[1] if self._next and self._next[0] == folder else 0
        opening, self._ahead, self._next, self._listed = self._ahead, None, None, None
        self._opened += 1
        self._folder = folder
        if not (opening and opening.is_open and opening.folder == folder):
            with self._doing(f"opening the folder {folder}") as line:
                opening = self._open(folder, first)
                if not opening.is_open and _WHO_ARE_YOU in opening.text and b"ID" in self._offers:
                    line.ask(b'ID ("name" "kith")')  # RFC 2971
                    opening = self._open(folder, first)
        if not opening.is_open:
            raise self._refusal(f"the folder {folder} cannot be opened", shown(opening.text))
        self._listed, self._state = opening, opening.state
        return opening.state

    def _open(self, folder: str, first: int = 0) -> Opening:
        return self._hear(folder, first, self._line.start(self._opening(folder, first)))

    def _opening(self, folder: str, first: int) -> list[bytes]:
        """The commands that open a folder and ask for its UIDs."""
        asking = [b"UID SEARCH " + self._from(folder, first)] if first else []
        return [b"EXAMINE " + self._quoted(folder), *asking]

    def _hear(self, folder: str, first: int, tags: Sequence[bytes]) -> Opening:
        """The answers to _opening()."""
        line = self._line
        line.forget()
        examine, *search = tags
        kind, text = line.finish(examine)
        opening = Opening(folder, kind == "OK", text, state_of(line.untagged_responses))
        line.opened(is_open=opening.is_open)
        if opening.is_open and search:
            return self._with_uids(opening, first, search[0])
        for tag in search:
            line.finish(tag)  # it is refused, or means a folder that was open before
        return opening

    def _with_uids(self, opening: Opening, first: int, tag: bytes) -> Opening:
        """Reads the UIDs. Headers are asked for at once: they come while others get ready to read them."""
        try:
            uids = self._uids(opening.folder, first, opening.state, tag)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:  # it is told to who asks for them
            return replace(opening, first=first, error=error)
        if uids:
            self._fetch = HeaderFetch(self._line, uids, None)
            self._fetch.launch_ahead()
        return replace(opening, first=first, uids=uids)

    def _uids(self, folder: str, first: int, state: FolderState, tag: bytes = b"") -> Sequence[int]:
        """The UIDs from first upwards in the open folder, ascending. tag: of the question, if it is asked already."""
        try:
            found = beginning(search(self._line, self._from(folder, first), tag), first)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            if state.messages == 0:  # some refuse to look for anything where there is nothing
                return []
            raise
        return completed(self._line, found, first, state, undrafted=self._has_everything(folder))

    def _from(self, folder: str, first: int) -> bytes:
        """What to search for the UIDs from first upwards.

        Without the drafts in a folder with everything: one that is sent gets another UID.
        """
        extended = b"RETURN (ALL) " if b"ESEARCH" in self._offers else b""
        return b"%sUID %d:*%s" % (extended, first, b" UNDRAFT" * self._has_everything(folder))

    def _has_everything(self, folder: str) -> bool:
        return any(f.name == folder and f.role is Role.EVERYTHING for f in self._folders)

    def _refusal(self, what: str, text: str) -> NotFound | TryLater:
        if (codes(text) & _NONE or _NO_FOLDER.search(text)) and not is_busy(text):
            return NotFound(f"{self._account.name}: {what} ({text})", "`kith doctor` lists the folders there are")
        return (TryLater if is_busy(text) else Refused)(f"{self._account.name}: {what} ({text})", AGAIN)

    def _quoted(self, folder: str) -> bytes:
        try:
            return quoted(self._raw_names.get(folder, folder))
        except ValueError:
            raise NotFound(f"{self._account.name}: there is no folder {folder!r}") from None

    def _search(self, criteria: bytes) -> Sequence[int]:
        """UIDs in the open folder, ascending, each once. The line must be free."""
        return search(self._line, criteria)

    # -- waiting for news

    @property
    def supports_idle(self) -> bool:
        """Whether the server tells news by itself (RFC 2177)."""
        return b"IDLE" in self._offers

    @property
    def is_open(self) -> bool:
        """Whether the line has not been lost so far."""
        return not self._lost

    @property
    def idle_is_over(self) -> bool:
        """Whether the server has ended by itself what idle_start() began."""
        return self._idle is not None and not self._idle.open

    def idle_start(self, folder: str) -> None:
        """Opens a folder and asks to be told of news in it. Any other method ends it.

        Raises TryLater where the server does not want to, or says nothing for a few seconds: then the line is lost.
        """
        self.examine(folder)
        with self._doing("waiting for mail") as line:
            self._idle = Idle(line)

    def idle_check(self, timeout: float) -> bool:
        """Whether something new came, waiting at most that many seconds. Raises TryLater if the line is lost.

        News that came before a select() on fileno() is told by idle_check(0): call it first.
        """
        if self._idle is None:
            raise Internal("idle_check without idle_start")
        with self._safely("waiting for mail"):
            return self._idle.check(timeout)

    def idle_done(self) -> bool:
        """Stops waiting; whether something new came since the last check."""
        idle, self._idle = self._idle, None
        with self._safely("waiting for mail"):
            return idle.done() if idle else False

    def fileno(self) -> int:
        """The socket, for select()."""
        return self._line.sock.fileno()

    # -- the line

    @contextmanager
    def _doing(self, what: str, fetch: HeaderFetch | None = None) -> Iterator[Line]:
        """The line to oneself: an IDLE is ended, and headers that are under way land first."""
        if self._idle:
            self.idle_done()
        with self._safely(what) as line:
            if self._ahead:
                self._come_back()
            if self._fetch and self._fetch is not fetch:
                self._fetch.settle()
            self._fetch = fetch
            if fetch is None:
                line.forget()
            yield line

    def _come_back(self) -> None:
        """Somebody asks more of the open folder, although the server has opened another already."""
        self._ahead = None
        if self._fetch:
            self._fetch.drop()
            self._fetch.settle()
            self._fetch = None
        opening = self._open(self._folder)
        if not opening.is_open or opening.state.uidvalidity != self._state.uidvalidity:
            raise imaplib.IMAP4.error(shown(opening.text))

    @contextmanager
    def _safely(self, what: str) -> Iterator[Line]:
        """Turns drivers' errors into ours, and hangs up where the line is not to be trusted any more."""
        if self._lost:
            raise TryLater(f"{self._account.name}: the line to {self._account.host} is closed", AGAIN)
        try:
            with translated(self._account, what):
                yield self._line
        except TryLater as error:
            if isinstance(error.__cause__, (OSError, imaplib.IMAP4.abort)):
                self._hang_up()
            raise
        except Exception:
            raise
        except BaseException:  # Ctrl-C, or the like: what the server was just saying is lost, and what it says next
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        self._lost, self._ahead, self._fetch, self._idle = True, None, None, None
        self._line.shutdown()
