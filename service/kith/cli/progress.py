"""Progress on stderr for whatever takes over a second: one line that moves, or plain lines in a log."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

FIRST_AFTER = 1.0
"""Seconds of silence: most scans are over by then."""
EVERY_ON_SCREEN, EVERY_IN_LOG = 0.2, 10.0


class Progress:
    """Tells how far a scan is: folder, messages, rate, time left."""

    def __init__(self) -> None:
        self._screen = sys.stderr.isatty()
        self._started = self._folder_started = time.monotonic()
        self._told_at = self._started + FIRST_AFTER - (EVERY_ON_SCREEN if self._screen else EVERY_IN_LOG)
        self._folder = ""
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown and self._screen:
            sys.stderr.write("\r\x1b[K")

    def of(self, mailbox: str, what: str = "messages") -> Callable[[str, int, int], None]:
        """What a scan of one mailbox calls; what: that which is counted."""
        return lambda folder, done, total: self._tell(f"{mailbox}/{folder}", done, total, what)

    def _tell(self, folder: str, done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if folder != self._folder:
            self._folder, self._folder_started = folder, now
        pause = EVERY_ON_SCREEN if self._screen else EVERY_IN_LOG
        if now - self._told_at < pause or total == 0:
            return
        self._told_at, self._shown = now, True
        rate = done / max(now - self._folder_started, 0.001)
        left = f", {(total - done) / rate:.0f} s left" if rate else ""
        line = f"{folder}: {done:,} of {total:,} {what}, {rate:,.0f} a second{left}"
        sys.stderr.write(f"\r\x1b[K{line}" if self._screen else f"{line}\n")
        sys.stderr.flush()
