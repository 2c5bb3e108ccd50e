"""How signals end the service: soon, and never where something would be left half done."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

AGAIN_AFTER: Final = 0.05
"""Seconds until it is tried again to end what could not be ended at once, or swallowed that it was to end."""
PATIENCE: Final = 5.0
"""Seconds after which it is ended all the same: its database or mail server may never answer."""
_NOT_IN: Final = frozenset({"logging", "psycopg", "sqlalchemy", "sqlmodel", "weakref"})
"""Packages that, left at any line, may keep a lock or a transaction that nobody lets go of, or swallow Stopped."""


class Stopped(BaseException):
    """SIGTERM, SIGINT or SIGHUP came in the middle of work; what is committed stays, the rest is done next time.

    Like KeyboardInterrupt it is no Exception: nothing on the way may take it for a fault of its own.
    """


class Ending:
    """Whether the service was told to end, and how it does.

    hurry is called when the first signal comes: from then on nothing is waited for as usual. cut is called before
    work is ended in its middle: what clears up behind it must not wait for a server.
    """

    def __init__(self, hurry: Callable[[], None], cut: Callable[[], None]) -> None:
        self.asked = False
        """Whether a signal came."""
        self.anywhere = False
        """Whether what is being done may be ended in its middle."""
        self._is_held = False
        self._until = 0.0  # monotonic; then it is ended in any case
        self._hurry, self._cut = hurry, cut
        self.bell, self._ringer = socket.socketpair()
        self._ringer.setblocking(False)

    def close(self) -> None:
        """Takes the bell down."""
        self.bell.close()
        self._ringer.close()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """SIGTERM, SIGINT and SIGHUP ring the bell, for who sleeps, and raise Stopped in who may be ended anywhere.

        Under nohup, SIGHUP is to mean nothing.
        """
        ends = [signal.SIGTERM, signal.SIGINT, signal.SIGALRM]
        ends += [signal.SIGHUP] if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN else []
        before = {number: signal.signal(number, self._heard) for number in ends}
        rung = signal.set_wakeup_fd(self._ringer.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.set_wakeup_fd(rung)
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """What is done here is ended in its middle only where it takes longer than PATIENCE, and else behind it."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        if self.asked and self.anywhere:
            raise Stopped

    @contextmanager
    def last_words(self) -> Iterator[None]:
        """What is still to be done before the service ends, and must not take longer than PATIENCE either."""
        self._until, self.anywhere = time.monotonic() + PATIENCE, True
        signal.setitimer(signal.ITIMER_REAL, AGAIN_AFTER)
        try:
            with suppress(Stopped), self.held_back():
                yield
        finally:
            self.anywhere = False

    def _heard(self, _signal: int, frame: FrameType | None) -> None:
        """Ends the work where that does no harm. Else, and where Stopped is swallowed, an alarm tries it again.

        Python swallows what is raised while it collects garbage.
        """
        if not self.asked:
            self.asked, self._until = True, time.monotonic() + PATIENCE
            self._hurry()
        if self.anywhere:
            signal.setitimer(signal.ITIMER_REAL, AGAIN_AFTER)
            if time.monotonic() >= self._until or not (self._is_held or _is_amid(frame)):
                self._cut()
                raise Stopped


def _is_amid(frame: FrameType | None) -> bool:
    """Whether one of the functions that are under way must come to its end."""
    while frame:
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package in _NOT_IN or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
