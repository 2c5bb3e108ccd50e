"""The service: mailboxes watched over IDLE and a timer, everything else decided from the database.

schedule gives the ticks and nothing more: what is due is read from the database at each, so that a
restart, a late start or a change of clocks neither repeats nor drops anything.
"""

import logging
import os
import random
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import FrameType

import schedule

from kith.config import MailboxSection
from kith.domain.folders import Folder, Role
from kith.errors import LoginRefused, TryLater
from kith.jobs import compose, deliver
from kith.jobs.round import everything, go_round, go_round_once
from kith.jobs.scan import STOPS, MailboxResult
from kith.jobs.work import Work
from kith.mail.imap import ImapSource
from kith.mail.source import Source
from kith.store import owners
from kith.store.lock import work_lock

log = logging.getLogger("kith")

LOCK_WAIT = 30.0
"""Seconds the service waits for a command that is at work; then it tries again at the next tick."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
"""Seconds before a lost mailbox is opened again: doubling, with jitter."""
REFUSED_PAUSE = 900.0
"""Seconds before a refused login is tried again: providers lock accounts that knock too often."""
IDLE_AGAIN = 540.0
"""Seconds of IDLE before it is asked for anew. RFC 2177 allows 29 minutes; address translators forget sooner."""
BEAT_EVERY = 30.0


class Stopped(Exception):
    """SIGTERM or SIGINT came in the middle of work; what is committed stays, the rest is done next time."""


@dataclass(slots=True)
class Once:
    """What one turn did."""

    mailboxes: list[MailboxResult] = field(default_factory=list)
    composed: compose.Composed | None = None
    letters: int = 0


def run_once(work: Work) -> Once:
    """Does all that is due now and leaves: for cron, and for tests."""
    with work_lock(work.engine, work.owner_id, LOCK_WAIT):
        done = Once([go_round_once(work, m) for m in work.config.mailbox])
        done.composed = compose.compose_due(work)
        done.letters = deliver.deliver_all(work)
    return done


@dataclass(slots=True)
class Watch:
    """One mailbox and its one connection: open or not, idling or not, and when to try again."""

    mailbox: MailboxSection
    source: Source | None = None
    idle_since: float | None = None
    failures: int = 0
    retry_at: float = 0.0

    def drop(self, error: Exception) -> None:
        """Lets the connection go and sets when to try again."""
        if self.source is not None:
            self.source.close()
        self.source, self.idle_since = None, None
        self.failures += 1
        pause = min(FIRST_PAUSE * 2 ** min(self.failures - 1, 10), LONGEST_PAUSE)
        if isinstance(error, LoginRefused):
            pause = max(pause, REFUSED_PAUSE)
        self.retry_at = time.monotonic() + pause * random.uniform(0.8, 1.2)  # noqa: S311 -- jitter, not a secret


class Service:
    """The daemon of one owner."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.watches = [Watch(m) for m in work.config.mailbox]
        self.scheduler = schedule.Scheduler()
        self.started_at: datetime = work.now()
        self.stopping = False
        self._beat_at = 0.0
        self._bell_in, self._bell_out = socket.socketpair()

    def run(self) -> None:
        """Runs until SIGTERM or SIGINT."""
        with self._signals():
            self.scheduler.every(1).minutes.do(self.guard, "tick", self.tick)
            for watch in self.watches:
                self.scheduler.every(max(int(watch.mailbox.poll), 1)).seconds.do(
                    self.guard, watch.mailbox.name, self.visit, watch
                )
            log.info("kith is watching %s", ", ".join(w.mailbox.name for w in self.watches))
            self.guard("first look", self.first_look)
            while not self.stopping:
                self.scheduler.run_pending()
                self.guard("wait", self.wait)
            self._leave()
        log.info("kith has stopped")

    def guard(self, what: str, job: Callable[..., None], *arguments: object) -> None:
        """The job guard: whatever goes wrong in one job stops neither the others nor the service."""
        try:
            job(*arguments)
        except Stopped:
            log.info("stopping in the middle of %s; the rest is done next time", what)
        except TryLater as error:
            log.warning("%s: %s", what, error.message)
        except Exception:
            log.exception("%s failed; the next turn tries again", what)
            time.sleep(1)  # a fault that comes at once must not spin

    def first_look(self) -> None:
        """Everything once, at the start."""
        self.beat()
        for watch in self.watches:
            self.guard(watch.mailbox.name, self.visit, watch)
        self.tick()

    def tick(self) -> None:
        """Each minute: a sign of life, a look into Sent for replies, the digest and the outbox."""
        self.beat()
        for watch in self.watches:
            if watch.source is not None:
                self.visit(watch, only=_is_sent)
            elif time.monotonic() >= watch.retry_at:
                self.visit(watch)
        with work_lock(self.work.engine, self.work.owner_id, LOCK_WAIT):
            composed = compose.compose_due(self.work)
            if composed:
                log.info("the digest of %s is composed", composed.period)
        self._deliver()

    def visit(self, watch: Watch, only: Callable[[Folder], bool] = everything) -> None:
        """One round with a mailbox, and IDLE again."""
        if watch.source is None and time.monotonic() < watch.retry_at:
            return
        with work_lock(self.work.engine, self.work.owner_id, LOCK_WAIT):
            self._safely(watch, lambda w: self._round(w, only))

    def _round(self, watch: Watch, only: Callable[[Folder], bool]) -> None:
        if watch.source is None:
            watch.source = self.work.open_source(watch.mailbox)
            only = everything
        self._rest(watch)
        result = go_round(self.work, watch.mailbox, watch.source, only=only, progress=self._progress)
        if result.error:
            raise result.error
        watch.failures = 0
        if result.total("read"):
            log.info("%s: read %d, touches %d", watch.mailbox.name, result.total("read"), result.total("touches"))
        self._idle(watch)

    def _idle(self, watch: Watch) -> None:
        if isinstance(watch.source, ImapSource) and watch.source.supports_idle:
            watch.source.idle_start("INBOX")
            watch.idle_since = time.monotonic()

    def _rest(self, watch: Watch) -> None:
        """Ends IDLE, so that the connection takes commands again."""
        if watch.idle_since is not None and isinstance(watch.source, ImapSource):
            watch.idle_since = None
            watch.source.idle_done()

    def wait(self) -> None:
        """Sleeps until the next tick, a signal, or news from a mailbox."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell_in, selectors.EVENT_READ, None)
            for watch in self.watches:
                if watch.idle_since is not None and isinstance(watch.source, ImapSource):
                    selector.register(watch.source.fileno(), selectors.EVENT_READ, watch)
            ready = selector.select(max(0.0, min(self.scheduler.idle_seconds or 0.0, 60.0)))
        for key, _ in ready:
            if isinstance(key.data, Watch):
                self._news(key.data)
        for watch in self.watches:
            if watch.idle_since is not None and time.monotonic() - watch.idle_since > IDLE_AGAIN:
                self.visit(watch)

    def _news(self, watch: Watch) -> None:
        try:
            news = isinstance(watch.source, ImapSource) and watch.source.idle_check(0)
        except TryLater as error:
            log.warning("%s: %s", watch.mailbox.name, error.message)
            watch.drop(error)
            return
        if news:
            self.visit(watch)

    def beat(self) -> None:
        """Shows that the service is alive, for `kith status --live`."""
        if time.monotonic() - self._beat_at >= BEAT_EVERY or self._beat_at == 0.0:
            self._beat_at = time.monotonic()
            with self.work.writing() as session:
                owners.beat(session, self.work.owner_id, self.work.now(), self.started_at)

    def _progress(self, _folder: str, _done: int, _total: int) -> None:
        self.beat()
        if self.stopping:
            raise Stopped

    def _deliver(self) -> None:
        """Letters go out; looking for one, or appending it, uses the connections that are open already."""
        if not deliver.waiting(self.work):
            return
        opened = [w for w in self.watches if w.source is not None]
        with work_lock(self.work.engine, self.work.owner_id, LOCK_WAIT):
            for watch in opened:
                self._safely(watch, self._rest)
            deliver.deliver(self.work, deliver.Sources(self.work, [w.source for w in opened if w.source is not None]))
            for watch in opened:
                self._safely(watch, self._idle)

    def _safely(self, watch: Watch, act: Callable[[Watch], None]) -> None:
        try:
            act(watch)
        except STOPS as error:
            log.warning("%s: %s", watch.mailbox.name, error.message)
            watch.drop(error)

    def _leave(self) -> None:
        for watch in self.watches:
            if watch.source is not None:
                watch.source.close()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT ring a bell that wait() hears. Ticks count in UTC, where no hour comes twice."""
        os.environ["TZ"] = "UTC"
        time.tzset()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            self.stopping = True
            self._bell_out.send(b"!")

        before = {s: signal.signal(s, stop) for s in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _is_sent(folder: Folder) -> bool:
    return folder.role is Role.SENT
