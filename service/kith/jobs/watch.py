"""One mailbox between the rounds of the service: its connection, whether it idles, and when to open it again."""

import random
import time
from dataclasses import dataclass

from kith.config import MailboxSection
from kith.errors import KithError, LoginRefused
from kith.mail.imap import ImapSource
from kith.mail.source import Source

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
"""Seconds before a lost mailbox is opened again: doubling, with jitter."""
REFUSED_PAUSE = 900.0
"""Seconds before a refused login is tried again: providers lock accounts that knock too often."""


@dataclass(slots=True)
class Watch:
    """One mailbox and its one connection: open or not, idling or not, and when to try again."""

    mailbox: MailboxSection
    source: Source | None = None
    is_idle: bool = False
    failures: int = 0
    retry_at: float = 0.0

    @property
    def idling(self) -> ImapSource | None:
        """The connection, while its server tells news by itself."""
        return self.source if self.is_idle and isinstance(self.source, ImapSource) else None

    def idle(self) -> None:
        """Asks to be told of news, where the server can."""
        if isinstance(self.source, ImapSource) and self.source.supports_idle:
            self.source.idle_start("INBOX")
            self.is_idle = True

    def rest(self) -> None:
        """Ends IDLE, so that the connection takes commands again."""
        source, self.is_idle = self.idling, False
        if source:
            source.idle_done()

    def drop(self, error: KithError) -> None:
        """Lets the connection go and sets when to try again."""
        self.close()
        self.failures += 1
        pause = min(FIRST_PAUSE * 2 ** min(self.failures - 1, 10), LONGEST_PAUSE)
        if isinstance(error, LoginRefused):
            pause = max(pause, REFUSED_PAUSE)
        self.retry_at = time.monotonic() + pause * random.uniform(0.8, 1.2)  # noqa: S311 -- jitter, not a secret

    def close(self) -> None:
        """Hangs up."""
        if self.source is not None:
            self.source.close()
        self.source, self.is_idle = None, False
