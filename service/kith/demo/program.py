"""The mail program in which the demo's owner reads and answers: plain IMAP, and knows nothing of Kith."""

import email
import email.policy
import imaplib
import socket
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from kith.demo.mailroom import OWNER, ZONE
from kith.demo.post import Letter, Mailer, raw

_SECONDS = 20


class MailProgram:
    """One IMAP connection of the owner's own; a context manager."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self._imap = imaplib.IMAP4(host, port, timeout=_SECONDS)
        # without it each command waits for the other side's delayed acknowledgement
        self._imap.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._imap.login(user, password)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(imaplib.IMAP4.error, OSError):  # the demo is over, or has another error to tell
            self._imap.logout()

    def last_uid(self, folder: str) -> int:
        """The highest UID in a folder, 0 where it is empty."""
        return max(self._uids(folder), default=0)

    def since(self, folder: str, uid: int) -> list[bytes]:
        """The messages that came into a folder after that UID, oldest first."""
        return [self._fetch(found) for found in sorted(self._uids(folder)) if found > uid]

    def flags(self) -> dict[str, list[bytes]]:
        """The flags of every message, by folder: what would show if somebody had touched one."""
        return {folder: self._flags(folder) for folder in ("INBOX", "Sent", "Archive")}

    def file(self, folder: str, message: bytes, at: datetime) -> None:
        """Puts a message into a folder, as a mail program files what it sent."""
        self._imap.append(folder, "(\\Seen)", at, message)

    def _uids(self, folder: str) -> list[int]:
        self._imap.select(folder, readonly=True)
        _, found = self._imap.uid("SEARCH", "ALL")
        return [int(word) for word in (found[0] or b"").split()]

    def _flags(self, folder: str) -> list[bytes]:
        self._imap.select(folder, readonly=True)
        _, found = self._imap.fetch("1:*", "(UID FLAGS)")
        # \Recent is the session's, not the message's (RFC 3501, 2.3.2)
        return [line.replace(b" \\Recent", b"").replace(b"\\Recent", b"") for line in found if isinstance(line, bytes)]

    def _fetch(self, uid: int) -> bytes:
        _, found = self._imap.uid("FETCH", str(uid), "(BODY.PEEK[])")
        return next(bytes(part[1]) for part in found if isinstance(part, tuple))


def opened(message: bytes) -> EmailMessage:
    """A message as the program shows it."""
    return email.message_from_bytes(message, policy=email.policy.default)


def text(message: bytes, kind: str = "plain") -> str:
    """The plain text of a message, or its HTML; empty where there is none."""
    body = opened(message).get_body(preferencelist=(kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""


def answer(letter: bytes, words: str, at: datetime) -> bytes:
    """A reply as a mail program makes it: Re:, the thread's fields, the new text above the quoted letter."""
    old = opened(letter)
    sent: datetime = old["Date"].datetime
    quoted = Letter(
        author=Mailer("Kith", OWNER.address), to=(OWNER,), subject=str(old["Subject"]), text=text(letter).rstrip(),
        at=sent.astimezone(ZONE), message_id=str(old["Message-ID"]),
    )  # fmt: skip
    reply = Letter(
        author=OWNER, to=(OWNER,), subject=f"Re: {old['Subject']}", text=words, at=at.astimezone(ZONE),
        message_id=f"<answer.{at:%Y%m%d%H%M%S}@example.com>", answers=(quoted.message_id,), quoted=quoted,
    )  # fmt: skip
    return raw(reply)
