"""One session on an IMAP server: who has the line, which folder is open, and waiting for news in it."""

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, Self

from kith.errors import Internal, NotFound, TryLater
from kith.mail.imap_account import AGAIN, Account, is_busy, shown, translated
from kith.mail.imap_idle import Idle
from kith.mail.imap_line import Client, Line
from kith.mail.imap_names import quoted, state_of, uids_of
from kith.mail.source import FolderState
from kith.mail.wire import HeaderFetch

_GOODBYE_SECONDS: Final = 5.0
_PARTIAL = re.compile(rb"\[MESSAGELIMIT \d{1,10} (\d{1,10})\]", re.IGNORECASE)
_NO_FOLDER = re.compile(r"\[(?:NONEXISTENT|TRYCREATE)\]|not exist|n't exist|not found|unknown|no such", re.IGNORECASE)
_WHO_ARE_YOU: Final = b"Unsafe Login"
"""Coremail (163.com, 126.com) opens no folder to a program that has not said its name."""


class ImapSession:
    """The line to one server, and the folder that is open on it. Also a context manager."""

    def __init__(self, account: Account, client: Client) -> None:
        self._account, self._client, self._line = account, client, client.line
        with translated(account, "asking what the server can do"):
            self._offers = frozenset(client.capabilities())
        self._raw_names: dict[str, bytes] = {}  # folders' names as the server writes them
        self._opened = 0  # folders opened so far
        self._folder = ""  # the one that is open
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
                self._line.logout()
        self._hang_up()

    # -- the folder

    def examine(self, folder: str) -> FolderState:
        """Opens a folder read-only (EXAMINE); uidvalidity is 0 where the server has none.

        Raises NotFound where there is no such folder.
        """
        with self._doing(f"opening the folder {folder}") as line:
            self._opened += 1
            self._folder = folder
            kind, data = line.select(self._quoted(folder), readonly=True)  # type: ignore[arg-type]  # bytes do as well
            if kind != "OK" and _WHO_ARE_YOU in (data[-1] or b"") and b"ID" in self._offers:
                line.finish(line.start([b'ID ("name" "kith")'])[0])  # RFC 2971
                kind, data = line.select(self._quoted(folder), readonly=True)  # type: ignore[arg-type]  # as above
            if kind == "OK":
                return state_of(line.untagged_responses)
        raise self._refusal(f"the folder {folder} cannot be opened", shown(data[-1] or b""))

    def _refusal(self, what: str, text: str) -> NotFound | TryLater:
        if _NO_FOLDER.search(text) and not is_busy(text):
            return NotFound(f"{self._account.name}: {what} ({text})", "`kith doctor` lists the folders there are")
        return TryLater(f"{self._account.name}: {what} ({text})", AGAIN)

    def _quoted(self, folder: str) -> bytes:
        try:
            return quoted(self._raw_names.get(folder, folder))
        except ValueError:
            raise NotFound(f"{self._account.name}: there is no folder {folder!r}") from None

    def _search(self, criteria: bytes) -> set[int]:
        """UIDs in the open folder; the line must be free.

        A server that looks at some messages only, the newest first, says how far it came (RFC 9738): it is asked on.
        """
        found: set[int] = set()
        below = b""
        lowest = 1 << 32  # no UID is higher
        while lowest > 1:
            kind, text = self._line.finish(self._line.start([b"UID SEARCH " + criteria + below])[0])
            if kind != "OK":
                raise imaplib.IMAP4.error(shown(text))
            found |= uids_of(self._line.take("SEARCH"), self._line.take("ESEARCH"))
            partial = _PARTIAL.search(text)
            if not partial or int(partial[1]) >= lowest:
                break
            lowest = int(partial[1])
            below = b" UID 1:%d" % (lowest - 1)
        return found

    # -- waiting for news

    @property
    def supports_idle(self) -> bool:
        """Whether the server tells news by itself (RFC 2177)."""
        return b"IDLE" in self._offers

    def idle_start(self, folder: str) -> None:
        """Opens a folder and asks to be told of news in it. Any other method ends it."""
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
            if self._fetch and self._fetch is not fetch:
                self._fetch.settle()
            self._fetch = fetch
            if fetch is None:
                line.forget()
            yield line

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

    def _hang_up(self) -> None:
        self._lost, self._fetch, self._idle = True, None, None
        self._line.shutdown()
