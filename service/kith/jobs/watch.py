"""One mailbox between the rounds of the service: its connection, whether it idles, and when to open it again."""

import logging
import random
import time
from dataclasses import dataclass

from kith.config import MailboxSection
from kith.errors import KithError, LoginRefused, NotFound, TryLater, beyond
from kith.mail.imap import ImapSource
from kith.mail.source import Source

log = logging.getLogger("kith")

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
"""Seconds before a lost mailbox is opened again: doubling, with jitter."""
REFUSED_PAUSE = 900.0
"""Seconds before a refused login is tried again: providers lock accounts that knock too often."""
FIRST_POLLING, LONGEST_POLLING = 60.0, 3600.0
"""Seconds in which a server that would not IDLE is not asked to again: doubling. New mail is looked for each minute."""
AT_ONCE = 50.0
"""Seconds: an IDLE that the server ends sooner told nothing. We end it ourselves each minute."""


@dataclass(slots=True)
class Watch:
    """One mailbox and its one connection: open or not, idling or not, and when to try again."""

    mailbox: MailboxSection
    source: Source | None = None
    is_idle: bool = False
    failures: int = 0
    retry_at: float = 0.0
    _idle_since: float = 0.0
    _refusals: int = 0
    _polls_until: float = 0.0

    @property
    def idling(self) -> ImapSource | None:
        """The connection, while its server tells news by itself."""
        return self.source if self.is_idle and isinstance(self.source, ImapSource) else None

    def idle(self) -> None:
        """Asks to be told of news, where the server can and does. Where it does not, it is looked at now and then."""
        source = self.source
        if isinstance(source, ImapSource) and source.supports_idle and time.monotonic() >= self._polls_until:
            self._idle_since = time.monotonic()
            try:
                source.idle_start("INBOX")
                self.is_idle = True
            except (TryLater, NotFound) as error:
                log.info("%s: %s", self.mailbox.name, beyond(self.mailbox.name, error))
                self._poll()
                if not source.is_open:
                    self.close()

    def rest(self) -> None:
        """Ends IDLE, so that the connection takes commands again."""
        source = self.idling
        if source:
            self._judge(is_over=source.idle_is_over)
            self.is_idle = False
            source.idle_done()

    def _judge(self, *, is_over: bool) -> None:
        """Notes whether the server bore with an IDLE, or ended it as soon as it had begun."""
        lasted = time.monotonic() - self._idle_since
        if is_over and lasted < AT_ONCE:
            self._poll()
        elif lasted >= AT_ONCE:
            self._refusals = 0

    def _poll(self) -> None:
        self._refusals += 1
        pause = min(FIRST_POLLING * 2 ** min(self._refusals - 1, 10), LONGEST_POLLING)
        self._polls_until = time.monotonic() + pause

    def drop(self, error: KithError) -> None:
        """Lets the connection go and sets when to try again."""
        if self.idling:
            self._judge(is_over=True)
        self.close()
        self.failures += 1
        pause = min(FIRST_PAUSE * 2 ** min(self.failures - 1, 10), LONGEST_PAUSE)
        if isinstance(error, LoginRefused):
            pause = max(pause, REFUSED_PAUSE)
        self.retry_at = time.monotonic() + pause * random.uniform(0.8, 1.2)  # noqa: S311 -- jitter, not a secret

    def cut(self) -> None:
        """Drops the line: whoever reads from it hears at once that it has ended."""
        if isinstance(self.source, ImapSource):
            self.source.cut()

    def close(self) -> None:
        """Hangs up."""
        if self.source is not None:
            self.source.close()
        self.source, self.is_idle = None, False
