"""Waiting for news on one connection (RFC 2177) without ever spinning."""

import imaplib
import re
import time
from typing import Final

from kith.mail.imap_line import Line
from kith.mail.imap_words import shown

_NEWS = re.compile(rb"\* \d+ (?:EXISTS|RECENT)\b", re.IGNORECASE)
_BYE: Final = b"* BYE"
BEGINS_WITHIN: Final = 5.0
"""Seconds: who asks to be told of news waits no longer for the server to agree; others are waiting, too."""


class Idle:
    """One IDLE command, from its start to its end. A lost line is an OSError or imaplib's abort."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._news = False
        self.open = True
        """Whether the server still waits for our DONE."""
        self._tag = line.start([b"IDLE"])[0]
        until = time.monotonic() + BEGINS_WITHIN
        while True:
            if not line.stream.ready(max(0.0, until - time.monotonic())):
                raise imaplib.IMAP4.abort("the server says nothing to IDLE")
            response = line.next_response()
            if response is None:
                break
            self._hear(response)
            if not self.open:
                raise imaplib.IMAP4.error("the server would not IDLE")

    def check(self, seconds: float) -> bool:
        """Whether there is news, waiting for it as long as that; news is told once."""
        if not self.open and not self._news:
            raise imaplib.IMAP4.abort("the server has stopped telling news")  # else a loop of checks would spin
        until = time.monotonic() + seconds
        while self.open and self._line.stream.ready(0 if self._news else max(0.0, until - time.monotonic())):
            self._hear(self._line.next_response() or b"")
        self._news = self._news or not self.open  # some servers end an IDLE that lasts: that is worth a look
        return self._told()

    def done(self) -> bool:
        """Ends the command; whether there was news since the last check."""
        if self.open:
            self._line.send(b"DONE\r\n")
        while self.open:
            self._hear(self._line.next_response() or b"")
        return self._told()

    def _hear(self, response: bytes) -> None:
        if response.startswith(self._tag + b" "):
            self.open = False
            self._line.done(self._tag)
        elif response[: len(_BYE)].upper() == _BYE:
            raise imaplib.IMAP4.abort(shown(response[len(_BYE) :]))
        elif _NEWS.match(response):
            self._news = True

    def _told(self) -> bool:
        news, self._news = self._news, False
        return news
